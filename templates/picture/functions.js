// NumPy's functions and Python's, by the last part of their names: what may be called in an answer.

const mapped = (names) => Object.fromEntries(names.split(" ").map((name) => [name, Math[name]]));
const ONE = { // of one number, entry by entry
  ...mapped("exp expm1 log log1p log2 log10 sqrt cbrt abs sign floor ceil trunc"),
  ...mapped("sin cos tan sinh cosh tanh asin acos atan asinh acosh atanh"),
  arcsinh: Math.asinh,
  arccosh: Math.acosh,
  arctanh: Math.atanh,
  radians: (x) => (x * Math.PI) / 180,
  degrees: (x) => (x * 180) / Math.PI,
  arcsin: Math.asin,
  arccos: Math.acos,
  arctan: Math.atan,
  absolute: Math.abs,
  fabs: Math.abs,
  square: (x) => x * x,
  negative: (x) => -x,
  reciprocal: (x) => 1 / x,
};
const TWO = { // of two
  ...mapped("atan2 hypot pow"),
  maximum: Math.max,
  minimum: Math.min,
  arctan2: Math.atan2,
  power: Math.pow,
  copysign: (a, b) => (b < 0 || Object.is(b, -0) ? -Math.abs(a) : Math.abs(a)),
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
};

const mean = (numbers) => add(numbers) / numbers.length;
const product = (numbers) => numbers.reduce((a, b) => a * b, 1);
const full = (shape, value) => build([shape].flat(), () => value);
const flat = (x) => reshape(x, [-1]);
const squeeze = (x, axis = null) => {
  const shape = shapeOf(x), gone = axis === null ? null : axisOf(axis, shape.length);
  return reshape(x, shape.filter((n, i) => n !== 1 || (gone !== null && gone !== i)));
};
const settled = (x) => {
  const { shape, data, bool } = lift(x);
  return wrap(shape, data, bool);
};
const range = (...ends) => {
  const [from, to, step] = ends.length === 1 ? [0, ends[0], 1] : [ends[0], ends[1], ends[2] ?? 1];
  const data = Array.from({ length: Math.max(0, Math.ceil((to - from) / step)) }, (_, i) => from + i * step);
  return { shape: [data.length], data, bool: false };
};
const asFloats = (x, kind) => {
  if (kind !== "float") throw new Error("only floats are made here");
  return settled(x);
};
// max(a, b) of numbers, np.max(x, axis) of an array
const extreme = (best) => (...xs) =>
  xs.length > 1 && xs.every(isNumber) ? best(...xs) : reduce((numbers) => best(...numbers))(...xs);

const REDUCED = "a axis keepdims dtype";
const MANY = { // name -> [its parameters, what it gives]
  sum: [REDUCED, reduce(add)],
  mean: [REDUCED, reduce(mean)],
  prod: [REDUCED, reduce(product)],
  max: [REDUCED, extreme(Math.max)],
  min: [REDUCED, extreme(Math.min)],
  amax: [REDUCED, extreme(Math.max)],
  amin: [REDUCED, extreme(Math.min)],
  where: ["condition x y", each((test, a, b) => (test ? a : b))],
  dot: ["a b", dot],
  matmul: ["a b", matmul],
  outer: ["a b", outer],
  cross: ["a b", cross],
  tensordot: ["a b axes", tensordot],
  reshape: ["a shape", reshape],
  ravel: ["a", flat],
  flatten: ["a", flat],
  transpose: ["a axes", transpose],
  swapaxes: ["a axis1 axis2", swapaxes],
  expand_dims: ["a axis", expand],
  squeeze: ["a axis", squeeze],
  broadcast_to: ["a shape", spread],
  unbroadcast: ["a like", unbroadcast],
  concatenate: ["arrays axis dtype", concatenate],
  stack: ["arrays axis dtype", stack],
  zeros: ["shape dtype", (shape) => full(shape, 0)],
  ones: ["shape dtype", (shape) => full(shape, 1)],
  full: ["shape value dtype", full],
  zeros_like: ["a dtype", (x) => full(shapeOf(x), 0)],
  ones_like: ["a dtype", (x) => full(shapeOf(x), 1)],
  full_like: ["a value dtype", (x, value) => full(shapeOf(x), value)],
  array: ["a dtype", settled],
  asarray: ["a dtype", settled],
  copy: ["a", settled],
  astype: ["a dtype", asFloats],
  float: ["a", Number],
  len: ["a", (x) => (Array.isArray(x) ? x.length : shapeOf(x)[0])],
};
const SPREADING = { einsum, range, arange: range }; // as many arguments as there are
const METHODS = "sum mean prod max min dot reshape ravel flatten transpose swapaxes squeeze copy astype".split(" ");
const owns = (table, name) => Object.hasOwn(table, name);

const only = (count, args) => {
  if (args.length !== count) throw new Error(`${count === 1 ? "one argument is" : "two arguments are"} wanted`);
  return args;
};

// the function of a name, as (list of arguments, named ones) -> value; null for one that is not known
const routine = (name) => {
  if (owns(ONE, name)) return (args) => each(ONE[name])(...only(1, args));
  if (owns(TWO, name)) return (args) => each(TWO[name])(...only(2, args));
  if (owns(SPREADING, name)) return (args) => SPREADING[name](...args);
  if (!owns(MANY, name)) return null;
  const [parameters, f] = MANY[name], names = parameters.split(" ");
  return (args, named) => {
    const given = [...args];
    if (given.length > names.length && !["max", "min"].includes(name)) throw new Error(`${name} takes fewer arguments`);
    for (const [key, value] of Object.entries(named)) {
      if (!names.includes(key)) throw new Error(`${name} has no “${key}” here`);
      given[names.indexOf(key)] = value;
    }
    return f(...given);
  };
};

// x.name: a part of an array, or a function of it
const attribute = (x, name) => {
  if (name === "T") return transpose(x);
  if (name === "shape") return shapeOf(x);
  if (name === "ndim") return shapeOf(x).length;
  if (name === "size") return lift(x).data.length;
  if (name === "dtype") return "float";
  if (!METHODS.includes(name)) throw new Error(`“.${name}” is not known here`);
  const call = routine(name), sizes = ["reshape", "transpose"].includes(name); // x.reshape(2, -1) is x.reshape((2, -1))
  return { call: (args, named) => call([x, ...(sizes && args.length && args.every(isNumber) ? [args] : args)], named) };
};
