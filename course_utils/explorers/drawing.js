// Draw a picture, and see what an encoder, a decoder and a classifier make of it.

import { clamp, keep, listenToKeys, listenToPointer } from "./hand.js";
import { Network } from "./network.js";
import { button, choice, describe, element, number, picture, toImageData, unpackImages, vector } from "./toolkit.js";

const SHADES = [[1, "White"], [0.65, "Light grey"], [0.35, "Dark grey"], [0, "Eraser"]];
const BRUSHES = [[0.75, "Fine"], [1.5, "Medium"], [3, "Broad"]]; // radius in pixels
const SOFT = 1.5; // pixels over which the brush's edge fades
const ROUNDS = 10; // of completing
const LOST = [47, 58, 84]; // the colour of a lost pixel

// Which pixels each kind of loss takes, in shares of width and height.
const LOSSES = {
  "Left half": (across) => across < 0.5,
  "Right half": (across) => across > 0.5,
  "Upper half": (across, down) => down < 0.5,
  "Lower half": (across, down) => down > 0.5,
  "Scattered pixels": () => Math.random() < 0.5,
};

// ---- The drawing ----------------------------------------------------------------------------

// Grey values in [0, 1], a round brush at a place in pixels, and what was there before each stroke.
class Sheet {
  constructor([height, width]) {
    Object.assign(this, { width, height, shade: 1, radius: 1.5, past: [] });
    this.at = [width >> 1, height >> 1];
    this.pixels = new Float32Array(width * height);
  }

  replace(pixels) {
    keep(this.past, this.pixels);
    this.pixels = Float32Array.from(pixels);
  }

  undo() {
    if (this.past.length) this.pixels = this.past.pop();
  }

  move([right, down]) {
    const [x, y] = this.at.map(Math.round);
    this.at = [clamp(x + right, 0, this.width - 1), clamp(y + down, 0, this.height - 1)];
  }

  beginStroke(at) {
    keep(this.past, this.pixels);
    this.covered = new Float32Array(this.pixels.length);
    this.at = at;
    this.dab();
  }

  // A stroke covers each pixel by as much as its brush did at most, however often it passes. So a
  // slow hand leaves the same soft edge as a quick one.
  dab() {
    const [before, [x, y]] = [this.past.at(-1), this.at];
    const reach = this.radius + SOFT / 2;
    for (let row = Math.max(Math.ceil(y - reach), 0); row <= Math.min(y + reach, this.height - 1); row++) {
      for (let column = Math.max(Math.ceil(x - reach), 0); column <= Math.min(x + reach, this.width - 1); column++) {
        const i = row * this.width + column;
        const share = clamp((reach - Math.hypot(column - x, row - y)) / SOFT, 0, 1);
        this.covered[i] = Math.max(this.covered[i], share);
        this.pixels[i] = before[i] + this.covered[i] * (this.shade - before[i]);
      }
    }
  }

  // A fast hand skips pixels; the line between two places is drawn too, in steps of half a pixel.
  strokeTo([x, y]) {
    const [fromX, fromY] = this.at;
    const steps = Math.max(Math.ceil(2 * Math.hypot(x - fromX, y - fromY)), 1);
    for (let i = 1; i <= steps; i++) {
      this.at = [fromX + ((x - fromX) * i) / steps, fromY + ((y - fromY) * i) / steps];
      this.dab();
    }
  }
}

// The drawing on the page, and the brush above it.
class Surface {
  constructor(sheet) {
    this.sheet = sheet;
    this.layer = element("canvas", { class: "layer", width: sheet.width, height: sheet.height });
    this.brush = element("div", { class: "brush" });
    this.node = element("div", {
      class: "plane drawing", tabindex: 0, role: "application", "data-lm-suppress-shortcuts": "true",
      style: `aspect-ratio: ${sheet.width} / ${sheet.height}`,
    }, this.layer, this.brush);
  }

  showPixels() {
    const { pixels, width, height } = this.sheet;
    this.layer.getContext("2d").putImageData(toImageData(pixels, [height, width, 1]), 0, 0);
  }

  showBrush() {
    const { width, height, radius, at: [x, y] } = this.sheet;
    Object.assign(this.brush.style, {
      left: `${(100 * (x + 0.5 - radius)) / width}%`, top: `${(100 * (y + 0.5 - radius)) / height}%`,
      width: `${(200 * radius) / width}%`, height: `${(200 * radius) / height}%`,
    });
    const [column, row] = [Math.round(x), Math.round(y)];
    const inside = column >= 0 && row >= 0 && column < width && row < height;
    const value = inside ? `, value ${number(this.sheet.pixels[row * width + column])}` : "";
    this.words = `Brush at column ${column + 1}, row ${row + 1}${value}`;
    this.node.setAttribute("aria-label", `Your drawing, ${width} by ${height} pixels. ${this.words}`);
  }

