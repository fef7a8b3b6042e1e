// A training played back: what each run draws, and what its discriminator believes, step by step.

import { element, number, player } from "./toolkit.js";
import { Chart, place, svg } from "./chart.js";

const COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"].map((color) =>
  `color-mix(in srgb, ${color} 85%, currentColor)`);
const BELIEF = [230, 159, 0]; // the more opaque, the likelier real
const FRAME = 140; // milliseconds
const BESIDE = 920; // pixels; in a wider stage the controls and the curve stand beside the planes

// Probabilities, row by row from the top, as a small picture that the chart stretches.
function beliefPicture(values, side) {
  const canvas = element("canvas", { width: side, height: side });
  const image = new ImageData(side, side);
  values.forEach((p, i) => image.data.set([...BELIEF, 150 * p], 4 * i));
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas.toDataURL();
}

export function trainingReplay(stage, { real, steps, runs, window: [low, high], score, side }) {
  const state = { at: 0 };
  const beside = stage.body.clientWidth >= BESIDE;
  const axis = (label) => ({ label, from: low, to: high });
  const dots = (plane, points, attributes) => points.map(([x, y]) =>
    svg("circle", { cx: plane.x(x).toFixed(1), cy: plane.y(y).toFixed(1), ...attributes }));

  const planes = runs.map((run, i) => {
    const plane = new Chart({ label: "", height: 380, x: axis("first coordinate"), y: axis("second coordinate") });
    const belief = svg("image", {
      x: plane.x(low), y: plane.y(high), preserveAspectRatio: "none",
      width: plane.x(high) - plane.x(low), height: plane.y(low) - plane.y(high),
    });
    plane.layer("belief").append(belief);
    plane.layer("real").append(...dots(plane, real, { r: 2 }));
    return { ...run, plane, belief, fakes: plane.layer("fakes"), color: COLORS[i % COLORS.length] };
  });

  const most = Math.max(...runs.flatMap(({ scores }) => scores));
  const curve = new Chart({
    label: `${score} over the training, one line a run`, height: beside ? 260 : 200,
    width: beside || stage.isNarrow ? 400 : 800,
    // The axis extends a little beyond the end, to leave room for the last label.
    x: { label: "training steps", from: steps[0], to: steps.at(-1) + 0.03 * (steps.at(-1) - steps[0]) }, y: { label: score, from: 0, to: 1.08 * most },
  });
  for (const { scores, color } of planes) {
    curve.layer("scores").append(
      svg("path", { d: curve.line(scores.map((value, i) => [steps[i], value])), stroke: color }));
  }
  const here = svg("line", { y1: curve.y(0), y2: curve.y(1.08 * most) });
  curve.layer("cursor").append(here);

  const told = element("p", { class: "told" });
  const draw = () => {
    const step = `Step ${steps[state.at].toLocaleString("en")}`;
    const words = planes.map(({ name, samples, beliefs, scores, plane, belief, fakes, color }) => {
      const value = number(scores[state.at], Number.isInteger(scores[state.at]) ? 0 : 2);
      const said = `${name}: ${score} ${value}`;
      fakes.replaceChildren(...dots(plane, samples[state.at], { r: 2.4, fill: color }));
      if (beliefs) belief.setAttribute("href", beliefPicture(beliefs[state.at], side));
      plane.node.setAttribute("aria-label", `${step}. ${said}.`);
      return said;
    });
    place(here, { x1: curve.x(steps[state.at]), x2: curve.x(steps[state.at]) });
    told.textContent = `${step}. ${words.join("; ")}.`;
    stage.say(told.textContent);
  };

  const { input, buttons } = player({
    label: "Saved steps of the training", one: "One saved step", what: "the training",
    last: steps.length - 1, frame: FRAME,
    onShow: (at) => {
      state.at = at;
      draw();
    },
  });

  const shown = element("div", { class: "columns" }, ...planes.map(({ name, color, plane }) =>
    element("div", { class: "main" },
      element("p", { class: "caption" },
        element("span", { class: "key", style: `background: ${color}` }), name),
      plane.node)));
  const played = element("div", {},
    told, input, buttons,
    element("div", { class: "curve-of-scores" }, curve.node),
    element("p", { class: "note" },
      element("span", { class: "key data" }), "data ",
      ...(side ? [element("span", { class: "key believed" }), "where the discriminator believes that points are real"] : [])));
  stage.body.append(element("div", { class: beside ? "replay beside" : "replay" }, shown, played));
  draw();
}
