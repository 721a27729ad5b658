// A small evaluator for what is typed: Python's expressions over numbers, lists and arrays, and nothing else.

const ONE = { // of one number, entry by entry
  exp: Math.exp, log: Math.log, sqrt: Math.sqrt, sin: Math.sin, cos: Math.cos, tan: Math.tan, sinh: Math.sinh, cosh: Math.cosh, tanh: Math.tanh,
  arcsin: Math.asin, arccos: Math.acos, arctan: Math.atan, asin: Math.asin, acos: Math.acos, atan: Math.atan, log1p: Math.log1p, expm1: Math.expm1, log2: Math.log2,
  log10: Math.log10, abs: Math.abs, absolute: Math.abs, fabs: Math.abs, sign: Math.sign, floor: Math.floor, ceil: Math.ceil, square: (x) => x * x, negative: (x) => -x,
  reciprocal: (x) => 1 / x, cbrt: Math.cbrt,
};
const TWO = { // of two
  maximum: Math.max, minimum: Math.min, power: Math.pow, add: (a, b) => a + b, subtract: (a, b) => a - b, multiply: (a, b) => a * b, divide: (a, b) => a / b,
  arctan2: Math.atan2, atan2: Math.atan2, hypot: Math.hypot, pow: Math.pow, copysign: (a, b) => (Object.is(b, -0) || b < 0 ? -Math.abs(a) : Math.abs(a)),
};
const TESTS = { "<": (a, b) => a < b, "<=": (a, b) => a <= b, ">": (a, b) => a > b, ">=": (a, b) => a >= b, "==": (a, b) => a === b, "!=": (a, b) => a !== b };
const SIGNS = {
  "+": (a, b) => a + b, "-": (a, b) => a - b, "*": (a, b) => a * b, "/": (a, b) => a / b, "//": (a, b) => Math.floor(a / b), "%": (a, b) => a - b * Math.floor(a / b),
  "**": (a, b) => a ** b,
};
const mean = (numbers) => add(numbers) / numbers.length;
const full = (shape, value) => build([shape].flat(), () => value);
const settled = (x) => { const { shape, data, bool } = lift(x); return wrap(shape, data, bool); };
const range = (...ends) => {
  const [from, to, step] = ends.length === 1 ? [0, ends[0], 1] : [ends[0], ends[1], ends[2] ?? 1];
  const data = Array.from({ length: Math.max(0, Math.ceil((to - from) / step)) }, (_, i) => from + i * step);
  return { shape: [data.length], data, bool: false };
};
const most = (best) => (...xs) => (xs.length > 1 && xs.every(isNumber) ? best(...xs) : reduce((numbers) => best(...numbers))(...xs));

const MANY = { // name -> [its parameters, what it gives]
  sum: ["a axis keepdims dtype", reduce(add)], mean: ["a axis keepdims dtype", reduce(mean)], prod: ["a axis keepdims dtype", reduce((ns) => ns.reduce((a, b) => a * b, 1))],
  amax: ["a axis keepdims", most(Math.max)], amin: ["a axis keepdims", most(Math.min)], max: ["a axis keepdims", most(Math.max)], min: ["a axis keepdims", most(Math.min)],
  where: ["condition x y", each((test, a, b) => (test ? a : b))],
  reshape: ["a shape", reshape], transpose: ["a axes", transpose], swapaxes: ["a axis1 axis2", swapaxes], ravel: ["a", (x) => reshape(x, [-1])], flatten: ["a", (x) => reshape(x, [-1])],
  expand_dims: ["a axis", expand], broadcast_to: ["a shape", spread], unbroadcast: ["a like", unbroadcast], cross: ["a b", cross],
  squeeze: ["a axis", (x, axis = null) => reshape(x, shapeOf(x).filter((n, i, all) => n !== 1 || axis !== null && axisOf(axis, all.length) !== i))],
  dot: ["a b", dot], matmul: ["a b", matmul], outer: ["a b", outer], tensordot: ["a b axes", tensordot],
  concatenate: ["arrays axis", concatenate], stack: ["arrays axis", stack],
  zeros: ["shape dtype", (shape) => full(shape, 0)], ones: ["shape dtype", (shape) => full(shape, 1)], full: ["shape value dtype", full],
  zeros_like: ["a dtype", (x) => full(shapeOf(x), 0)], ones_like: ["a dtype", (x) => full(shapeOf(x), 1)], full_like: ["a value dtype", (x, value) => full(shapeOf(x), value)],
  copy: ["a", (x) => x], asarray: ["a dtype", settled], array: ["a dtype", settled], float: ["a", Number], astype: ["a dtype", (x, kind) => { if (kind !== "float") throw new Error("only floats are made here"); return x; }],
  len: ["a", (x) => (Array.isArray(x) ? x.length : shapeOf(x)[0])],
};
const SPREADING = { einsum, range, arange: range }; // without named parameters
const CONSTANTS = { pi: Math.PI, e: Math.E, inf: Infinity, newaxis: null, float64: "float", float32: "float" };
const WORDS = { True: 1, False: 0, None: null, float: "float" };
const owns = (table, name) => Object.hasOwn(table, name);

