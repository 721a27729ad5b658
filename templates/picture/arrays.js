// Arrays as NumPy has them, as far as backward passes need them: {shape, data, bool}, data row by row.
// A plain number stands for an array without axes, a JavaScript array for a list or a tuple.

const isArray = (x) => x !== null && typeof x === "object" && "shape" in x;
const isNumber = (x) => typeof x === "number";
const count = (shape) => shape.reduce((a, b) => a * b, 1);
const told = (shape) => `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
const wrap = (shape, data, bool = false) => (shape.length ? { shape, data, bool } : data[0]);

// a number or (nested) list as an array
const lift = (x) => {
  if (isArray(x)) return x;
  if (isNumber(x)) return { shape: [], data: [x], bool: false };
  if (!Array.isArray(x)) throw new Error("numbers or arrays are wanted");
  const parts = x.map(lift);
  const shape = parts.length ? parts[0].shape : [];
  if (parts.some((p) => told(p.shape) !== told(shape))) throw new Error("the entries of a list have different shapes");
  return { shape: [parts.length, ...shape], data: parts.flatMap((p) => p.data), bool: false };
};
const shapeOf = (x) => lift(x).shape;
const upTo = (n) => [...Array(n).keys()];

// the array whose entry at each index is f(index)
const build = (shape, f, bool = false) => {
  const data = [], index = shape.map(() => 0);
  for (let n = count(shape); n > 0; n--) {
    data.push(f(index));
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) index[axis] = 0;
  }
  return wrap([...shape], data, bool);
};

// the entry of a lifted array at an index of the shape that it is broadcast to
const entry = ({ shape, data }, index) => {
  const skipped = index.length - shape.length;
  let place = 0;
  shape.forEach((n, axis) => { place = place * n + (n === 1 ? 0 : index[axis + skipped]); });
  return data[place];
};

// the shape that several are broadcast to
const together = (...shapes) => {
  const rank = Math.max(0, ...shapes.map((s) => s.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = new Set(shapes.map((s) => s[s.length - rank + axis] ?? 1).filter((n) => n !== 1));
    if (sizes.size > 1) throw new Error(`the shapes ${shapes.map(told).join(" and ")} do not fit together`);
    return sizes.size ? [...sizes][0] : 1;
  });
};

// f of numbers, entry by entry
const each = (f, bool = false) => (...xs) => {
  if (xs.every(isNumber)) return Number(f(...xs));
  if (xs.some(Array.isArray)) throw new Error("a list is no array");
  const parts = xs.map(lift);
  const shape = together(...parts.map((p) => p.shape));
  return build(shape, (index) => Number(f(...parts.map((p) => entry(p, index)))), bool);
};

const axisOf = (axis, rank) => {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) throw new Error(`there is no axis ${axis}`);
  return axis < 0 ? axis + rank : axis;
};

// fold(entries) along some axes, or along all
const reduce = (fold) => (x, axis = null, keepdims = 0) => {
  const { shape, data } = lift(x);
  const gone = axis === null ? upTo(shape.length) : [axis].flat().map((a) => axisOf(a, shape.length));
  const kept = shape.map((n, i) => (gone.includes(i) ? 1 : n));
  const groups = Array.from({ length: count(kept) }, () => []);
  const places = lift(build(kept, ((n) => () => n++)(0)));
  let next = 0;
  build(shape, (index) => groups[entry(places, index)].push(data[next++]));
  return wrap(keepdims ? kept : kept.filter((_, i) => !gone.includes(i)), groups.map(fold));
};
const add = (numbers) => numbers.reduce((a, b) => a + b, 0);

const reshape = (x, shape) => {
  const { data, bool } = lift(x), sizes = [shape].flat();
  const rest = data.length / count(sizes.filter((n) => n !== -1));
  const whole = sizes.map((n) => (n === -1 ? rest : n));
  if (count(whole) !== data.length || !whole.every(Number.isInteger)) {
    throw new Error(`${data.length} numbers do not make ${told(whole)}`);
  }
  return wrap(whole, data, bool);
};

// out axis i is axis order[i]
const transpose = (x, order = null) => {
  const a = lift(x), rank = a.shape.length;
  const axes = order === null ? upTo(rank).reverse() : order.map((i) => axisOf(i, rank));
  if (new Set(axes).size !== rank) throw new Error("every axis is to be named once");
  return build(axes.map((i) => a.shape[i]), (index) => {
    const source = [];
    axes.forEach((from, i) => { source[from] = index[i]; });
    return entry(a, source);
  }, a.bool);
};
const swapaxes = (x, i, j) => {
  const order = upTo(shapeOf(x).length), a = axisOf(i, order.length), b = axisOf(j, order.length);
  [order[a], order[b]] = [b, a];
  return transpose(x, order);
};

// products

const matmul = (x, y) => {
  const a = lift(x), b = lift(y);
  if (!a.shape.length || !b.shape.length) throw new Error("a matrix product of a number");
  const p = a.shape.length === 1 ? lift(reshape(a, [1, ...a.shape])) : a;
  const q = b.shape.length === 1 ? lift(reshape(b, [...b.shape, 1])) : b;
  const inner = p.shape.at(-1);
  if (inner !== q.shape.at(-2)) {
    throw new Error(`the shapes ${told(a.shape)} and ${told(b.shape)} do not fit a product`);
  }
  const around = together(p.shape.slice(0, -2), q.shape.slice(0, -2));
  const whole = build([...around, p.shape.at(-2), q.shape.at(-1)], (index) => {
    const front = index.slice(0, -2), [i, j] = index.slice(-2);
    let total = 0;
    for (let k = 0; k < inner; k++) total += entry(p, [...front, i, k]) * entry(q, [...front, k, j]);
    return total;
  });
  const rows = a.shape.length > 1 ? [p.shape.at(-2)] : [], columns = b.shape.length > 1 ? [q.shape.at(-1)] : [];
  return reshape(whole, [...around, ...rows, ...columns]);
};
const dot = (x, y) => {
  if (shapeOf(y).length > 2) throw new Error("np.dot with an array of more than two axes is not worked out here");
  return shapeOf(x).length && shapeOf(y).length ? matmul(x, y) : each((a, b) => a * b)(x, y);
};
const outer = (x, y) => {
  const a = lift(x).data, b = lift(y).data;
  return build([a.length, b.length], ([i, j]) => a[i] * b[j]);
};

// the sum over every label that is not in out of the products of the entries
const contract = (xs, labels, out) => {
  const size = {};
  xs.forEach((x, n) => labels[n].forEach((label, axis) => {
    size[label] ??= x.shape[axis];
    if (size[label] !== x.shape[axis]) throw new Error(`the axes “${label}” have different sizes`);
  }));
  const inner = Object.keys(size).filter((label) => !out.includes(label)), at = {};
  const sizes = (some) => some.map((label) => size[label]);
  const set = (some, index) => some.forEach((label, i) => { at[label] = index[i]; });
  return build(sizes(out), (index) => {
    set(out, index);
    let total = 0;
    build(sizes(inner), (more) => {
      set(inner, more);
      total += xs.reduce((factor, x, n) => factor * entry(x, labels[n].map((label) => at[label])), 1);
    });
    return total;
  });
};
const einsum = (text, ...xs) => {
  const [from, to] = text.replace(/\s/g, "").split("->");
  const labels = from.split(",").map((part) => [...part]);
  if (to === undefined || /[^a-zA-Z,]/.test(from + to)) {
    throw new Error("np.einsum is worked out here with letters and “->” only");
  }
  if (labels.length !== xs.length || xs.some((x, n) => shapeOf(x).length !== labels[n].length)) {
    throw new Error("the letters do not fit the axes");
  }
  return contract(xs.map(lift), labels, [...to]);
};
const tensordot = (x, y, axes = 2) => {
  const a = lift(x), b = lift(y), rank = a.shape.length;
  const pairs = Array.isArray(axes) ? axes : [upTo(axes).map((i) => i + rank - axes), upTo(axes)];
  const [left, right] = pairs.map((part) => [part].flat());
  const own = a.shape.map((_, i) => `a${i}`), other = b.shape.map((_, i) => `b${i}`);
  left.forEach((i, n) => { other[axisOf(right[n], other.length)] = own[axisOf(i, rank)]; });
  const kept = [...own.filter((l) => !other.includes(l)), ...other.filter((l) => !own.includes(l))];
  return contract([a, b], [own, other], kept);
};

// joining

const concatenate = (xs, axis = 0) => {
  const parts = xs.map(lift), at = axisOf(axis, parts[0].shape.length);
  const owners = parts.flatMap((p, n) => Array.from({ length: p.shape[at] }, (_, i) => [p, i]));
  const others = (p) => told(p.shape.filter((_, i) => i !== at));
  if (parts.some((p) => others(p) !== others(parts[0]))) throw new Error("the shapes do not fit together");
  const put = (list, value) => list.map((other, axis) => (axis === at ? value : other));
  return build(put(parts[0].shape, owners.length), (index) => {
    const [part, i] = owners[index[at]];
    return entry(part, put(index, i));
  });
};
const expand = (x, axis) => {
  const shape = [...shapeOf(x)];
  shape.splice(axis < 0 ? axis + shape.length + 1 : axis, 0, 1);
  return reshape(x, shape);
};
const stack = (xs, axis = 0) => concatenate(xs.map((x) => expand(x, axis)), axis);
const fits = (shape, whole) => {
  const end = whole.slice(whole.length - shape.length);
  return shape.length <= whole.length && shape.every((n, i) => n === 1 || n === end[i]);
};
const spread = (x, shape) => {
  const a = lift(x), whole = [shape].flat();
  if (!fits(a.shape, whole)) throw new Error(`${told(a.shape)} is not to be broadcast to ${told(whole)}`);
  return build(whole, (index) => entry(a, index), a.bool);
};
// back to the shape of what was broadcast
const unbroadcast = (x, like) => {
  const whole = shapeOf(x), shape = shapeOf(like), skipped = whole.length - shape.length;
  const gone = whole.map((_, i) => i).filter((i) => i < skipped || shape[i - skipped] === 1);
  return reshape(reduce(add)(x, gone, 1), shape);
};

// x[keys]: whole numbers, {slice: [from, to, step]}, null for a new axis, "..." for all axes between, lists and arrays
// of places, masks

const places = (n, [from, to, step]) => {
  const by = step ?? 1, [low, high] = by < 0 ? [-1, n - 1] : [0, n];
  const bound = (k, otherwise) => Math.min(Math.max(k == null ? otherwise : k < 0 ? k + n : k, low), high);
  const first = bound(from, by < 0 ? high : low), end = to == null && by < 0 ? -1 : bound(to, high);
  return Array.from({ length: Math.max(0, Math.ceil((end - first) / by)) }, (_, i) => first + i * by);
};
const where = (mask) => {
  const found = mask.shape.map(() => []);
  build(mask.shape, (index) => { if (entry(mask, index)) index.forEach((k, axis) => found[axis].push(k)); });
  return found.map((list) => ({ shape: [list.length], data: list, bool: false }));
};
const pick = (x, asked) => {
  const a = lift(x);
  let keys = asked.flatMap((key) => {
    const k = Array.isArray(key) ? lift(key) : key;
    return isArray(k) && k.bool ? where(k) : [k];
  });
  const rest = a.shape.length - keys.filter((k) => k !== null && k !== "...").length;
  if (rest < 0) throw new Error("there are more indices than axes");
  const gap = keys.includes("...") ? keys.indexOf("...") : keys.length;
  keys = [...keys.slice(0, gap), ...Array.from({ length: rest }, () => ({ slice: [] })), ...keys.slice(gap + 1)];
  const isPlaced = (k) => isArray(k) || isNumber(k), fancy = keys.some(isArray);
  const common = fancy ? together(...keys.filter(isPlaced).map(shapeOf)) : [];
  const parts = []; // the axes of the result: {size} of a new one, {axis, from} along one of the source's
  const placed = []; // what picks entries together: [axis, key]
  let axis = 0, spot = null, apart = false;
  for (const key of keys) {
    if (key === null) parts.push({ size: 1 });
    else if (isPlaced(key)) {
      apart ||= spot !== null && parts.length !== spot;
      spot ??= parts.length;
      placed.push([axis++, lift(key)]);
    } else {
      const from = places(a.shape[axis], key.slice);
      parts.push({ size: from.length, axis: axis++, from });
    }
  }
  const front = !fancy || apart ? 0 : spot;
  const sizes = parts.map((p) => p.size);
  return build([...sizes.slice(0, front), ...common, ...sizes.slice(front)], (index) => {
    const end = front + common.length, shared = index.slice(front, end);
    const own = [...index.slice(0, front), ...index.slice(end)], source = [];
    parts.forEach((p, i) => { if (p.from) source[p.axis] = p.from[own[i]]; });
    for (const [at, key] of placed) {
      const k = entry(key, shared), n = a.shape[at];
      if (!Number.isInteger(k) || k < -n || k >= n) throw new Error(`there is no entry ${k}`);
      source[at] = k < 0 ? k + n : k;
    }
    return a.data[source.reduce((place, k, i) => place * a.shape[i] + k, 0)];
  }, a.bool);
};

// of arrays of threes
const cross = (x, y) => {
  const at = (v, k) => pick(v, ["...", k]);
  const part = (i, j) => each((a, b, c, d) => a * b - c * d)(at(x, i), at(y, j), at(x, j), at(y, i));
  return stack([part(1, 2), part(2, 0), part(0, 1)], -1);
};
