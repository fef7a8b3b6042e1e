// Curves of several runs: smoothed, on either axis, side by side.

import { choice, element, number, PALETTE, slider } from "./toolkit.js";
import { Chart, svg } from "./chart.js";

// TensorBoard's running average, corrected for having started at zero.
export function smooth(values, weight) {
  let [mean, share] = [0, 1];
  return values.map((value) => {
    mean = weight * mean + (1 - weight) * value;
    share *= weight;
    return mean / (1 - share);
  });
}

export function runCurves(stage, { runs, curves, quantity }) {
  const state = { weight: 0.6, curve: curves[0], log: false, hidden: new Set() };
  const all = runs.flatMap(({ curves: values }) => Object.values(values).flat());
  const steps = Math.max(...runs.flatMap(({ curves: values }) => Object.values(values).map(({ length }) => length)));
  const positive = all.every((value) => value > 0);
  const scale = (value) => (state.log ? Math.log10(value) : value);
  const box = element("div", { class: "run-curves" });
  const told = element("p", { class: "told", role: "status" });

  const draw = () => {
    const [low, high] = [scale(state.log ? Math.min(...all) : Math.min(0, ...all)), scale(Math.max(...all))];
    const chart = new Chart({
      label: `${quantity} of ${runs.length} runs, ${state.curve}`, width: stage.isNarrow ? 400 : 560, height: 300,
      x: { label: "step", from: 1, to: Math.max(steps, 2) },
      y: {
        label: quantity + (state.log ? " (logarithmic)" : ""), from: low, to: high + 0.04 * (high - low || 1),
        ...(state.log && { text: (at) => String(Number((10 ** at).toPrecision(1))) }),
      },
    });
    const [written, drawn] = [chart.layer("written"), chart.layer("drawn")];
    const ends = [];
    runs.forEach(({ name, curves: values }, i) => {
      if (state.hidden.has(i)) return;
      const raw = values[state.curve];
      const smoothed = smooth(raw, state.weight);
      const path = (list) => svg("path", {
        d: chart.line(list.map((value, at) => [at + 1, scale(value)])), stroke: PALETTE[i % PALETTE.length],
      });
      written.append(path(raw));
      drawn.append(path(smoothed));
      ends.push({ name, raw: raw.at(-1), smoothed: smoothed.at(-1) });
    });
    box.replaceChildren(chart.node);
    ends.sort((a, b) => a.raw - b.raw);
    told.textContent = ends.length === 0 ? "All runs are hidden." :
      `Lowest at the end: ${ends[0].name}, written ${number(ends[0].raw, 3)}, drawn ${number(ends[0].smoothed, 3)}.`;
    stage.say(told.textContent);
  };

  const weightTold = element("output", {}, number(state.weight));
  const weight = slider({
    label: "Smoothing", min: 0, max: 0.99, step: 0.01, value: state.weight,
    onInput: (value) => {
      state.weight = value;
      weightTold.textContent = number(value);
      draw();
    },
  });
  const setting = (text, control) => element("div", { class: "setting" }, element("span", {}, text), control);
  const change = (key) => (value) => {
    state[key] = value;
    draw();
  };
  stage.body.append(
    element("div", { class: "settings" },
      setting("curve", choice({ label: "Which curve", value: state.curve, options: curves.map((name) => [name, name]), onChange: change("curve") })),
      positive ? setting("vertical axis", choice({ label: "Vertical axis", value: false, options: [[false, "linear"], [true, "logarithmic"]], onChange: change("log") })) : null),
    element("div", { class: "rate" }, element("span", {}, "smoothing"), weight, weightTold),
    box, told,
    element("div", { class: "runs" }, ...runs.map(({ name }, i) =>
      element("label", {},
        element("input", {
          type: "checkbox", checked: "", "data-lm-suppress-shortcuts": "true",
          onchange: () => {
            if (!state.hidden.delete(i)) state.hidden.add(i);
            draw();
          },
        }),
        element("span", { class: "key", style: `background: ${PALETTE[i % PALETTE.length]}` }), name))),
  );
  draw();
}
