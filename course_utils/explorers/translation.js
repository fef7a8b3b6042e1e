// An image to the other domain and back again, with the truth beside it and noise on the way.

import { button, choice, element, exampleField, normal, number, picture, slider, toImageData } from "./toolkit.js";
import { Network } from "./network.js";

const MOST_NOISE = 0.2;

export function roundTrip(stage, { shape, names, images, count, networks }) {
  const size = shape[0] * shape[1] * shape[2];
  const pixels = images.map((text) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    return Array.from({ length: count }, (_, i) =>
      Float32Array.from(bytes.subarray(i * size, (i + 1) * size), (byte) => byte / 255));
  });
  const translators = networks.map((exported) => new Network(exported));
  // A network's output may lie slightly outside [0, 1]; a picture's pixels may not.
  const translate = (way, x) => translators[way].run(x).map((value) => Math.min(Math.max(value, 0), 1));
  const error = (a, b) => a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0) / size;

  const state = { from: 0, image: 0, noise: 0, grain: [] };
  const throwDice = () => (state.grain = Array.from({ length: size }, normal));
  throwDice();
  const figure = () => {
    const canvas = picture("large");
    const caption = element("p", { class: "caption" });
    const told = element("p", { class: "note" });
    const node = element("div", { class: "figure" }, caption, canvas, told);
    const show = (title, x, words) => {
      caption.textContent = title;
      canvas.show([toImageData(x, shape), `Face ${state.image}, ${title}. ${words}`]);
      told.textContent = words;
    };
    return { node, show };
  };
  const [given, translated, truth, returned] = [figure(), figure(), figure(), figure()];

  const draw = stage.drawing(async () => {
    const [from, to] = [state.from, 1 - state.from];
    const x = pixels[from][state.image];
    const y = translate(from, x);
    const middle = y.map((value, i) => Math.min(Math.max(value + state.noise * state.grain[i], 0), 1));
    const again = translate(to, middle);
    const fromTruth = `error ${number(error(y, pixels[to][state.image]), 3)}`;
    const fromStart = `error ${number(error(again, x), 3)}`;
    given.show(names[from], x, "");
    translated.show(`as a ${names[to]}`, middle, fromTruth);
    truth.show(`the true ${names[to]}`, pixels[to][state.image], "never seen in training");
    returned.show("back again", again, fromStart);
    stage.say(`${names[from]} to ${names[to]}: ${fromTruth}; back again: ${fromStart}`);
  });

  const told = element("output", {}, number(0));
  stage.body.append(
    choice({ label: "Direction", value: "0",
      options: [["0", `${names[0]} → ${names[1]}`], ["1", `${names[1]} → ${names[0]}`]],
      onChange: (key) => {
        state.from = Number(key);
        draw();
      } }),
    element("div", { class: "pictures" }, ...[given, translated, truth, returned].map(({ node }) => node)),
    element("div", { class: "rate" }, element("span", {}, "Noise on the way back"),
      slider({ label: "Noise on the way back", min: 0, max: MOST_NOISE, step: 0.01, value: 0, onInput: (value) => {
        state.noise = value;
        told.textContent = number(value);
        draw();
      } }),
      told),
    element("div", { class: "rate-controls" },
      exampleField({ text: "Face", count, value: 0, labels: null, onChange: (i) => {
        state.image = i;
        draw();
      } }),
      button("Other noise", "As much noise, drawn anew", () => {
        throwDice();
        draw();
      })),
    element("p", { class: "note" },
      "Error: mean absolute difference a number of the picture, from the true translation and from the picture it began with."),
  );
  draw();
}
