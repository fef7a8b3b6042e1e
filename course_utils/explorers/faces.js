// One code, moved by sliders that say what a face does, and drawn by each person's decoder.

import { button, element, number, pageDecoder, picture, slider } from "./toolkit.js";

export function faceSwap(stage, { start, sliders, decoders }) {
  const values = sliders.map(() => 0);
  const people = Object.entries(decoders).map(([name, network]) => {
    const canvas = picture("large");
    const node = element("div", { class: "figure" }, element("p", { class: "caption" }, name), canvas);
    return { name, decoder: pageDecoder(network), canvas, node };
  });

  const code = () => start.map((value, d) =>
    sliders.reduce((sum, { direction }, i) => sum + values[i] * direction[d], value));
  const told = () =>
    sliders.flatMap(({ name }, i) => (values[i] ? [`${name} ${number(values[i])}`] : [])).join(", ") || "all sliders at 0";
  const draw = stage.drawing(async () => {
    const z = code();
    for (const { name, decoder, canvas } of people) {
      const [image] = await decoder.decode([z]);
      canvas.show([image, `${name}: ${told()}`]);
    }
    stage.say(told());
  });

  const rows = sliders.map(({ name, least }, i) => {
    const value = element("output", {}, number(0));
    const input = slider({ label: name, min: least, max: 1, step: 0.05, value: 0, onInput: (next) => {
      values[i] = next;
      value.textContent = number(next);
      draw();
    } });
    const clear = () => {
      values[i] = 0;
      input.set(0);
      value.textContent = number(0);
    };
    return { clear, node: element("div", { class: "row" }, element("span", { class: "name" }, name), input, value) };
  });
  stage.body.append(
    element("div", { class: "columns" },
      element("div", { class: "pictures" }, ...people.map(({ node }) => node)),
      element("div", { class: "main" },
        element("div", { class: "sliders named" }, ...rows.map(({ node }) => node)),
        element("div", { class: "buttons" }, button("All zero", "Every slider back to 0", () => {
          rows.forEach(({ clear }) => clear());
          draw();
        })),
        element("p", { class: "note" }, "One code for all pictures; only the decoders differ."))),
  );
  draw();
}
