// Three ways to walk through a latent space: one slider per dimension, a plane, a line.

import { button, choice, element, exampleField, normal, number, PALETTE, picture, side, slider, subscript, vector } from "./toolkit.js";

// Codes are kept within the sliders' reach.
const clamp = (value, range) => Math.min(Math.max(value, -range), range);

async function decodeAt(decoder, z) {
  const [image] = await decoder.decode([z]);
  return [image, `Decoded image at z = ${vector(z)}`];
}

// ---- One slider per dimension ---------------------------------------------------------------

export function latentSliders(stage, { size, range, kl, deadBelow, codes, labels }, decoder) {
  const z = new Float32Array(size);
  const image = picture("large");
  const draw = stage.drawing(async () => image.show(await decodeAt(decoder, z.slice())));

  const largest = kl && Math.max(...kl, deadBelow);
  const rows = Array.from(z, (_, d) => {
    const name = `z${subscript(d + 1)}`;
    const dead = kl && kl[d] < deadBelow;
    const value = element("output", {}, number(0));
    const input = slider({
      label: dead ? `${name}, unused` : name,
      min: -range, max: range, step: 0.05, value: 0,
      onInput: (next) => {
        z[d] = next;
        value.textContent = number(next);
        draw();
      },
    });
    const meter = kl && element("span", { class: "meter", title: `KL ${kl[d].toFixed(3)} nats` },
      element("span", { class: "bar", style: `width: ${(100 * kl[d]) / largest}%` }),
      element("span", { class: "amount" }, dead ? "unused" : kl[d].toFixed(2)));
    const set = (next) => {
      z[d] = clamp(next, range);
      input.set(z[d]);
      value.textContent = number(z[d]);
    };
    return { set, nodes: [element("span", { class: "name" }, name), input, value, meter ?? ""], dead };
  });
  // The dimensions with the largest KL divergence come first, unused ones last.
  const order = rows.map((_, d) => d);
  if (kl) order.sort((a, b) => kl[b] - kl[a]);
  const goTo = (code, words) => {
    rows.forEach((row, d) => row.set(code[d]));
    draw();
    stage.say(words);
  };

  const anyDead = rows.some((row) => row.dead);
  stage.body.append(
    element("div", { class: "columns" },
      side(image,
        element("div", { class: "buttons" },
          button("All zero", "The centre of the prior", () => goTo(z.map(() => 0), "All zero")),
          button("Random", "A draw from the prior, N(0, 1) in every dimension",
            () => goTo(z.map(normal), "A random draw"))),
        codes ? exampleField({ text: "Example", count: codes.length, value: 0, labels,
          onChange: (i) => goTo(codes[i], `Example ${i}`) }) : ""),
      element("div", { class: "main" },
        kl ? element("p", { class: "heading" }, "KL, nats") : "",
        element("div", { class: kl ? "sliders metered" : "sliders" },
          ...order.map((d) => rows[d]).map(({ nodes, dead }) =>
            element("div", { class: dead ? "row dead" : "row" }, ...nodes))),
        anyDead ? element("p", { class: "note" },
          `Unused: less than ${deadBelow} nats. The encoder says nothing there, so the decoder does not listen.`) : "")),
  );
  if (codes) goTo(codes[0], "");
  else draw();
}

// ---- A plane --------------------------------------------------------------------------------

const TILES = 13;

