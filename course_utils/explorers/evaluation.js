// Spoil samples more and more in one way, and watch which metric reacts.

import { button, choice, cut, element, number, picture, slider, unpackImages } from "./toolkit.js";
import { Chart, place, svg } from "./chart.js";

export function metricExplorer(stage, { metrics, defects }) {
  const images = defects.map(({ images: text, shape, levels }) => cut(unpackImages(text, shape), levels.length));
  const most = Math.max(...images.map((levels) => levels[0].length));
  const canvases = Array.from({ length: most }, () => picture("large"));
  const state = { defect: 0, level: 0 };
  const told = element("output", { class: "readout" });

  const panels = metrics.map(({ name, better }) => {
    const text = element("output", { class: "told-loud" });
    const box = element("div");
    const node = element("div", { class: "metric" },
      element("p", { class: "note" }, `${name} (${better === "low" ? "lower" : "higher"} is better)`), text, box);
    return { node, text, box };
  });

  // A new defect has another axis; a new level only moves the dots.
  const drawCharts = () => panels.forEach((panel, m) => {
    const { name, reference, range: [from, to] } = metrics[m];
    const { levels, values } = defects[state.defect];
    const chart = new Chart({
      label: `${name} against ${defects[state.defect].name}`, width: 300, height: 170,
      x: { label: defects[state.defect].name, from: levels[0], to: levels[levels.length - 1] },
      y: { label: "", from, to },
    });
    const layer = chart.layer("metric-curve");
    const [left, right] = [levels[0], levels[levels.length - 1]];
    panel.dot = svg("circle", { r: 6 });
    layer.append(
      svg("line", { x1: chart.x(left), x2: chart.x(right), y1: chart.y(reference), y2: chart.y(reference) }),
      svg("path", { d: chart.line(levels.map((level, i) => [level, values[name][i]])) }));
    chart.overlay("metric-curve").append(panel.dot);
    panel.chart = chart;
    panel.box.replaceChildren(chart.node);
  });

  const draw = () => {
    const { name, levels, values } = defects[state.defect];
    const shown = images[state.defect][state.level];
    canvases.forEach((canvas, i) => {
      canvas.hidden = i >= shown.length;
      if (!canvas.hidden) canvas.show([shown[i], `Sample ${i + 1} at ${name} ${number(levels[state.level])}`]);
    });
    told.textContent = `${name}: ${number(levels[state.level])}`;
    panels.forEach(({ text, chart, dot }, m) => {
      const value = values[metrics[m].name][state.level];
      text.textContent = `${number(value)} · real data ${number(metrics[m].reference)}`;
      place(dot, { cx: chart.x(levels[state.level]), cy: chart.y(value) });
    });
    stage.say(`${told.textContent}. ${metrics.map(({ name: metric }) => `${metric} ${number(values[metric][state.level])}`).join(", ")}`);
  };

  const input = slider({ label: "How much of it", min: 0, max: 1, step: 1, value: 0, onInput: (level) => {
    state.level = level;
    draw();
  } });
  const goTo = (level) => {
    state.level = Math.min(Math.max(level, 0), defects[state.defect].levels.length - 1);
    input.set(state.level);
    draw();
  };
  const show = (defect) => {
    state.defect = defect;
    input.max = defects[defect].levels.length - 1;
    drawCharts();
    goTo(0);
  };
  stage.body.append(
    choice({ label: "What is wrong with the samples", value: 0, options: defects.map(({ name }, i) => [i, name]), onChange: show }),
    element("div", { class: "row-of-images" }, ...canvases),
    element("div", { class: "main" }, told, input,
      element("div", { class: "buttons" },
        button("Less", "One step less of it", () => goTo(state.level - 1)),
        button("More", "One step more of it", () => goTo(state.level + 1)))),
    element("div", { class: "metrics" }, ...panels.map(({ node }) => node)),
    element("p", { class: "note" }, "Dashed: what real data score."),
  );
  show(0);
}
