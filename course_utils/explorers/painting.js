// Paint a label map; a network draws the picture that belongs to it.

import { clamp, keep, listenToKeys, listenToPointer } from "./hand.js";
import { Network } from "./network.js";
import { button, choice, element, exampleField, normal, picture, toImageData } from "./toolkit.js";

// Eight that colour-blind readers can tell apart (Okabe and Ito, 2008), and two more.
const COLORS = ["#999999", "#0072b2", "#e69f00", "#000000", "#56b4e9", "#009e73", "#d55e00", "#cc79a7", "#f0e442", "#ffffff"];
const RGB = COLORS.map((color) => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16)));
const BRUSHES = [1, 2, 4];

// The class of every pixel, a brush somewhere on it, and what the map was before each stroke.
class LabelMap {
  constructor(width, height, kind) {
    Object.assign(this, { width, height, kind, brush: 2, at: [width - 3, 2] });
  }

  start(kinds) {
    this.kinds = Uint8Array.from(kinds, Number);
    this.past = [];
  }

  get kindUnderBrush() {
    return this.kinds[this.at[1] * this.width + this.at[0]];
  }

  // The left and top pixel that the brush covers.
  get corner() {
    const start = (center, size) => clamp(center - ((this.brush - 1) >> 1), 0, size - this.brush);
    return [start(this.at[0], this.width), start(this.at[1], this.height)];
  }

  // Save the map, so that `undo` takes back the next change.
  keep() {
    keep(this.past, this.kinds);
  }

  undo() {
    if (this.past.length) this.kinds = this.past.pop();
  }

  move([right, down]) {
    const [x, y] = this.at;
    this.at = [clamp(x + right, 0, this.width - 1), clamp(y + down, 0, this.height - 1)];
  }

  dab() {
    const [left, top] = this.corner;
    for (let y = top; y < top + this.brush; y++) {
      const start = y * this.width + left;
      this.kinds.fill(this.kind, start, start + this.brush);
    }
  }

  // A fast pointer skips pixels, so the line between two positions is painted too.
  strokeTo([x, y]) {
    const [fromX, fromY] = this.at;
    const steps = Math.max(Math.abs(x - fromX), Math.abs(y - fromY), 1);
    for (let i = 1; i <= steps; i++) {
      this.at = [Math.round(fromX + ((x - fromX) * i) / steps), Math.round(fromY + ((y - fromY) * i) / steps)];
      this.dab();
    }
  }

  // The connected region of the brush's pixel: all that have its class.
  fill() {
    const wanted = this.kindUnderBrush;
    if (wanted === this.kind) return;
    this.keep();
    const open = [this.at];
    while (open.length) {
      const [x, y] = open.pop();
      const inside = x >= 0 && y >= 0 && x < this.width && y < this.height;
      if (!inside || this.kinds[y * this.width + x] !== wanted) continue;
      this.kinds[y * this.width + x] = this.kind;
      open.push([x - 1, y], [x + 1, y], [x, y - 1], [x, y + 1]);
    }
  }
}

// The map on the page, and the brush above it.
class Plane {
  constructor(stage, map, classes) {
    Object.assign(this, { stage, map, classes });
    this.layer = element("canvas", { class: "layer", width: map.width, height: map.height });
    this.cursor = element("div", { class: "brush" });
    this.node = element("div", { class: "plane label-map", tabindex: 0, role: "application", "data-lm-suppress-shortcuts": "true",
      style: `aspect-ratio: ${map.width} / ${map.height}` }, this.layer, this.cursor);
  }

  showMap() {
    const pixels = new ImageData(this.map.width, this.map.height);
    this.map.kinds.forEach((kind, i) => pixels.data.set([...RGB[kind], 255], 4 * i));
    this.layer.getContext("2d").putImageData(pixels, 0, 0);
  }

  showBrush() {
    const { width, height, brush, kind, corner: [left, top] } = this.map;
    Object.assign(this.cursor.style, {
      left: `${(100 * left) / width}%`, top: `${(100 * top) / height}%`,
      width: `${(100 * brush) / width}%`, height: `${(100 * brush) / height}%`,
      background: COLORS[kind],
    });
    this.tell();
  }