// the function of a name: (list of arguments, named ones) -> value
const routine = (name) => {
  if (owns(ONE, name)) return (args) => each(ONE[name])(...only(1, args));
  if (owns(TWO, name)) return (args) => each(TWO[name])(...only(2, args));
  if (owns(SPREADING, name)) return (args) => SPREADING[name](...args);
  if (!owns(MANY, name)) return null;
  const [names, f] = [MANY[name][0].split(" "), MANY[name][1]];
  return (args, named) => {
    const given = [...args];
    if (given.length > names.length && !/^(max|min)$/.test(name)) throw new Error(`${name} takes fewer arguments`);
    for (const [key, value] of Object.entries(named)) {
      if (!names.includes(key)) throw new Error(`${name} has no “${key}” here`);
      given[names.indexOf(key)] = value;
    }
    return f(...given);
  };
};
const only = (count, args) => {
  if (args.length !== count) throw new Error(`${count === 1 ? "one argument is" : "two arguments are"} wanted`);
  return args;
};
const METHODS = "sum mean prod max min dot reshape transpose swapaxes ravel flatten squeeze copy astype".split(" ");
const method = (x, name) => {
  if (name === "T") return transpose(x);
  if (name === "shape") return shapeOf(x);
  if (name === "size") return lift(x).data.length;
  if (name === "ndim") return shapeOf(x).length;
  if (name === "dtype") return "float";
  if (!METHODS.includes(name)) throw new Error(`“.${name}” is not known here`);
  const call = routine(name), sizes = name === "reshape" || name === "transpose"; // x.reshape(2, -1) as x.reshape((2, -1))
  return { call: (args, named) => call([x, ...(sizes && args.length && args.every(isNumber) ? [args] : args)], named) };
};

const TOKEN = /\s*(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|[A-Za-z_]\w*|"[^"\\]*"|'[^'\\]*'|\.\.\.|\*\*|\/\/|[<>=!]=|[-+*\/%@()<>,\[\].:=~&|])/y;
const tokensOf = (text) => {
  const tokens = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const from = TOKEN.lastIndex, found = TOKEN.exec(text);
    if (!found) throw new Error(`cannot read “${text.slice(from).trim()}”`);
    tokens.push(found[1]);
  }
  return tokens;
};