export function latentMap(stage, { range, codes, labels }, decoder) {
  const z = codes ? Float32Array.from(codes[0]) : new Float32Array(2);
  const image = picture("large");
  const place = element("p", { class: "place" });
  const tiles = element("canvas", { class: "layer", width: 1, height: 1 });
  const scatter = element("canvas", { class: "layer", hidden: "" });
  const point = element("span", { class: "point" });
  const plane = element("div", {
    class: "plane", tabindex: 0, role: "application", "aria-roledescription": "plane with a point",
    "aria-label": "Latent plane. The arrow keys move the point, faster with Shift; Home brings it to the centre.",
    "data-lm-suppress-shortcuts": "true",
  }, tiles, scatter, point);

  const draw = stage.drawing(async () => image.show(await decodeAt(decoder, z.slice())));
  const moveTo = (x, y) => {
    [z[0], z[1]] = [clamp(x, range), clamp(y, range)];
    point.style.left = `${(50 * (z[0] + range)) / range}%`;
    point.style.top = `${(50 * (range - z[1])) / range}%`;
    place.textContent = `z = ${vector(z)}`;
    draw();
    stage.say(place.textContent);
  };

  const follow = (event) => {
    const box = plane.getBoundingClientRect();
    const across = (event.clientX - box.left) / box.width;
    const down = (event.clientY - box.top) / box.height;
    moveTo(range * (2 * across - 1), range * (1 - 2 * down));
  };
  plane.addEventListener("pointerdown", (event) => {
    plane.setPointerCapture(event.pointerId);
    follow(event);
  });
  plane.addEventListener("pointermove", (event) => {
    if (plane.hasPointerCapture(event.pointerId)) follow(event);
  });
  plane.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const step = (event.shiftKey ? 0.5 : 0.1) * (range / 3);
    if (event.key === "Home") moveTo(0, 0);
    else if (moves[event.key]) moveTo(z[0] + step * moves[event.key][0], z[1] + step * moves[event.key][1]);
    else return;
    event.preventDefault();
  });

  const show = (layer) => {
    tiles.hidden = layer !== "tiles";
    scatter.hidden = layer !== "scatter";
  };
  const axis = (name) => element("div", { class: `axis ${name}`, "aria-hidden": "true" },
    ...[number(-range, 0), "", "0", name === "across" ? "z₁" : "z₂", number(range, 0)].map((text) =>
      element("span", {}, text)));
  stage.body.append(
    element("div", { class: "columns" },
      element("div", { class: "map" },
        axis("upward"), plane, axis("across")),
      side(image, place,
        codes ? choice({ label: "Background", value: "tiles", onChange: show,
          options: [["tiles", "Decoded"], ["scatter", "Examples"]] }) : "",
        element("p", { class: "note" }, "Drag the point, or use the arrow keys."))),
  );

  moveTo(z[0], z[1]);
  drawTiles(stage, tiles, range, decoder);
  if (codes) drawScatter(scatter, range, codes, labels);
}

// The decoded image for every part of the plane, one row at a time so that the page stays responsive.
async function drawTiles(stage, canvas, range, decoder) {
  const context = canvas.getContext("2d");
  const centre = (i) => range * ((2 * i + 1) / TILES - 1);
  for (let row = 0; row < TILES; row++) {
    const codes = Array.from({ length: TILES }, (_, column) => [centre(column), -centre(row)]);
    let images;
    try {
      images = await decoder.decode(codes);
    } catch (error) {
      stage.showProblem(error);
      return;
    }
    const gap = Math.ceil(images[0].width / 8);
    const [width, height] = [images[0].width + gap, images[0].height + gap];
    if (row === 0) [canvas.width, canvas.height] = [TILES * width, TILES * height];
    images.forEach((image, column) =>
      context.putImageData(image, column * width + gap / 2, row * height + gap / 2));
    await new Promise((resolve) => setTimeout(resolve));
  }
}

function drawScatter(canvas, range, codes, labels) {
  const size = 720;
  [canvas.width, canvas.height] = [size, size];
  const context = canvas.getContext("2d");
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.font = "600 20px system-ui, sans-serif";
  codes.forEach(([x, y], i) => {
    context.fillStyle = PALETTE[labels ? labels[i] % PALETTE.length : 0];
    const glyph = labels ? String(labels[i]) : "•";
    context.fillText(glyph, (size * (x + range)) / (2 * range), (size * (range - y)) / (2 * range));
  });
}