  tell() {
    const { width, height, brush, kind, kindUnderBrush, at: [x, y] } = this.map;
    const words = `Column ${x + 1}, row ${y + 1}: ${this.classes[kindUnderBrush]}. Brush: ${this.classes[kind]}, ${brush} wide.`;
    this.node.setAttribute("aria-label", `Label map, ${width} by ${height}. ${words}`);
    this.stage.say(words);
  }

  // The pixel at a place that is told in shares of width and height.
  pixelAt([across, down]) {
    const { width, height } = this.map;
    return [clamp(Math.floor(across * width), 0, width - 1), clamp(Math.floor(down * height), 0, height - 1)];
  }
}

// The picture that the network draws from the map, in a style that can be changed.
class Drawing {
  constructor(stage, network, map, classes, style) {
    const { width, height } = map;
    const kinds = classes.length;
    this.style = style;
    this.image = picture("large");
    this.draw = stage.drawing(async () => {
      const oneHot = new Float32Array(height * width * kinds);
      map.kinds.forEach((kind, i) => (oneHot[i * kinds + kind] = 1));
      const used = [...new Set(map.kinds)].map((kind) => classes[kind]).join(", ");
      const pixels = toImageData(network.run(this.style, oneHot), [height, width, 3]);
      this.image.show([pixels, `The picture drawn from the map; the map has ${used}`]);
      await new Promise(requestAnimationFrame); // show the brush's stroke before the next picture is drawn
    });
  }

  restyle(style) {
    this.style = style;
    this.draw();
  }
}

// The choice of what is painted, each class beside its colour.
const classChoice = (classes, value, onChange) =>
  choice({
    label: "Class to paint", value, onChange,
    options: classes.map((name, kind) => [kind,
      element("span", {}, element("span", { class: "key", style: `background: ${COLORS[kind]}` }), name)]),
  });

export function labelPainter(stage, { maps, classes, styles, network: exported, brush: first }) {
  const [[latent], [height, width]] = exported.steps.filter(({ op }) => op === "input").map(({ shape }) => shape);
  const map = new LabelMap(width, height, first);
  const plane = new Plane(stage, map, classes);
  const drawing = new Drawing(stage, new Network(exported), map, classes, styles[0]);

  const changed = () => {
    plane.showMap();
    plane.showBrush();
    drawing.draw();
  };
  const after = (action) => () => {
    action();
    changed();
  };
  const fill = after(() => map.fill());
  const undo = after(() => map.undo());
  const start = (i) => after(() => map.start(maps[i]))();
  const set = (name) => (value) => {
    map[name] = value;
    plane.showBrush();
  };
  listenToPointer(plane.node, {
    begin: (place) => {
      map.keep();
      map.at = plane.pixelAt(place);
      after(() => map.dab())();
    },
    strokeTo: (place) => after(() => map.strokeTo(plane.pixelAt(place)))(),
    hover: (place) => set("at")(plane.pixelAt(place)),
  });
  const dab = after(() => {
    map.keep();
    map.dab();
  });
  listenToKeys(plane.node, {
    move: (step) => {
      map.move(step);
      plane.showBrush();
    },
    dab,
    actions: { f: fill, u: undo },
  });

  stage.body.append(
    element("div", { class: "columns" },
      element("div", { class: "main" },
        plane.node,
        element("div", { class: "buttons" },
          button("Fill", "Give the whole patch under the brush the chosen class", fill),
          button("Undo", "Take the last stroke back", undo)),
        choice({ label: "Width of the brush in pixels", value: map.brush, options: BRUSHES.map((size) => [size, `${size} wide`]),
          onChange: set("brush") })),
      element("div", { class: "main" },
        drawing.image,
        exampleField({ text: "Style of face", count: styles.length, value: 0, onChange: (i) => drawing.restyle(styles[i]) }),
        element("div", { class: "buttons" },
          button("Random style", "Draw a style from the normal distribution", () => drawing.restyle(Array.from({ length: latent }, normal)))),
        exampleField({ text: "Begin with map", count: maps.length, value: 0, onChange: start }))),
    classChoice(classes, first, set("kind")),
    element("p", { class: "note" },
      "Paint with the pointer. By key: arrows move the brush, Space paints, Shift with an arrow paints on the way, F fills, U takes back."),
  );
  start(0);
}
