// Two pictures' styles, mixed layer by layer and truncated.

import { button, choice, element, exampleField, number, picture, side, slider } from "./toolkit.js";

export function styleMixer(stage, { styles, mean, layers, ends }, decoder) {
  const state = { ends: [...ends], from: layers.map((_, i) => (2 * i < layers.length ? 0 : 1)), psi: 1 };
  const towards = (w) => w.map((value, i) => mean[i] + state.psi * (value - mean[i]));
  const code = (from) => from.flatMap((end) => towards(styles[state.ends[end]]));

  const image = picture("large");
  const parents = [0, 1].map(() => picture("parent"));
  const draw = stage.drawing(async () => {
    const [a, b, mixed] = await decoder.decode(
      [layers.map(() => 0), layers.map(() => 1), state.from].map(code));
    const letters = state.from.map((end) => "AB"[end]).join(", ");
    image.show([mixed, `Layers from ${letters}, ψ = (${number(state.psi)})`]);
    parents.forEach((parent, end) => parent.show([[a, b][end], `Picture ${"AB"[end]}`]));
  });

  const fields = [0, 1].map((end) => element("div", {}, exampleField({
    text: "AB"[end], count: styles.length, value: state.ends[end],
    onChange: (i) => {
      state.ends[end] = i;
      draw();
    },
  }), parents[end]));
  const rows = layers.map((name, layer) => element("div", { class: "mixed" },
    element("span", {}, name),
    choice({
      label: `Style at ${name} pixels`, value: String(state.from[layer]), options: [["0", "A"], ["1", "B"]],
      onChange: (end) => {
        state.from[layer] = Number(end);
        draw();
        stage.say(`${name} from ${"AB"[end]}`);
      },
    })));
  const told = element("output", {}, "ψ = 1.00");
  const psi = slider({
    label: "Truncation ψ", min: 0, max: 1.5, step: 0.05, value: 1,
    onInput: (next) => {
      state.psi = next;
      told.textContent = `ψ = ${number(next)}`;
      draw();
    },
  });
  const another = button("Two others", "Two pictures at random", () => {
    state.ends = state.ends.map(() => Math.floor(Math.random() * styles.length));
    fields.forEach((field, end) => {
      field.querySelector("input").value = state.ends[end];
    });
    draw();
  });

  stage.body.append(
    element("div", { class: "columns" },
      side(image, element("div", { class: "buttons" }, another)),
      element("div", { class: "main" },
        element("div", { class: "ends" }, ...fields),
        ...rows,
        element("div", { class: "mixed" }, told, psi),
        element("p", { class: "note" },
          "ψ = 0 is the mean style, the same face for all; beyond 1 the styles leave what was learnt."))),
  );
  draw();
}
