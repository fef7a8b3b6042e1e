// From noise to data: a slider through the steps, images above, points beside.

import { cut, element, number, picture, player, unpackImages } from "./toolkit.js";
import { Chart, svg } from "./chart.js";

const DURATION = 4000; // milliseconds from noise to data

export function diffusionSteps(stage, { times, shape, noised, clean, points, reach }) {
  const [z, x] = [noised, clean].map((text) => cut(unpackImages(text, shape), times.length));
  const last = times.length - 1;
  const rows = [z, x].map((images) => images[0].map(() => picture("large pixels")));
  // Two rows of equal length rather than one that wraps at an arbitrary place.
  const across = rows[0].length > 6 ? Math.ceil(rows[0].length / 2) : rows[0].length;
  const grid = (canvases) =>
    element("div", { class: "row-of-images even", style: `--across: ${across}` }, ...canvases);

  let cloud = null;
  let chart = null;
  if (points) {
    chart = new Chart({
      label: "Points on the same way", width: 340, height: 320,
      x: { label: "first coordinate", from: -reach, to: reach },
      y: { label: "second coordinate", from: -reach, to: reach },
    });
    cloud = chart.layer("cloud");
    cloud.append(...points[0].map(() => svg("circle", { r: 2.5 })));
  }

  const told = element("output", { class: "readout" });
  const words = (step) => {
    if (step === 0) return "Nothing but noise. What the network sees in it is close to the mean of all data.";
    if (step === last) return "No noise is left: these are the samples.";
    return "The share of noise falls; what the network sees becomes definite.";
  };
  const note = element("p", { class: "told" });
  const draw = (step) => {
    [z, x].forEach((images, row) => images[step].forEach((image, i) =>
      rows[row][i].show([image, `${row ? "Seen in it" : "Noised image"}, number ${i + 1}, at t = ${number(times[step])}`])));
    if (cloud) {
      points[step].forEach(([a, b], i) => {
        cloud.children[i].setAttribute("cx", chart.x(a).toFixed(1));
        cloud.children[i].setAttribute("cy", chart.y(b).toFixed(1));
      });
      chart.node.setAttribute("aria-label", `${points[step].length} points at t = ${number(times[step])}`);
    }
    told.textContent = `Step ${step} of ${last}, t = ${number(times[step])}`;
    note.textContent = words(step);
    stage.say(`${told.textContent}. ${note.textContent}`);
  };

  const { input, buttons } = player({
    label: "Steps taken", one: "One step", what: "the way from noise to data", last, frame: DURATION / last, onShow: draw,
  });
  stage.body.append(
    element("div", { class: "columns" },
      element("div", { class: "main" },
        element("p", { class: "note" }, "noised images"), grid(rows[0]),
        element("p", { class: "note" }, "what the network sees in them"), grid(rows[1])),
      chart ? element("div", { class: "main" }, chart.node) : ""),
    element("div", { class: "main" }, told, input, buttons, note),
  );
  draw(0);
}