// ---- A line ---------------------------------------------------------------------------------

const FRAMES = 9;

const length = (a) => Math.hypot(...a);

const straight = (a, b, t) => a.map((value, i) => (1 - t) * value + t * b[i]);

// Along the great circle, while the length changes linearly between the two (Shoemake, 1985).
function spherical(a, b, t) {
  const cosine = a.reduce((sum, value, i) => sum + value * b[i], 0) / (length(a) * length(b));
  const angle = Math.acos(clamp(cosine, 1));
  // Where a code is 0 or both lie on one line, no unique great circle joins them.
  if (!(Math.sin(angle) > 1e-6)) return straight(a, b, t);
  const radius = (1 - t) * length(a) + t * length(b);
  const [shareA, shareB] = [Math.sin((1 - t) * angle), Math.sin(t * angle)];
  return a.map((value, i) =>
    (radius / Math.sin(angle)) * ((shareA * value) / length(a) + (shareB * b[i]) / length(b)),
  );
}

export function interpolation(stage, { codes, labels, ends }, decoder) {
  const paths = { straight, spherical };
  const state = { ends: [...ends], path: "straight", t: 0.5 };
  const codeAt = (path, t) => paths[path](codes[state.ends[0]], codes[state.ends[1]], t);

  const image = picture("large");
  const readout = element("p", { class: "place" });
  const draw = stage.drawing(async () => {
    const z = codeAt(state.path, state.t);
    image.show(await decodeAt(decoder, z));
    readout.textContent =
      `Length of z: ${number(length(z))}. Draws from the prior: about ${number(Math.sqrt(z.length))}.`;
  });

  const name = `path-${Math.random().toString(36).slice(2)}`;
  const strips = Object.keys(paths).map((path) => {
    const frames = Array.from({ length: FRAMES }, () => picture("frame"));
    const mark = element("span", { class: "mark" });
    const input = element("input", {
      type: "radio", name, checked: path === state.path ? "" : null, "aria-label": path,
      "data-lm-suppress-shortcuts": "true",
      onchange: () => {
        state.path = path;
        draw();
      },
    });
    const node = element("label", { class: "strip" }, element("span", { class: "name" }, input, path),
      element("span", { class: "frames", "aria-hidden": "true" }, ...frames, mark));
    return { path, frames, mark, node };
  });
  const drawStrips = stage.drawing(async () => {
    const times = Array.from({ length: FRAMES }, (_, i) => i / (FRAMES - 1));
    const images = await decoder.decode(strips.flatMap(({ path }) => times.map((t) => codeAt(path, t))));
    strips.flatMap(({ frames }) => frames).forEach((frame, i) => frame.show([images[i], ""]));
  });

  const told = element("output", { class: "name" });
  const moveTo = (t) => {
    state.t = t;
    told.textContent = `t = ${number(t)}`;
    // The marks run from the middle of the first frame to the middle of the last.
    for (const { mark } of strips) mark.style.left = `${(100 * (0.5 + t * (FRAMES - 1))) / FRAMES}%`;
    draw();
  };
  const field = (end) => exampleField({
    text: "AB"[end], count: codes.length, value: state.ends[end], labels,
    onChange: (i) => {
      state.ends[end] = i;
      drawStrips();
      draw();
    },
  });
  stage.body.append(
    element("div", { class: "columns" },
      side(image, readout),
      element("div", { class: "main" },
        element("div", { class: "ends" }, field(0), field(1)),
        element("div", { class: "strip" }, told,
          slider({ label: "How far from A to B", min: 0, max: 1, step: 0.01, value: state.t, onInput: moveTo })),
        ...strips.map(({ node }) => node),
        element("p", { class: "note" },
          "Straight cuts through the middle, where few codes of the prior lie; spherical keeps their distance from it."))),
  );
  moveTo(state.t);
  drawStrips();
}
