// Paint a label map; a network draws the picture that belongs to it.

import { Network } from "./network.js";
import { button, choice, element, exampleField, normal, picture, toImageData } from "./toolkit.js";

// Eight that colour-blind readers can tell apart (Okabe and Ito, 2008), and two more.
const COLORS = ["#999999", "#0072b2", "#e69f00", "#000000", "#56b4e9", "#009e73", "#d55e00", "#cc79a7", "#f0e442", "#ffffff"];
const BRUSHES = [1, 2, 4];
const UNDOS = 50;

export function labelPainter(stage, { maps, classes, styles, network: exported, brush: first }) {
  const network = new Network(exported);
  const [[latent], [height, width, kinds]] = exported.steps.filter(({ op }) => op === "input").map(({ shape }) => shape);
  const rgb = COLORS.map((color) => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16)));
  const state = { map: null, z: styles[0], kind: first, brush: 2, at: [width - 3, 2], past: [] };

  // ---- The map ----
  const layer = element("canvas", { class: "layer", width, height });
  const cursor = element("div", { class: "brush" });
  const plane = element("div", { class: "plane label-map", tabindex: 0, role: "application", "data-lm-suppress-shortcuts": "true",
    style: `aspect-ratio: ${width} / ${height}` }, layer, cursor);
  const image = picture("large");

  const covered = ([x, y]) => {
    const start = (center, size) => Math.min(Math.max(center - ((state.brush - 1) >> 1), 0), size - state.brush);
    return [start(x, width), start(y, height)];
  };
  const tell = () => {
    const [x, y] = state.at;
    const words = `Column ${x + 1}, row ${y + 1}: ${classes[state.map[y * width + x]]}. Brush: ${classes[state.kind]}, ${state.brush} wide.`;
    plane.setAttribute("aria-label", `Label map, ${width} by ${height}. ${words}`);
    stage.say(words);
  };
  const showCursor = () => {
    const [left, top] = covered(state.at);
    Object.assign(cursor.style, {
      left: `${(100 * left) / width}%`, top: `${(100 * top) / height}%`,
      width: `${(100 * state.brush) / width}%`, height: `${(100 * state.brush) / height}%`,
      background: COLORS[state.kind],
    });
    tell();
  };
  const showMap = () => {
    const pixels = new ImageData(width, height);
    state.map.forEach((kind, i) => pixels.data.set([...rgb[kind], 255], 4 * i));
    layer.getContext("2d").putImageData(pixels, 0, 0);
  };

  const draw = stage.drawing(async () => {
    const oneHot = new Float32Array(height * width * kinds);
    state.map.forEach((kind, i) => (oneHot[i * kinds + kind] = 1));
    const used = [...new Set(state.map)].map((kind) => classes[kind]).join(", ");
    image.show([toImageData(network.run(state.z, oneHot), [height, width, 3]), `The picture drawn from the map; the map has ${used}`]);
    await new Promise(requestAnimationFrame); // let the hand be seen before the next picture
  });
  const changed = () => {
    showMap();
    showCursor();
    draw();
  };

  // ---- Painting ----
  const keep = () => {
    state.past.push(state.map.slice());
    if (state.past.length > UNDOS) state.past.shift();
  };
  const dab = () => {
    const [left, top] = covered(state.at);
    for (let y = top; y < top + state.brush; y++) state.map.fill(state.kind, y * width + left, y * width + left + state.brush);
  };
  // All that hangs together with the pixel under the brush and has its class.
  const fill = () => {
    const wanted = state.map[state.at[1] * width + state.at[0]];
    if (wanted === state.kind) return;
    keep();
    const open = [state.at];
    while (open.length) {
      const [x, y] = open.pop();
      if (x < 0 || y < 0 || x >= width || y >= height || state.map[y * width + x] !== wanted) continue;
      state.map[y * width + x] = state.kind;
      open.push([x - 1, y], [x + 1, y], [x, y - 1], [x, y + 1]);
    }
    changed();
  };
  const undo = () => {
    if (!state.past.length) return;
    state.map = state.past.pop();
    changed();
  };

  const under = (event) => {
    const box = plane.getBoundingClientRect();
    const place = (share, size) => Math.min(Math.max(Math.floor(share * size), 0), size - 1);
    return [place((event.clientX - box.left) / box.width, width), place((event.clientY - box.top) / box.height, height)];
  };
  // A fast hand skips pixels; the line between two places is painted too.
  const strokeTo = ([x, y]) => {
    const [fromX, fromY] = state.at;
    const steps = Math.max(Math.abs(x - fromX), Math.abs(y - fromY), 1);
    for (let i = 1; i <= steps; i++) {
      state.at = [Math.round(fromX + ((x - fromX) * i) / steps), Math.round(fromY + ((y - fromY) * i) / steps)];
      dab();
    }
    changed();
  };
  plane.addEventListener("pointerdown", (event) => {
    plane.setPointerCapture(event.pointerId);
    keep();
    state.at = under(event);
    strokeTo(state.at);
  });
  plane.addEventListener("pointermove", (event) => {
    if (plane.hasPointerCapture(event.pointerId)) return strokeTo(under(event));
    state.at = under(event);
    showCursor();
  });
  plane.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (moves[event.key]) {
      const [right, down] = moves[event.key];
      const [x, y] = state.at;
      state.at = [Math.min(Math.max(x + right, 0), width - 1), Math.min(Math.max(y + down, 0), height - 1)];
      if (event.shiftKey) {
        keep();
        dab();
        changed();
      } else showCursor();
    } else if (event.key === " " || event.key === "Enter") {
      keep();
      dab();
      changed();
    } else if (event.key === "f") fill();
    else if (event.key === "u") undo();
    else return;
    event.preventDefault();
  });

  // ---- Around it ----
  const start = (i) => {
    state.map = Uint8Array.from(maps[i], Number);
    state.past = [];
    changed();
  };
  const restyle = (z) => {
    state.z = z;
    draw();
  };
  const kindsOffered = choice({
    label: "Class to paint", value: first,
    options: classes.map((name, kind) => [kind,
      element("span", {}, element("span", { class: "key", style: `background: ${COLORS[kind]}` }), name)]),
    onChange: (kind) => {
      state.kind = kind;
      showCursor();
    },
  });
  stage.body.append(
    element("div", { class: "columns" },
      element("div", { class: "main" },
        plane,
        element("div", { class: "buttons" },
          button("Fill", "Give the whole patch under the brush the chosen class", fill),
          button("Undo", "Take the last stroke back", undo)),
        choice({ label: "Width of the brush in pixels", value: state.brush, options: BRUSHES.map((size) => [size, `${size} wide`]),
          onChange: (size) => {
            state.brush = size;
            showCursor();
          } })),
      element("div", { class: "main" },
        image,
        exampleField({ text: "Style of face", count: styles.length, value: 0, onChange: (i) => restyle(styles[i]) }),
        element("div", { class: "buttons" },
          button("Random style", "Draw a style from the normal distribution", () => restyle(Array.from({ length: latent }, normal)))),
        exampleField({ text: "Begin with map", count: maps.length, value: 0, onChange: start }))),
    kindsOffered,
    element("p", { class: "note" },
      "Paint with the pointer. By key: arrows move the brush, Space paints, Shift with an arrow paints on the way, F fills, U takes back."),
  );
  start(0);
}
