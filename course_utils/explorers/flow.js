// Flows: a plane that is bent layer by layer, and images moved along directions in code space.

import { button, choice, element, exampleField, number, PALETTE, picture, player, slider, toImageData } from "./toolkit.js";
import { Chart, place, svg } from "./chart.js";

const STEP = 0.05; // of a layer
const LAYER = 1200; // milliseconds

// ---- A plane that is bent -------------------------------------------------------------------

export function flowGrid(stage, { points, grid, labels, reach }) {
  const layers = points.length - 1;
  const axis = (label) => ({ label, from: -reach, to: reach });
  const plane = new Chart({ label: "", height: 400, x: axis("first dimension"), y: axis("second dimension") });
  const lines = grid[0].map(() => svg("path"));
  plane.layer("grid").append(...lines);
  const dots = points[0].map((_, i) =>
    svg("circle", { r: 3, fill: PALETTE[labels ? labels[i] % PALETTE.length : 0] }));
  plane.layer("dots").append(...dots);

  // The positions at a stage, interpolated linearly between two layers.
  const between = (stages, at, ...path) => {
    const before = Math.min(Math.floor(at), layers - 1);
    const share = at - before;
    const [from, to] = [stages[before], stages[before + 1]].map((value) => path.reduce((v, i) => v[i], value));
    return from.map((value, i) => (1 - share) * value + share * to[i]);
  };
  const words = (at) => {
    if (at === 0) return "The data, before the first layer.";
    if (at === layers) return `After all ${layers} layers: noise.`;
    return Number.isInteger(at) ? `After ${at} of ${layers} layers.` : `Within layer ${Math.ceil(at)} of ${layers}.`;
  };
  const told = element("p", { class: "told" });
  let at = 0;
  const draw = () => {
    dots.forEach((dot, i) => {
      const [x, y] = between(points, at, i);
      place(dot, { cx: plane.x(x), cy: plane.y(y) });
    });
    lines.forEach((line, i) =>
      line.setAttribute("d", plane.line(grid[0][i].map((_, j) => between(grid, at, i, j)))));
    told.textContent = words(at);
    plane.node.setAttribute("aria-label", `${points[0].length} points and a grid. ${words(at)}`);
    stage.say(words(at));
  };
  const { input, buttons, goTo } = player({
    label: "Layers passed", one: "One layer", what: "the way from data to noise",
    last: layers, step: STEP, stride: 1, frame: STEP * LAYER,
    onShow: (next) => {
      at = next;
      draw();
    },
  });
  stage.body.append(
    element("div", { class: "columns" },
      element("div", { class: "main wide" }, plane.node),
      element("div", { class: "controls narrow" },
        told, input,
        buttons,
        element("div", { class: "buttons" },
          button("Data", "Before the first layer", () => goTo(0)),
          button("Noise", "After the last layer", () => goTo(layers))),
        element("p", { class: "note" },
          "Right to left is how the flow draws: it starts at noise and undoes layer after layer."))),
  );
  draw();
}

// ---- Images moved along a direction ---------------------------------------------------------

export function attributeEditor(stage, { attributes, strengths, labels, shape }) {
  const state = { attribute: 0, example: 0, strength: strengths.indexOf(0) };
  const edited = picture("large");
  const original = picture("large");
  const told = element("output", {});
  const draw = () => {
    const images = attributes[state.attribute].images[state.example];
    const words = `${attributes[state.attribute].name}, strength ${number(strengths[state.strength])}`;
    original.show([toImageData(images[strengths.indexOf(0)], shape), `Example ${state.example}, as it is`]);
    edited.show([toImageData(images[state.strength], shape), `Example ${state.example}, ${words}`]);
    told.textContent = number(strengths[state.strength]);
    stage.say(words);
  };
  const figure = (text, canvas) => element("div", { class: "figure" }, element("p", { class: "caption" }, text), canvas);
  const input = slider({
    label: "Strength", min: strengths[0], max: strengths[strengths.length - 1], value: 0,
    step: (strengths[strengths.length - 1] - strengths[0]) / (strengths.length - 1),
    onInput: (value) => {
      const distances = strengths.map((strength) => Math.abs(strength - value));
      state.strength = distances.indexOf(Math.min(...distances));
      draw();
    },
  });
  stage.body.append(
    choice({ label: "Attribute", value: 0, options: attributes.map(({ name }, i) => [i, name]), onChange: (i) => {
      state.attribute = i;
      draw();
    } }),
    element("div", { class: "columns" },
      element("div", { class: "pictures" }, figure("as it is", original), figure("edited", edited)),
      element("div", { class: "main" },
        element("div", { class: "rate" }, element("span", {}, "Strength"), input, told),
        exampleField({ text: "Example", count: attributes[0].images.length, value: 0, labels, onChange: (i) => {
          state.example = i;
          draw();
        } }),
        element("p", { class: "note" }, "Strength 0 is the picture as it is; below 0 the code moves the other way."))),
  );
  draw();
}
