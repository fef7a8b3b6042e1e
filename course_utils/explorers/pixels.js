// Paths from one image to another, and how far each of their pictures is from the nearest real one.

import { element, number, PALETTE, picture, slider, unpackImages } from "./toolkit.js";
import { Chart, place, svg } from "./chart.js";

const FRAMES = 9;

export function pixelPath(stage, { shape, paths, neighbours, typical }) {
  const real = unpackImages(neighbours, shape);
  const frames = paths.map((path) => unpackImages(path.images, shape));
  const state = { path: 0, t: 0.5 };
  // The path's image nearest to the slider's position.
  const at = (path, t) => Math.round(t * (frames[path].length - 1));

  const [image, nearest] = [picture("large"), picture("large")];
  const readout = element("output", { class: "readout across-both" });
  const highest = 1.15 * Math.max(typical ?? 0, ...paths.flatMap(({ distances }) => distances));
  const chart = new Chart({
    label: "Distance to the nearest real image along each path", height: 210,
    x: { label: "t, from A to B", from: 0, to: 1 }, y: { label: "distance", from: 0, to: highest || 1 },
  });
  const layer = chart.layer("distances");
  if (typical !== null) {
    layer.append(svg("line", { x1: chart.x(0), x2: chart.x(1), y1: chart.y(typical), y2: chart.y(typical) }));
  }
  const curves = paths.map(({ distances }, i) => svg("path", {
    stroke: PALETTE[i], d: chart.line(distances.map((distance, k) => [k / (distances.length - 1), distance])),
  }));
  const dot = svg("circle", { r: 5.5 });
  layer.append(...curves);
  chart.overlay("distances").append(dot);

  const name = `path-${Math.random().toString(36).slice(2)}`;
  const strips = paths.map((path, i) => {
    const shown = Array.from({ length: FRAMES }, () => picture("frame"));
    shown.forEach((canvas, k) => canvas.show([frames[i][at(i, k / (FRAMES - 1))], ""]));
    const mark = element("span", { class: "mark" });
    const input = element("input", {
      type: "radio", name, checked: i === 0 ? "" : null, "aria-label": path.name,
      "data-lm-suppress-shortcuts": "true",
      onchange: () => {
        state.path = i;
        draw();
      },
    });
    const label = element("span", { class: "name" }, input, path.name,
      element("span", { class: "swatch", style: `background: ${PALETTE[i]}` }));
    return { mark, node: element("label", { class: "strip swatched" }, label,
      element("span", { class: "frames", "aria-hidden": "true" }, ...shown, mark)) };
  });

  const told = element("span", { class: "name" });
  const draw = () => {
    const { distances, nearest: neighbour, name: path } = paths[state.path];
    const i = at(state.path, state.t);
    const distance = distances[i];
    const t = i / (distances.length - 1);
    image.show([frames[state.path][i], `Picture at t = ${number(t)} on the path ${path}`]);
    nearest.show([real[neighbour[i]], "The nearest real image"]);
    readout.textContent = `distance ${number(distance)}`;
    told.textContent = `t = ${number(t)}`;
    curves.forEach((curve, k) => curve.setAttribute("class", k === state.path ? "chosen" : ""));
    place(dot, { cx: chart.x(t), cy: chart.y(distance) });
    // The marks run from the middle of the first frame to the middle of the last.
    for (const { mark } of strips) mark.style.left = `${(100 * (0.5 + t * (FRAMES - 1))) / FRAMES}%`;
    stage.say(`t = ${number(t)}, distance to the nearest real image ${number(distance)}`);
  };
  const longest = Math.max(...frames.map(({ length }) => length));
  stage.body.append(
    element("div", { class: "columns" },
      element("div", { class: "pair" },
        element("span", { class: "told" }, "on the path"), element("span", { class: "told" }, "nearest real image"),
        image, nearest, readout),
      element("div", { class: "main" }, chart.node,
        typical === null ? "" : element("p", { class: "note" }, "Dashed: how far a real image is from its nearest, typically."))),
    element("div", { class: "main" },
      element("div", { class: "strip swatched" }, told,
        slider({ label: "How far from A to B", min: 0, max: 1, step: 1 / (longest - 1), value: state.t, onInput: (t) => {
          state.t = t;
          draw();
        } })),
      ...strips.map(({ node }) => node)),
  );
  draw();
}
