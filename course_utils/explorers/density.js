// Densities on a line over their data: fitted, read off at a point, and sampled from.

import { button, choice, element, normal, number, slider } from "./toolkit.js";
import { Chart, place, svg } from "./chart.js";

const BINS = 32;
const CURVE_POINTS = 500;

// All three models are sums of Gaussians: one, a few, or one on every data point.
const logDensity = ({ weights, means, stds }, x) => {
  let density = 0;
  for (let k = 0; k < means.length; k++) {
    const standard = (x - means[k]) / stds[k];
    density += (weights[k] / stds[k]) * Math.exp(-0.5 * standard * standard);
  }
  return Math.log(density) - 0.5 * Math.log(2 * Math.PI);
};

const draw = ({ weights, means, stds }) => {
  let left = Math.random();
  let k = 0;
  while (k < weights.length - 1 && left >= weights[k]) left -= weights[k++];
  return means[k] + stds[k] * normal();
};

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

export function densities(stage, { name, data, heldOut, mixtures, bandwidths, range }) {
  const [from, to] = range;
  const width = (to - from) / BINS;
  const share = (values) => {
    const counts = new Array(BINS).fill(0);
    for (const value of values) counts[Math.floor((value - from) / width)]++; // values outside add nothing
    return counts.slice(0, BINS).map((count) => count / (values.length * width));
  };
  const heights = share(data);
  const chart = new Chart({
    label: "", height: 270,
    x: { label: name, from, to }, y: { label: "density", from: 0, to: 1.35 * Math.max(...heights) },
  });
  chart.layer("histogram").append(...heights.map((height, i) => svg("rect", {
    x: chart.x(from + i * width) + 0.5, width: chart.x(width) - chart.x(0) - 1,
    y: chart.y(height), height: chart.bottom - chart.y(height),
  })));
  const outline = chart.layer("samples").appendChild(svg("path"));
  const curve = chart.layer("density").appendChild(svg("path"));
  const cursor = chart.overlay("cursor");
  const [stem, dot] = [svg("line"), svg("circle", { r: 5.5 })];
  cursor.append(stem, dot);

  const state = { family: "gaussian", components: 2, bandwidth: bandwidths.start, x: mean(data), sampled: false };
  const model = () => {
    if (state.family === "gaussian") return mixtures[0];
    if (state.family === "mixture") return mixtures[state.components - 1];
    return { weights: data.map(() => 1 / data.length), means: data, stds: data.map(() => state.bandwidth) };
  };
  const score = (current, values) => mean(values.map((x) => logDensity(current, x)));

  const readout = element("output", { class: "readout" });
  const scores = element("p", { class: "place" });
  const told = element("span", { class: "told" });

  const drawPoint = () => {
    const density = Math.exp(logDensity(model(), state.x));
    place(stem, { x1: chart.x(state.x), x2: chart.x(state.x), y1: chart.bottom, y2: chart.y(density) });
    place(dot, { cx: chart.x(state.x), cy: Math.max(chart.y(density), 8) });
    const shown = density >= 0.001 ? number(density, 3) : density.toExponential(1).replace("-", "−");
    readout.textContent = `p(${number(state.x)}) = ${shown}`;
    chart.node.setAttribute("aria-label", `Histogram of ${name} and the density of the model; ${readout.textContent}`);
    stage.say(readout.textContent);
  };
  const drawSamples = () => {
    outline.setAttribute("visibility", state.sampled ? "visible" : "hidden");
    if (!state.sampled) return;
    const current = model();
    const drawn = share(Array.from({ length: data.length }, () => draw(current)));
    outline.setAttribute("d", chart.line(
      [[from, 0], ...drawn.flatMap((height, i) => [[from + i * width, height], [from + (i + 1) * width, height]]), [to, 0]]));
  };
  const drawModel = () => {
    const current = model();
    curve.setAttribute("d", chart.line(Array.from({ length: CURVE_POINTS + 1 }, (_, i) => {
      const x = from + ((to - from) * i) / CURVE_POINTS;
      return [x, Math.exp(logDensity(current, x))];
    })));
    scores.textContent = `Mean log p: ${number(score(current, data), 3)} nats on the data` +
      (heldOut ? `, ${number(score(current, heldOut), 3)} on data held out.` : ".");
    drawPoint();
    drawSamples();
  };

  const where = slider({ label: name, min: from, max: to, step: (to - from) / 400, value: state.x, onInput: (x) => {
    state.x = x;
    drawPoint();
  } });
  const components = slider({ label: "Number of components", min: 1, max: mixtures.length, step: 1, value: state.components,
    onInput: (k) => {
      state.components = k;
      update();
    } });
  // A logarithmic slider: what matters is the ratio of two bandwidths.
  const [least, most] = [Math.log10(bandwidths.least), Math.log10(bandwidths.most)];
  const bandwidth = slider({ label: "Bandwidth, power of ten", min: least, max: most, step: (most - least) / 60,
    value: Math.log10(state.bandwidth), onInput: (power) => {
      state.bandwidth = 10 ** power;
      update();
    } });
  const words = {
    gaussian: () => "A Gaussian has nothing to choose.",
    mixture: () => `${state.components} component${state.components > 1 ? "s" : ""}`,
    kernel: () => `Bandwidth ${state.bandwidth.toPrecision(2)}`,
  };
  const update = () => {
    components.hidden = state.family !== "mixture";
    bandwidth.hidden = state.family !== "kernel";
    told.textContent = words[state.family]();
    drawModel();
  };

  const follow = (event) => {
    state.x = Math.min(Math.max(chart.xUnder(event), from), to);
    where.set(state.x);
    drawPoint();
  };
  chart.node.classList.add("pointed");
  chart.node.addEventListener("pointerdown", follow);
  chart.node.addEventListener("pointermove", (event) => {
    if (event.pointerType === "mouse" || event.buttons) follow(event);
  });

  stage.body.append(
    choice({ label: "Model", value: state.family,
      options: [["gaussian", "Gaussian"], ["mixture", "Mixture"], ["kernel", "Kernel density"]],
      onChange: (family) => {
        state.family = family;
        update();
      } }),
    element("div", { class: "columns" },
      element("div", { class: "main wide" }, chart.node,
        element("label", { class: "under" }, where)),
      element("div", { class: "controls narrow" },
        told, components, bandwidth, scores, readout,
        element("div", { class: "buttons" },
          button("Draw samples", `As many samples as there are data, ${data.length}`, () => {
            state.sampled = true;
            drawSamples();
          }),
          button("Hide", "Hide the samples", () => {
            state.sampled = false;
            drawSamples();
          })),
        element("p", { class: "note" },
          element("span", { class: "key data" }), "data ", element("span", { class: "key model" }), "model ",
          element("span", { class: "key sampled" }), "samples"),
        element("p", { class: "note" }, "Move over the chart, or use the slider below it, to read the density at a point."))),
  );
  update();
}
