// Your turn: what is typed is evaluated wherever the page can evaluate the line itself, at every try of it.

const bare = (text) => text.replace(/\s+/g, "");
const size = (x) => Math.max(0, ...(Array.isArray(x) ? x.map(size) : lift(x).data.map(Math.abs)));

// The backward pass of a called function is known by what it gave when the lines called it, and is linear in its first
// argument: what arrives.
class Unknown extends Error {}
const numbers = (x) => {
  if (x?.dict || Array.isArray(x)) return Object.values(x.dict ?? x).flatMap(numbers);
  return x === null ? [] : lift(x).data.map(Number);
};
const digest = (x) => numbers(x).reduce((sum, number) => 0.75 * sum + number, 0); // as in gradgen/picture/turn.py
const share = (got, known) => { // by which factor one is the other, if it is all over
  const [a, b] = [got, known].map(numbers), most = size(b), largest = size(a);
  const at = b.findIndex((x) => Math.abs(x) === most), by = most ? a[at] / b[at] : 1;
  return a.length === b.length && a.every((x, i) => Math.abs(x - by * b[i]) <= 1e-12 * largest) ? by : null;
};
const times = (by, out) => (Array.isArray(out) ? out.map((x) => times(by, x)) : each((x) => by * x)(out));
const recalled = (name) => (args) => {
  for (const [first, rest, out] of data.calls[name]) {
    const by = digest(args.slice(1)) === rest ? share(args[0], first) : null;
    if (by !== null) return times(by, out);
  }
  throw new Unknown(`this page knows “${name}” only by what the lines give to it`);
};

// what the names hold when a line runs
const namesAt = ({ point, frame, after }) => {
  const names = {};
  for (const name of Object.keys(data.calls)) names[name] = { call: recalled(name) };
  for (const [own, name, value] of data.points[point].slice(0, after)) {
    if (own === 0 || own === frame) names[name] = value;
  }
  return names;
};

// Two right formulas differ by rounding, most where a value all but vanishes (1 - f for f near 1): such tries decide
// nothing, if others do.
const TINY = 1e-6;
const ZERO = /^(0|0\.0|\w+\.zeros.*)$/; // what is 0 by intention
const near = (a, b, scale, tiny) => {
  const larger = Math.max(Math.abs(a), Math.abs(b));
  return a === b || Math.abs(a - b) <= Math.max(1e-8 * larger, 1e-10 * scale) || (tiny && larger < TINY);
};

// "" where a value is the wanted one, else what is wrong with it; what is added to something (or written into a part of
// it) may be broadcast to the shape of that, the room
const difference = (got, want, room, tiny) => {
  if (Array.isArray(want) !== Array.isArray(got)) return `gives ${Array.isArray(got) ? "a list" : "no list"}`;
  if (Array.isArray(want) && !want.every(isNumber)) { // several results, or a list of arrays
    if (got.length !== want.length) return `gives ${got.length} values, should give ${want.length}`;
    return want.map((part, i) => difference(got[i], part, null, tiny)).find((wrong) => wrong) ?? "";
  }
  const [a, b] = [lift(got), lift(want)];
  const shape = room ?? b.shape;
  if (room ? !fits(a.shape, room) : told(a.shape) !== told(shape)) {
    return `has the shape ${told(a.shape)}, should have ${told(shape)}`;
  }
  let worst = null; // the entry that is off the furthest
  const scale = size(b);
  build(shape, (index) => {
    const [x, y] = [entry(a, index), entry(b, index)], gap = Number.isFinite(x) ? Math.abs(x - y) : Infinity;
    if (!near(x, y, scale, tiny) && !(gap <= worst?.gap)) worst = { x, y, gap, index: [...index] };
  });
  if (!worst) return "";
  const { x, y, index } = worst;
  const [here, there] = [4, 12].map((n) => [x.toPrecision(n), y.toPrecision(n)]).find(([p, q], i) => i || p !== q);
  return `${index.length ? `entry [${index.join(", ")}] is` : "gives"} ${here}, should be ${there} here`;
};

const tried = (text, blank) => {
  const tiny = blank.tries.some((t) => size(t.want) >= TINY);
  return blank.tries.map((t) => {
    const names = namesAt(t);
    const value = (formula) => evaluate(formula, names, data.modules);
    const isMade = blank.op === "=" && !blank.target.includes("[");
    return difference(value(text), t.want, isMade ? null : shapeOf(value(blank.target)), tiny);
  });
};

// why the page cannot judge a line: its own answer must come out right first, and be more than rounding
const hindrance = (blank) => {
  if (!data.points.length) return "nothing ran for this page: the arrays are too large, or it is a class";
  if (!blank.tries.length) return "it does not run at the points tried";
  try {
    const most = Math.max(...blank.tries.map((t) => size(t.want)));
    if (most < TINY && !ZERO.test(blank.answer)) return "it gives next to nothing at the points tried";
    return tried(blank.answer, blank).find((wrong) => wrong) ? "it works the line out differently itself" : "";
  } catch (error) {
    return error.message;
  }
};

// [right, wrong or open, why]
const judge = (blank, typed) => {
  if (!typed.trim()) return ["", ""];
  if (bare(typed) === bare(blank.answer)) return ["right", "word for word"];
  blank.hindrance ??= hindrance(blank);
  if (blank.hindrance) {
    return ["open", `not gradgen's text; whether it is right all the same this page cannot tell (${blank.hindrance})`];
  }
  try {
    const found = tried(typed, blank);
    if (found.some((wrong) => wrong)) return ["wrong", found[0] || "right here, but not in other tries"];
    return ["right", found.length === 1 ? "agrees at one point" : `agrees in ${found.length} tries`];
  } catch (error) {
    return [error instanceof Unknown ? "open" : "wrong", error.message];
  }
};

const score = document.getElementById("score");
const tally = () => { score.textContent = `${all(".mark.right").length} of ${data.blanks.length} lines right`; };
for (const [number, blank] of data.blanks.entries()) {
  const field = document.getElementById(`blank${number}`), mark = document.getElementById(`mark${number}`);
  field.addEventListener("change", () => {
    const [kind, why] = judge(blank, field.value);
    mark.className = `mark ${kind}`;
    mark.textContent = kind ? `${kind}: ${why}` : "";
    tally();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    field.blur();
    document.getElementById(`blank${number + 1}`)?.focus();
  });
}
const turn = document.getElementById("turn");
turn.addEventListener("click", () => {
  const on = document.body.classList.toggle("turn");
  turn.setAttribute("aria-pressed", String(on));
  const role = on ? "group" : "button"; // no field inside a button
  for (const field of all(".fill")) field.closest(".line").setAttribute("role", role);
  tally();
  show(Number(slider.value));
});
