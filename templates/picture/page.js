"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const slider = document.getElementById("step");
  const said = document.getElementById("said");
  document.body.classList.add("js");

  // which lines, gates and cards belong together

  const choose = (stages, nodes) => {
    const inStages = (text) => text.split(" ").some((s) => stages.includes(s));
    for (const line of all(".line[data-stages]")) line.classList.toggle("on", inStages(line.dataset.stages));
    for (const gate of all(".node")) {
      const mine = nodes.length ? nodes.includes(gate.dataset.node) : stages.includes(gate.dataset.stage);
      gate.classList.toggle("on", mine && gate.getAttribute("role") === "button");
    }
    for (const card of all(".card")) {
      const mine = nodes.length ? nodes.includes(card.dataset.node) : stages.includes(card.dataset.stage);
      card.classList.toggle("on", mine);
    }
  };

  const show = (number) => {
    const step = data.steps[number];
    slider.value = String(number);
    slider.setAttribute("aria-valuetext", `step ${number + 1} of ${data.steps.length}`);
    said.textContent = document.body.classList.contains("turn") && step.kind === "gradient" ? `Backward${step.stage ? ` (${step.stage})` : ""}: your turn` : step.text;
    for (const label of all("[data-step]")) label.classList.toggle("later", Number(label.dataset.step) > number);
    choose(step.stage ? [step.stage] : [], step.node >= 0 ? [String(step.node)] : []);
  };
  const move = (by) => show(Math.min(Math.max(Number(slider.value) + by, 0), data.steps.length - 1));

  slider.addEventListener("input", () => show(Number(slider.value)));
  document.getElementById("back").addEventListener("click", () => move(-1));
  document.getElementById("next").addEventListener("click", () => move(1));

  let playing = 0;
  const play = document.getElementById("play");
  const stop = () => { clearInterval(playing); playing = 0; play.textContent = "Play"; };
  play.addEventListener("click", () => {
    if (playing) return stop();
    if (Number(slider.value) === data.steps.length - 1) show(0);
    play.textContent = "Pause";
    playing = setInterval(() => { move(1); if (Number(slider.value) === data.steps.length - 1) stop(); }, 1600);
  });

  const pressed = (element, act) => {
    element.addEventListener("click", act);
    element.addEventListener("keydown", (event) => {
      if (event.target === element && (event.key === "Enter" || event.key === " ")) { event.preventDefault(); act(); }
    });
  };
  for (const line of all(".line[data-stages]")) pressed(line, () => choose(line.dataset.stages.split(" "), []));
  for (const gate of all('.node[role="button"]')) {
    const { stage, node } = gate.dataset;
    pressed(gate, () => choose(stage ? [stage] : [], node ? [node] : []));
  }

  // your turn: arithmetic is evaluated here, by this small evaluator alone

  const FUNCTIONS = { exp: Math.exp, log: Math.log, sqrt: Math.sqrt, sin: Math.sin, cos: Math.cos, tan: Math.tan, sinh: Math.sinh, cosh: Math.cosh, tanh: Math.tanh, abs: Math.abs, max: Math.max, min: Math.min, pow: Math.pow, log1p: Math.log1p, expm1: Math.expm1, float: Number };
  const CONSTANTS = { pi: Math.PI, e: Math.E, inf: Infinity };
  const TOKEN = /\s*(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?:\[[^\[\]]*\])*|\*\*|[<>=!]=|[-+*\/()<>,\[\]])/y;

  const evaluate = (text, names) => {
    const tokens = [];
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.trimEnd().length) {
      const from = TOKEN.lastIndex, found = TOKEN.exec(text);
      if (!found) throw new Error(`cannot read “${text.slice(from).trim()}”`);
      tokens.push(found[1]);
    }
    let at = 0;
    const peek = () => tokens[at], take = () => tokens[at++];
    const expect = (sign) => { if (take() !== sign) throw new Error(`“${sign}” is missing`); };
    const list = (end) => {
      const items = [];
      while (peek() !== end) { items.push(choice()); if (peek() === ",") take(); else break; }
      expect(end);
      return items;
    };
    const choice = () => {
      const value = comparison();
      if (peek() !== "if") return value;
      take();
      const test = comparison();
      expect("else");
      const other = choice();
      return test ? value : other;
    };
    const comparison = () => {
      const left = sum(), sign = peek();
      const tests = { "<": (a, b) => a < b, "<=": (a, b) => a <= b, ">": (a, b) => a > b, ">=": (a, b) => a >= b, "==": (a, b) => a === b, "!=": (a, b) => a !== b };
      if (!Object.hasOwn(tests, sign ?? "")) return left;
      take();
      return Number(tests[sign](left, sum()));
    };
    const sum = () => {
      let value = product();
      while (peek() === "+" || peek() === "-") value = take() === "+" ? value + product() : value - product();
      return value;
    };
    const product = () => {
      let value = signed();
      while (peek() === "*" || peek() === "/") value = take() === "*" ? value * signed() : value / signed();
      return value;
    };
    const signed = () => {
      if (peek() === "-") { take(); return -signed(); }
      if (peek() === "+") { take(); return signed(); }
      return power();
    };
    const power = () => {
      const value = atom();
      if (peek() !== "**") return value;
      take();
      return value ** signed();
    };
    const atom = () => {
      const token = take();
      if (token === undefined) throw new Error("something is missing at the end");
      if (token === "(") { const value = choice(); expect(")"); return value; }
      if (token === "[") return list("]");
      if (/^[\d.]/.test(token)) return Number(token);
      const short = token.split(".").pop();
      if (peek() === "(" && Object.hasOwn(FUNCTIONS, short)) { take(); return FUNCTIONS[short](...list(")")); }
      if (Object.hasOwn(names, token)) return names[token];
      if (token.includes(".") && Object.hasOwn(CONSTANTS, short)) return CONSTANTS[short];
      throw new Error(/^[A-Za-z_]/.test(token) ? `there is no “${token}” here` : `“${token}” is not expected`);
    };
    const value = choice();
    if (at < tokens.length) throw new Error(`“${tokens[at]}” is not expected`);
    return value;
  };

  // Two right formulas differ by rounding, most where a value all but vanishes (1 - f for f near 1): such points decide nothing, if others do.
  const TINY = 1e-6;
  const size = (a) => Array.isArray(a) ? Math.max(...a.map(Math.abs)) : Math.abs(a);
  const near = (a, b, tiny) => {
    if (Array.isArray(a) || Array.isArray(b)) return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((x, i) => near(x, b[i], tiny));
    return Math.abs(a - b) <= 1e-8 * Math.max(size(a), size(b)) || tiny && Math.max(size(a), size(b)) < TINY;
  };
  const apart = (got, want) => [4, 12].map((n) => [got.toPrecision(n), want.toPrecision(n)]).find(([a, b], i) => i || a !== b);
  const bare = (text) => text.replace(/\s+/g, "");

  const judge = (blank, typed) => {
    if (!typed.trim()) return ["", ""];
    if (!blank.wants.length) {
      return bare(typed) === bare(blank.answer) ? ["right", "word for word"] : ["wrong", "not gradgen's text; arrays are not evaluated here, so it may be right all the same"];
    }
    try {
      const tiny = blank.wants.some((want) => size(want) >= TINY);
      const agree = blank.wants.every((want, i) => near(evaluate(typed, { ...data.points[i], ...blank.over[i] }), want, tiny));
      if (agree) return ["right", `agrees at ${blank.wants.length} points`];
      const got = evaluate(typed, { ...data.points[0], ...blank.over[0] });
      if (Array.isArray(got) || Array.isArray(blank.wants[0])) return ["wrong", "other numbers come out"];
      if (near(got, blank.wants[0], tiny)) return ["wrong", "right here, but not at other points"];
      const [here, there] = apart(got, blank.wants[0]);
      return ["wrong", `gives ${here}, should be ${there} here`];
    } catch (error) {
      return ["wrong", error.message];
    }
  };

  const score = document.getElementById("score");
  const count = () => { score.textContent = `${all(".mark.right").length} of ${data.blanks.length} lines right`; };
  for (const [number, blank] of data.blanks.entries()) {
    const field = document.getElementById(`blank${number}`);
    const mark = document.getElementById(`mark${number}`);
    field.addEventListener("change", () => {
      const [kind, why] = judge(blank, field.value);
      mark.className = `mark ${kind}`;
      mark.textContent = kind ? `${kind}: ${why}` : "";
      count();
    });
    field.addEventListener("keydown", (event) => { if (event.key === "Enter") { field.blur(); const next = document.getElementById(`blank${number + 1}`); if (next) next.focus(); } });
  }
  const turn = document.getElementById("turn");
  turn.addEventListener("click", () => {
    const on = document.body.classList.toggle("turn");
    turn.setAttribute("aria-pressed", String(on));
    for (const field of all(".fill")) field.closest(".line").setAttribute("role", on ? "group" : "button");  // no field inside a button
    count();
    show(Number(slider.value));
  });

  show(data.steps.length - 1);
})();