// The value of a text where names are as given; modules are the names of imported ones.  By recursive descent, loosest first.
const evaluate = (text, names, modules = {}) => {
  const tokens = tokensOf(text);
  let at = 0;
  const peek = () => tokens[at], take = () => tokens[at++];
  const next = (...signs) => (signs.includes(peek()) ? take() : null);
  const expect = (sign) => { if (take() !== sign) throw new Error(`“${sign}” is missing`); };
  const list = (end, item) => {
    const items = [];
    while (peek() !== end) { items.push(item()); if (!next(",")) break; }
    expect(end);
    return items;
  };
  const truth = (x) => { if (!isNumber(x)) throw new Error("an array is neither true nor false"); return x; };

  const choice = () => {
    const value = either();
    if (!next("if")) return value;
    const test = truth(either());
    expect("else");
    const other = choice();
    return test ? value : other;
  };
  const either = () => { let value = both(); while (next("or")) { const other = both(); value = truth(value) || truth(other); } return value; };
  const both = () => { let value = negation(); while (next("and")) { const other = negation(); value = truth(value) && truth(other); } return value; };
  const negation = () => (next("not") ? Number(!truth(negation())) : comparison());
  const comparison = () => {
    const left = union(), sign = next(...Object.keys(TESTS));
    if (!sign) return left;
    const right = union();
    if (owns(TESTS, peek() ?? "")) throw new Error("one comparison at a time, please");
    return each(TESTS[sign], true)(left, right);
  };
  const union = () => { let value = meet(); while (next("|")) value = masks((a, b) => a || b, value, meet()); return value; };
  const meet = () => { let value = sum(); while (next("&")) value = masks((a, b) => a && b, value, sum()); return value; };
  const masks = (f, ...xs) => {
    if (xs.some((x) => isArray(x) && !x.bool)) throw new Error("masks are wanted here");
    return each(f, true)(...xs);
  };
  const chain = (operand, ...signs) => () => {
    let value = operand();
    for (let sign = next(...signs); sign; sign = next(...signs)) value = sign === "@" ? matmul(value, operand()) : each(SIGNS[sign])(value, operand());
    return value;
  };
  const signed = () => {
    const sign = next("-", "+", "~");
    if (!sign) return power();
    const value = signed();
    return sign === "-" ? each((x) => -x)(value) : sign === "+" ? value : masks((x) => !x, value);
  };
  const product = chain(signed, "*", "/", "//", "%", "@");
  const sum = chain(product, "+", "-");
  const power = () => { const value = trailed(); return next("**") ? each(SIGNS["**"])(value, signed()) : value; };

  const trailed = () => {
    let value = atom();
    for (;;) {
      if (next(".")) value = value.module ? member(value.module, take()) : method(value, take());
      else if (peek() === "(" && value?.call) { take(); value = called(value.call); }
      else if (next("[")) value = picked(value);
      else if (value?.call || value?.module) throw new Error("a function or a module is no number");
      else return value;
    }
  };
  const member = (module, name) => {
    if (owns(CONSTANTS, name)) return CONSTANTS[name];
    const call = routine(name);
    if (!call) throw new Error(`there is no “${name}” here`);
    return { call: (args, named) => {
      if (module === "math" && args.some((x) => shapeOf(x).length)) throw new Error(`math.${name} takes numbers, no arrays`);
      return call(args, named);
    } };
  };
  const called = (call) => {
    const named = {};
    const args = list(")", () => {
      if (tokens[at + 1] !== "=") return choice();
      const name = take();
      take();
      named[name] = choice();
      return undefined;
    });
    return call(args.filter((x) => x !== undefined), named);
  };
  const picked = (value) => {
    const keys = list("]", key);
    if (isArray(value)) return pick(value, keys);
    const [k] = keys;
    if (Array.isArray(value) && Number.isInteger(k) && k >= -value.length && k < value.length) return value.at(k);
    if (Array.isArray(value) && k?.slice) return places(value.length, k.slice).map((i) => value[i]);
    if (value?.dict && owns(value.dict, k)) return value.dict[k];
    throw new Error(`there is no entry ${k}`);
  };
  const key = () => {
    const part = () => ([":", ",", "]"].includes(peek()) ? null : choice());
    if (next("...")) return "...";
    const first = part();
    if (!next(":")) return first;
    const second = part();
    return { slice: [first, second, next(":") ? part() : null] };
  };
  const atom = () => {
    const token = take();
    if (token === undefined) throw new Error("something is missing at the end");
    if (token === "[") return list("]", choice);
    if (token === "(") return grouped();
    if (/^["']/.test(token)) return token.slice(1, -1);
    if (/^[\d.]/.test(token)) return Number(token);
    if (owns(names, token)) return names[token];
    if (owns(modules, token)) return { module: modules[token] };
    if (owns(WORDS, token) && peek() !== "(") return WORDS[token];
    const call = /^[A-Za-z_]/.test(token) && peek() === "(" ? routine(token) : null;
    if (call) return { call };
    throw new Error(/^[A-Za-z_]/.test(token) ? `there is no “${token}” here` : `“${token}” is not expected`);
  };
  const grouped = () => {
    const items = [];
    let comma = false;
    while (peek() !== ")") { items.push(choice()); if (!next(",")) break; comma = true; }
    expect(")");
    return comma || !items.length ? items : items[0];
  };

  const value = choice();
  if (at < tokens.length) throw new Error(`“${tokens[at]}” is not expected`);
  return value;
};