  // In pixels; the middle of the first is 0.
  placeOf([across, down]) {
    return [across * this.sheet.width - 0.5, down * this.sheet.height - 0.5];
  }
}

// ---- What networks make of it ---------------------------------------------------------------

const errorOf = (a, b, where = () => true) =>
  a.reduce((sum, value, i) => sum + (where(i) ? (value - b[i]) ** 2 : 0), 0);

// The lost pixels, filled as drawing.py says. This takes longer than a frame, so it rests after every
// round: the hand and the other pictures go first.
export async function complete(pixels, lost, encode, decode) {
  const filledFrom = (drawn) => pixels.map((value, i) => (lost[i] ? drawn[i] : value));
  const [latent] = decode.steps[0].shape;
  let x = filledFrom(decode.run(new Float32Array(latent)));
  for (let round = 0; round < ROUNDS; round++) {
    await new Promise((resolve) => setTimeout(resolve));
    x = filledFrom(decode.run(encode.run(x)));
  }
  return x;
}

// A bar for each class, as long as it is likely.
class Odds {
  constructor(classes) {
    this.classes = classes;
    this.rows = classes.map((name) => {
      const [bar, amount] = [element("span", { class: "bar" }), element("span", { class: "share" })];
      return { bar, amount, node: element("div", { class: "odds-row" }, element("span", {}, name), element("span", {}, bar), amount) };
    });
    this.node = element("div", { class: "odds" }, ...this.rows.map(({ node }) => node));
  }

  show(odds) {
    const best = odds.indexOf(Math.max(...odds));
    this.rows.forEach(({ bar, amount, node }, k) => {
      bar.style.width = `${100 * odds[k]}%`;
      amount.textContent = `${Math.round(100 * odds[k])} %`;
      node.classList.toggle("likeliest", k === best);
    });
    this.words = `The classifier says ${this.classes[best]}, ${Math.round(100 * odds[best])} %`;
    describe(this.node, this.words);
  }
}

// The latent plane, tiled with what its decoder draws there, and a point for the drawing.
class Place {
  constructor(tiles, reach) {
    this.reach = reach;
    this.point = element("span", { class: "point" });
    this.node = element("div", { class: "plane still" }, this.tile(tiles), this.point);
  }

  tile(tiles) {
    const side = Math.sqrt(tiles.length);
    const [{ width, height }] = tiles;
    const canvas = element("canvas", { class: "layer", width: side * width, height: side * height });
    const context = canvas.getContext("2d");
    tiles.forEach((image, i) => context.putImageData(image, (i % side) * width, Math.floor(i / side) * height));
    return canvas;
  }

  show(z) {
    const share = (value) => clamp((value + this.reach) / (2 * this.reach), 0, 1);
    this.point.style.left = `${100 * share(z[0])}%`;
    this.point.style.top = `${100 * (1 - share(z[1]))}%`;
    describe(this.node, `Latent plane of two numbers: the drawing lies at ${vector(z)}`);
  }
}

// ---- All together ---------------------------------------------------------------------------

const figure = (caption, image, ...below) =>
  element("div", { class: "figure" }, element("p", { class: "caption" }, caption), image, ...below);

