// K-means, half a round at a time: the points are assigned, then the centres move.

import { choice, element, number, PALETTE, player } from "./toolkit.js";
import { Chart, place, svg } from "./chart.js";

const GREY = "#888888";
const FRAME = 900; // milliseconds

export function kMeansStepper(stage, { points, runs, bounds }) {
  const state = { run: 0, step: 0 };
  const [[left, right], [low, high]] = bounds;
  const plane = new Chart({
    label: "", height: 400,
    x: { label: "first feature", from: left, to: right }, y: { label: "second feature", from: low, to: high },
  });
  const spokes = plane.layer("spokes");
  const dots = points.map(([x, y]) => svg("circle", { cx: plane.x(x), cy: plane.y(y), r: 3 }));
  plane.layer("dots").append(...dots);
  const trails = plane.layer("trails");
  const centers = plane.layer("centers");

  // Even steps place the centres, odd ones assign the points; step 0 has no labels yet.
  const at = () => {
    const { centers, labels } = runs[state.run];
    const placed = Math.floor(state.step / 2);
    return { centers: centers[placed], past: centers.slice(0, placed + 1), labels: labels[Math.ceil(state.step / 2) - 1] };
  };
  const words = () => {
    const round = Math.ceil(state.step / 2);
    if (state.step === 0) return "Start: the centers, and nobody belongs to them yet.";
    if (state.step % 2 === 0) return `Round ${round}: every center moves to the mean of its points.`;
    const last = state.step === runs[state.run].inertias.length;
    const settled = last ? " Nothing changes any more." : "";
    return `Round ${round}: every point goes to its nearest center.${settled}`;
  };

  const told = element("p", { class: "told" });
  const cost = element("output", { class: "place" });
  const curve = element("div");
  let chart, here;
  const drawCurve = () => {
    const { inertias } = runs[state.run];
    const longest = Math.max(...runs.map((run) => run.inertias.length));
    chart = new Chart({
      label: "Inertia after each half round; it never rises", height: 230,
      x: { label: "half rounds", from: 0, to: longest + 0.5 }, y: { label: "inertia", from: 0, to: 1.05 * inertias[0] },
    });
    const marks = inertias.map((value, i) => svg("circle", {
      class: i % 2 ? "move" : "assign", cx: chart.x(i + 1), cy: chart.y(value), r: 3.5,
    }));
    here = svg("circle", { class: "here", r: 7 });
    chart.layer("curve").append(
      svg("path", { class: "line", d: chart.line(inertias.map((value, i) => [i + 1, value])) }), ...marks, here);
    curve.replaceChildren(chart.node);
  };

  const draw = () => {
    const { centers: current, past, labels } = at();
    dots.forEach((dot, i) => dot.setAttribute("fill", labels ? PALETTE[labels[i] % PALETTE.length] : GREY));
    const color = (k) => PALETTE[k % PALETTE.length];
    spokes.replaceChildren(...(labels ? current.map((center, k) => svg("path", {
      stroke: color(k),
      d: points.filter((_, i) => labels[i] === k).map((point) => plane.line([center, point])).join(""),
    })) : []));
    trails.replaceChildren(...current.map((_, k) =>
      svg("path", { d: plane.line(past.map((centers) => centers[k])) })));
    centers.replaceChildren(...current.map(([x, y], k) => svg("g", { transform: `translate(${plane.x(x)} ${plane.y(y)})` },
      svg("circle", { r: 10, fill: color(k) }), svg("text", { y: 4.5, "text-anchor": "middle" }, String(k + 1)))));
    told.textContent = words();
    const { inertias } = runs[state.run];
    const value = inertias[state.step - 1];
    cost.textContent = value === undefined ? "Inertia: none yet" : `Inertia: ${number(value, 1)}`;
    place(here, value === undefined ? { visibility: "hidden" }
      : { visibility: "visible", cx: chart.x(state.step), cy: chart.y(value) });
    plane.node.setAttribute("aria-label", `Points and ${current.length} centers. ${words()}`);
    stage.say(`${words()} ${cost.textContent}`);
  };

  const { input, buttons, restart } = player({
    label: "Half rounds", one: "Half a round", what: "the rounds", last: 1, frame: FRAME,
    onShow: (step) => {
      state.step = step;
      draw();
    },
  });
  const show = (run) => {
    state.run = run;
    drawCurve();
    restart(runs[run].inertias.length);
  };
  stage.body.append(
    runs.length > 1 ? choice({ label: "Start", value: 0, options: runs.map(({ name }, i) => [i, name]), onChange: show }) : "",
    element("div", { class: "columns" },
      element("div", { class: "main" }, plane.node),
      element("div", { class: "main" },
        told, input, buttons,
        cost, curve,
        element("p", { class: "note" },
          element("span", { class: "key assign" }), "points assigned ", element("span", { class: "key move" }), "centers moved"))),
  );
  show(0);
}
