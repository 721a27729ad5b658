// The page: which lines, gates and cards belong together; the steps of the run.

const data = JSON.parse(document.getElementById("data").textContent);
const all = (selector) => [...document.querySelectorAll(selector)];
const slider = document.getElementById("step");
const said = document.getElementById("said");
document.body.classList.add("js");

const light = (element, on) => {
  element.classList.toggle("on", on);
  if (on) element.setAttribute("aria-current", "true");
  else element.removeAttribute("aria-current");
};
// a gate that is lit comes into view where the drawing scrolls sideways
const drawing = document.querySelector(".scroll");
const reveal = (gate) => {
  const [a, b] = [gate, drawing].map((element) => element.getBoundingClientRect());
  if (a.left < b.left || a.right > b.right) drawing.scrollLeft += (a.left + a.right - b.left - b.right) / 2;
};
const choose = (stages, nodes) => {
  const isMine = ({ stage, node }) => (nodes.length ? nodes.includes(node) : stages.includes(stage));
  const inStages = (text) => text.split(" ").some((s) => stages.includes(s));
  for (const line of all(".line[data-stages]")) light(line, inStages(line.dataset.stages));
  for (const gate of all('.node[role="button"]')) light(gate, isMine(gate.dataset));
  for (const card of all(".card")) light(card, isMine(card.dataset));
  const opened = all(".node.on[data-opens]").map((box) => box.dataset.opens); // a box opens below
  for (const heading of all("svg .heading")) light(heading, opened.some((text) => heading.textContent.startsWith(text)));
  const lit = all(".node.on").find((gate) => gate.getClientRects().length);
  if (lit) reveal(lit);
};

// the trips of loops: what is inside a loop is there once for each trip that can be chosen

const chosen = {}; // loop -> trip
const selects = all("select[data-loop]");
const tripsOf = (element) => element.dataset.trips.split(" ").map((pair) => pair.split(":"));
const inTrips = all("[data-trips]").map((element) => [element, tripsOf(element)]);
const isChosen = ([loop, trip]) => (chosen[loop] ?? trip) === trip;
const showTrips = () => {
  for (const select of selects) { // outermost first: in these trips, which ones has this loop?
    const { loop } = select.dataset, there = new Set();
    for (const [, path] of inTrips) {
      const at = path.findIndex(([own]) => own === loop);
      if (at >= 0 && path.slice(0, at).every(isChosen)) there.add(path[at][1]);
    }
    for (const option of select.options) option.disabled = !there.has(option.value);
    const last = [...select.options].reverse().find((option) => !option.disabled);
    if (!there.has(select.value)) select.value = last?.value ?? "";
    chosen[loop] = select.value;
  }
  for (const [element, path] of inTrips) element.classList.toggle("away", !path.every(isChosen));
};
for (const select of selects) select.addEventListener("change", showTrips);
showTrips();

const seed = data.steps.findIndex((step) => step.kind === "seed");
const show = (number) => {
  const step = data.steps[number];
  slider.value = String(number);
  slider.setAttribute("aria-valuetext", `step ${number + 1} of ${data.steps.length}`);
  const isHidden = document.body.classList.contains("turn") && ["gradient", "trip back"].includes(step.kind);
  said.textContent = isHidden ? `Backward${step.stage ? ` (${step.stage})` : ""}: your turn` : step.text;
  document.body.classList.toggle("ahead", number < seed); // no gradients yet, nor inside of boxes
  for (const label of all("[data-step]")) label.classList.toggle("later", Number(label.dataset.step) > number);
  const select = step.trip && selects.find((s) => Number(s.dataset.loop) === step.trip[0]);
  if (select) { select.value = String(step.trip[1]); showTrips(); }
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
  pressed(gate, () => {
    choose(stage ? [stage] : [], node ? [node] : []);
    all(".heading.on").find((heading) => heading.getClientRects().length)?.scrollIntoView({ block: "nearest" });
  });
}

show(data.steps.length - 1);