export function drawYourOwn(stage, { shape, images, names, classes, networks, tiles, reach }) {
  const [encode, decode, classify, place] =
    ["encode", "decode", "classify", "place"].map((name) => new Network(networks[name]));
  const [height, width] = shape;
  const starts = unpackImages(images, shape);
  const sheet = new Sheet(shape);
  const surface = new Surface(sheet);
  const odds = new Odds(classes);
  const plane = new Place(unpackImages(tiles, shape), reach);
  const [redrawn, damaged, completed] = [picture("large"), picture("large"), picture("large")];
  const [error, lostError] = [element("p", { class: "note" }), element("p", { class: "note" })];

  const react = stage.drawing(async () => {
    const drawn = decode.run(encode.run(sheet.pixels));
    error.textContent = `error ${number(errorOf(drawn, sheet.pixels), 1)}`;
    redrawn.show([toImageData(drawn, shape), `The drawing, encoded and decoded again: ${error.textContent}`]);
    odds.show(Array.from(classify.run(sheet.pixels)));
    plane.show(place.run(sheet.pixels));
    fill();
    stage.say(`${surface.words}. ${odds.words}. Drawn again with ${error.textContent}.`);
  });

  let loss = "Left half";
  let lost;
  const lose = (name) => {
    loss = name;
    lost = Array.from(sheet.pixels, (_, i) =>
      LOSSES[name](((i % width) + 0.5) / width, (Math.floor(i / width) + 0.5) / height));
  };
  const fill = stage.drawing(async () => {
    const [pixels, gone, name] = [sheet.pixels.slice(), lost, loss];
    const filled = await complete(pixels, gone, encode, decode);
    const left = Float32Array.from({ length: 3 * gone.length }, (_, i) => {
      const pixel = Math.floor(i / 3);
      return gone[pixel] ? LOST[i % 3] / 255 : pixels[pixel];
    });
    lostError.textContent = `error ${number(errorOf(filled, pixels, (i) => gone[i]), 1)}`;
    damaged.show([toImageData(left, [height, width, 3]), `What is left of the drawing: ${name} lost`]);
    completed.show([toImageData(filled, shape), `The drawing, completed: ${lostError.textContent}`]);
  });

  const changed = () => {
    surface.showPixels();
    surface.showBrush();
    react();
  };
  const after = (action) => (...given) => {
    action(...given);
    changed();
  };
  const moveTo = (at) => {
    sheet.at = at;
    surface.showBrush();
  };
  const undo = after(() => sheet.undo());
  const grey = ({ data }) => Float32Array.from({ length: width * height }, (_, i) => data[4 * i] / 255);
  const begin = after((image) => sheet.replace(grey(image)));

  listenToPointer(surface.node, {
    begin: (at) => after(() => sheet.beginStroke(surface.placeOf(at)))(),
    strokeTo: (at) => after(() => sheet.strokeTo(surface.placeOf(at)))(),
    hover: (at) => moveTo(surface.placeOf(at)),
  });
  listenToKeys(surface.node, {
    move: (step) => {
      sheet.move(step);
      surface.showBrush();
      stage.say(surface.words);
    },
    dab: after(() => sheet.beginStroke(sheet.at.map(Math.round))),
    actions: { u: undo },
  });

  const thumbnails = starts.map((image, i) => {
    const small = picture("thumbnail");
    small.show([image, ""]);
    small.setAttribute("aria-hidden", "true");
    const words = `Begin with this picture: ${names[i]}`;
    return element("button", { type: "button", class: "start", title: words, "aria-label": words, onclick: () => begin(image) }, small);
  });
  stage.body.append(
    element("div", { class: "draw-your-own" },
      element("div", { class: "main", style: "grid-area: draw" },
        element("p", { class: "caption" }, "Your drawing"),
        surface.node,
        choice({ label: "What the brush draws", options: SHADES, value: 1, onChange: (shade) => (sheet.shade = shade) }),
        choice({ label: "Size of the brush", options: BRUSHES, value: sheet.radius, onChange: (radius) => {
          sheet.radius = radius;
          surface.showBrush();
        } }),
        element("div", { class: "buttons" },
          button("Undo", "Take the last stroke back", undo),
          button("Clear", "Begin with an empty canvas", after(() => sheet.replace(sheet.pixels.map(() => 0)))))),
      element("div", { class: "main", style: "grid-area: result" },
        element("div", { class: "trio" },
          figure("Redrawn", redrawn, error),
          figure("Part lost", damaged),
          figure("Completed", completed, lostError)),
        choice({ label: "Which part is lost", options: Object.keys(LOSSES).map((name) => [name, name]), value: loss, onChange: (name) => {
          lose(name);
          fill();
        } }),
        element("div", { class: "columns judged" },
          element("div", { class: "main" }, element("p", { class: "caption" }, "Classified"), odds.node),
          element("div", { class: "main" }, element("p", { class: "caption" }, "On the latent plane"), plane.node))),
      element("div", { class: "main", style: "grid-area: starts" },
        element("p", { class: "note" }, "Or begin with one of these:"),
        element("div", { class: "starts" }, ...thumbnails))),
    element("p", { class: "note" },
      "Draw with mouse, pen or finger. By key: arrows move the brush, Space draws, Shift with an arrow draws on the way, U takes back. " +
      "Error: squared difference from your drawing, summed over pixels; when completing, over the lost ones."),
  );
  sheet.pixels = grey(starts[0]);
  lose(loss);
  changed();
}
