// A small evaluator for what is typed: Python's expressions over numbers, lists and arrays, and nothing else.

const TESTS = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
};
const SIGNS = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "//": (a, b) => Math.floor(a / b),
  "%": (a, b) => a - b * Math.floor(a / b),
  "**": (a, b) => a ** b,
};
const CONSTANTS = {
  pi: Math.PI, e: Math.E, tau: 2 * Math.PI, inf: Infinity, nan: NaN, newaxis: null, float64: "float", float32: "float",
};
const WORDS = { True: 1, False: 0, None: null, float: "float" };

const NUMBER = String.raw`0[xX][\da-fA-F_]+|\d[\d_]*\.?[\d_]*(?:[eE][+-]?\d+)?|\.\d[\d_]*(?:[eE][+-]?\d+)?`;
const NAME = String.raw`[\p{L}_][\p{L}\p{N}_]*`;
const STRING = String.raw`"[^"\\]*"|'[^'\\]*'`;
const SIGN = String.raw`\.\.\.|\*\*|\/\/|[<>=!]=|[\-+*\/%@()<>,\[\].:=~&\|]`;
const TOKEN = new RegExp(String.raw`\s*(${NUMBER}|${NAME}|${STRING}|${SIGN})`, "uy");

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

const truth = (x) => {
  if (!isNumber(x)) throw new Error("an array is neither true nor false");
  return x;
};
const masks = (f, ...xs) => {
  if (xs.some((x) => isArray(x) && !x.bool)) throw new Error("masks are wanted here");
  return each(f, true)(...xs);
};
// x[keys]
const picked = (value, keys) => {
  const [k] = keys;
  if (isArray(value)) return pick(value, keys);
  if (Array.isArray(value) && Number.isInteger(k) && k >= -value.length && k < value.length) return value.at(k);
  if (Array.isArray(value) && k?.slice) return places(value.length, k.slice).map((i) => value[i]);
  if (value?.dict && owns(value.dict, k)) return value.dict[k];
  throw new Error(`there is no entry ${k}`);
};
// module.name
const member = (module, name) => {
  if (owns(CONSTANTS, name)) return CONSTANTS[name];
  const call = routine(name);
  if (!call) throw new Error(`there is no “${name}” here`);
  if (module !== "math") return { call };
  return {
    call: (args, named) => {
      if (args.some((x) => shapeOf(x).length)) throw new Error(`math.${name} takes numbers, no arrays`);
      return call(args, named);
    },
  };
};
// what `import math` or, with a part of a module, `from math import exp` brings
const imported = ([module, part]) => (part ? member(module, part) : { module });

// The value of a text; names hold values, modules what is imported.  By recursive descent, from what binds loosest.
const evaluate = (text, names, modules = {}) => {
  const tokens = tokensOf(text);
  let at = 0;
  const peek = () => tokens[at], take = () => tokens[at++];
  const next = (...signs) => (signs.includes(peek()) ? take() : null);
  const expect = (sign) => { if (take() !== sign) throw new Error(`“${sign}” is missing`); };
  const list = (end, item) => {
    const items = [];
    while (peek() !== end) {
      items.push(item());
      if (!next(",")) break;
    }
    expect(end);
    return items;
  };
  // operands with signs between them, from left to right
  const chain = (operand, signs) => () => {
    let value = operand();
    for (let sign = next(...Object.keys(signs)); sign; sign = next(...Object.keys(signs))) {
      value = signs[sign](value, operand());
    }
    return value;
  };
  const entrywise = (...signs) => Object.fromEntries(signs.map((sign) => [sign, each(SIGNS[sign])]));

  const choice = () => {
    const value = either();
    if (!next("if")) return value;
    const test = truth(either());
    expect("else");
    const other = choice();
    return test ? value : other;
  };
  const negation = () => (next("not") ? Number(!truth(negation())) : comparison());
  const both = chain(negation, { and: (a, b) => truth(a) && truth(b) });
  const either = chain(both, { or: (a, b) => truth(a) || truth(b) });
  const comparison = () => {
    const left = union(), sign = next(...Object.keys(TESTS));
    if (!sign) return left;
    const right = union();
    if (owns(TESTS, peek() ?? "")) throw new Error("one comparison at a time, please");
    return each(TESTS[sign], true)(left, right);
  };
  const power = () => {
    const value = trailed();
    return next("**") ? each(SIGNS["**"])(value, signed()) : value;
  };
  const signed = () => {
    if (next("-")) return each((x) => -x)(signed());
    if (next("+")) return signed();
    if (next("~")) return masks((x) => !x, signed());
    return power();
  };
  const term = chain(signed, { ...entrywise("*", "/", "//", "%"), "@": matmul });
  const sum = chain(term, entrywise("+", "-"));
  const meet = chain(sum, { "&": (a, b) => masks((x, y) => x && y, a, b) });
  const union = chain(meet, { "|": (a, b) => masks((x, y) => x || y, a, b) });

  const trailed = () => {
    let value = atom();
    for (;;) {
      if (next(".")) value = value?.module ? member(value.module, take()) : attribute(value, take());
      else if (value?.call && next("(")) value = called(value.call);
      else if (next("[")) value = picked(value, list("]", key));
      else if (value?.call || value?.module) throw new Error("a function or a module is no number");
      else return value;
    }
  };
  const called = (call) => {
    const named = {}, args = [];
    list(")", () => {
      if (tokens[at + 1] !== "=") return args.push(choice());
      const name = take();
      expect("=");
      named[name] = choice();
    });
    return call(args, named);
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
    const token = take(), isWord = /^[\p{L}_]/u.test(token);
    if (token === undefined) throw new Error("something is missing at the end");
    if (token === "[") return list("]", choice);
    if (token === "(") return grouped();
    if (/^["']/.test(token)) return token.slice(1, -1);
    if (/^\.?\d/.test(token)) return Number(token.replaceAll("_", ""));
    if (owns(names, token)) return names[token];
    if (owns(modules, token)) return imported(modules[token]);
    if (owns(WORDS, token) && peek() !== "(") return WORDS[token];
    const call = isWord && peek() === "(" ? routine(token) : null;
    if (call) return { call };
    throw new Error(isWord ? `there is no “${token}” here` : `“${token}” is not expected`);
  };
  const grouped = () => { // (a), or the tuple (a, b)
    const items = list(")", choice);
    return items.length === 1 && tokens[at - 2] !== "," ? items[0] : items;
  };

  const first = choice(); // or a tuple without brackets
  const value = next(",") ? [first, ...list(undefined, choice)] : first;
  if (at < tokens.length) throw new Error(`“${tokens[at]}” is not expected`);
  return value;
};
