// The parts of every explorer: a stage, pictures, sliders, buttons, and decoders.

import { Network } from "./network.js";

// ---- Elements -------------------------------------------------------------------------------

// element("button", { class: "x", onclick: f }, "text", child, …); null attributes are left out.
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

export const number = (value, digits = 2) =>
  value.toFixed(digits).replace(/^-(?=[0.]*$)/, "").replace("-", "−");
export const vector = (z) => `(${Array.from(z, (value) => number(value)).join(", ")})`;
export const subscript = (n) => String(n).replace(/\d/g, (d) => "₀₁₂₃₄₅₆₇₈₉"[d]);

// A draw from N(0, 1), from two uniform ones (Box and Muller, 1958).
export const normal = () =>
  Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());

// ---- Stage ----------------------------------------------------------------------------------

// The frame of one explorer. A shadow root keeps the page's styles out and ours in.
export class Stage {
  constructor(host, title, css) {
    host.replaceChildren();
    // JupyterLab would take the arrow keys (and letters) for itself. It looks at the host because
    // events that leave a shadow root seem to come from there.
    host.setAttribute("data-lm-suppress-shortcuts", "true");
    this.body = element("div", { class: "body" });
    this.spoken = element("div", { class: "spoken", "aria-live": "polite" });
    this.waiting = element("p", { class: "waiting", hidden: "" }, "Waiting for the kernel …");
    this.problem = element("div", { class: "problem", role: "alert", hidden: "" });
    const root = host.attachShadow({ mode: "open" });
    root.append(
      element("style", {}, css),
      element("section", { class: "explorer", "aria-label": title },
        this.body, this.waiting, this.problem, this.spoken),
    );
  }

  // Whether the stage is too narrow for wide charts: their text would be too small to read.
  get isNarrow() {
    return this.body.clientWidth < 500;
  }

  // Tell a screen reader, once the input has paused.
  say(text) {
    clearTimeout(this.soon);
    this.soon = setTimeout(() => (this.spoken.textContent = text), 400);
  }

  showProblem({ message, details }) {
    this.problem.replaceChildren(
      element("strong", {}, "The picture could not be drawn."),
      element("p", {}, message),
      details ? element("details", {}, element("summary", {}, "Traceback"), element("pre", {}, details)) : "",
    );
    this.problem.hidden = false;
  }

  // A function that draws soon. While one drawing is under way, only the latest call is kept, so that a
  // slow kernel never falls behind the slider.
  drawing(draw) {
    let [busy, again] = [false, false];
    return async () => {
      again = true;
      if (busy) return;
      busy = true;
      while (again) {
        again = false;
        const late = setTimeout(() => (this.waiting.hidden = false), 600);
        try {
          await draw();
          this.problem.hidden = true;
        } catch (error) {
          this.showProblem(error);
        }
        clearTimeout(late);
        this.waiting.hidden = true;
      }
      busy = false;
    };
  }
}

// ---- Controls -------------------------------------------------------------------------------

export const button = (text, title, action) =>
  element("button", { type: "button", title, onclick: action }, text);

// A range input with `.set(value)`; only the user's own input calls `onInput(value)`. The track is
// coloured from zero, so that sign and size are seen at a glance.
export function slider({ label, min, max, step, value, onInput }) {
  const input = element("input", {
    type: "range", min, max, step, value, "aria-label": label, "data-lm-suppress-shortcuts": "true",
  });
  const show = () => {
    const place = (at) => `${(100 * (at - input.min)) / (input.max - input.min)}%`;
    input.style.setProperty("--from", place(Math.min(input.value, 0)));
    input.style.setProperty("--to", place(Math.max(input.value, 0)));
    input.setAttribute("aria-valuetext", number(Number(input.value), Number.isInteger(step) ? 0 : 2));
  };
  input.addEventListener("input", () => {
    show();
    onInput(Number(input.value));
  });
  input.set = (next) => {
    input.value = next;
    show();
  };
  show();
  return input;
}

// A slider through moments of time, 0 to `last` in steps of `step`, and buttons that play and go `stride`
// further or back. `onShow(at)` draws one of them. It plays only on request, and moving the slider stops
// it. `restart(last)` goes back to 0, with another last moment.
export function player({ label, one, what, last, step = 1, stride = step, frame, onShow }) {
  let at = 0;
  let timer = null;
  const show = (next) => {
    at = Math.round(Math.min(Math.max(next, 0), last) / step) * step;
    input.set(at);
    onShow(at);
  };
  const input = slider({ label, min: 0, max: last, step, value: 0, onInput: (next) => {
    stop();
    at = next;
    onShow(at);
  } });
  const stop = () => {
    clearInterval(timer);
    timer = null;
    play.textContent = "Play";
  };
  const play = button("Play", `Play ${what}, or stop`, () => {
    if (timer) return stop();
    if (at === last) show(0);
    play.textContent = "Stop";
    timer = setInterval(() => {
      if (at === last) stop();
      else show(at + step);
    }, frame);
  });
  const goTo = (next) => {
    stop();
    show(next);
  };
  const restart = (end) => {
    last = input.max = end;
    goTo(0);
  };
  const buttons = element("div", { class: "buttons" },
    button("Back", `${one} back`, () => goTo((Math.ceil(at / stride) - 1) * stride)),
    play,
    button("Next", `${one} further`, () => goTo((Math.floor(at / stride) + 1) * stride)));
  return { input, buttons, goTo, restart };
}

// A choice of one, as radio buttons in a row: options are [value, text] pairs.
export function choice({ label, options, value, onChange }) {
  const name = `choice-${Math.random().toString(36).slice(2)}`;
  const inputs = options.map(([key, text]) =>
    element("label", {},
      element("input", {
        type: "radio", name, value: key, checked: key === value ? "" : null,
        "data-lm-suppress-shortcuts": "true", onchange: () => onChange(key),
      }),
      element("span", {}, text),
    ),
  );
  return element("div", { class: "choice", role: "radiogroup", "aria-label": label }, ...inputs);
}

// A field that chooses an example by its number and shows its label.
export function exampleField({ text, count, value, labels, onChange }) {
  const told = element("span", { class: "told" });
  const input = element("input", {
    type: "number", min: 0, max: count - 1, step: 1, value, "data-lm-suppress-shortcuts": "true",
    "aria-label": `${text}, 0 to ${count - 1}`,
  });
  const tell = (i) => (told.textContent = labels ? `label ${labels[i]}` : "");
  input.addEventListener("input", () => {
    const i = Math.round(Number(input.value));
    if (input.value === "" || !(i >= 0 && i < count)) return;
    tell(i);
    onChange(i);
  });
  tell(value);
  return element("label", { class: "example" }, text, input, told);
}

// Safe for red-green colour blindness (after Paul Tol's schemes); the glyph shows the label again.
export const PALETTE = ["#4477AA", "#EE7733", "#228833", "#AA3377", "#33BBEE", "#CC3311", "#997700", "#7755CC", "#009988", "#888888"];

// ---- Pictures -------------------------------------------------------------------------------

// Values in [0, 1], channels last, as the browser draws them.
export function toImageData(values, [height, width, channels]) {
  const image = new ImageData(width, height);
  for (let pixel = 0; pixel < height * width; pixel++) {
    for (let c = 0; c < 3; c++) {
      image.data[4 * pixel + c] = 255 * values[pixel * channels + (channels === 3 ? c : 0)];
    }
    image.data[4 * pixel + 3] = 255;
  }
  return image;
}

// Images of one shape, sent as base64-encoded bytes one after another.
export function unpackImages(text, shape) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const size = shape[0] * shape[1] * shape[2];
  return Array.from({ length: bytes.length / size }, (_, i) =>
    toImageData(Float32Array.from(bytes.subarray(i * size, (i + 1) * size), (byte) => byte / 255), shape));
}

// A list cut into pieces of one length.
export const cut = (list, pieces) => {
  const length = list.length / pieces;
  return Array.from({ length: pieces }, (_, i) => list.slice(i * length, (i + 1) * length));
};

// What a screen reader says of a picture. Until there is something to say, the picture has no role.
export function describe(node, description) {
  node.setAttribute("role", "img");
  node.setAttribute("aria-label", description);
}

// A canvas that shows one image. Images of so few pixels that each of them counts are enlarged without
// smoothing, and so are all if the picture's name says "pixels". `show` takes the image and a
// description for screen readers.
const FEW = 16; // pixels a side
export function picture(name) {
  const canvas = element("canvas", { class: name, width: 1, height: 1 });
  canvas.show = ([image, description]) => {
    if (canvas.width !== image.width || canvas.height !== image.height) {
      [canvas.width, canvas.height] = [image.width, image.height];
      canvas.style.aspectRatio = `${image.width} / ${image.height}`;
      canvas.classList.toggle("smooth", image.width > FEW && !canvas.classList.contains("pixels"));
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
    describe(canvas, description);
  };
  return canvas;
}

// A picture with its caption.
export const side = (image, ...controls) =>
  element("div", { class: "side" }, image, element("div", { class: "controls" }, ...controls));

// ---- Decoders -------------------------------------------------------------------------------

// A decoder has decode(codes) → images: at once in the page, after a round trip to the kernel.
export function pageDecoder(exported) {
  const network = new Network(exported);
  const shape = network.shape.length === 2 ? [...network.shape, 1] : network.shape;
  return { decode: (codes) => codes.map((z) => toImageData(network.run(z), shape)) };
}

export function kernelDecoder(model) {
  const answers = new Map();
  let asked = 0;
  model.on("msg:custom", async ({ id, count, error, traceback }, [png]) => {
    const answer = answers.get(id);
    if (!answer) return; // the request came from another view of this widget
    answers.delete(id);
    if (error) answer.reject({ message: error, details: traceback });
    else answer.resolve(await unstack(png, count));
  });
  // Several views of one widget share its messages, so each has request numbers of its own.
  const view = Math.random().toString(36).slice(2);
  const decode = (codes) =>
    new Promise((resolve, reject) => {
      const id = `${view}-${asked++}`;
      answers.set(id, { resolve, reject });
      model.send({ id, codes: codes.map((z) => Array.from(z)) });
    });
  return { decode };
}

// The kernel sends its images as one PNG, one below the other.
async function unstack(png, count) {
  const bitmap = await createImageBitmap(new Blob([png], { type: "image/png" }));
  const canvas = element("canvas", { width: bitmap.width, height: bitmap.height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  const height = bitmap.height / count;
  return Array.from({ length: count }, (_, i) =>
    context.getImageData(0, i * height, bitmap.width, height),
  );
}

// ---- Start ----------------------------------------------------------------------------------

// In a page: every host of this explorer that has not been started yet.
export function startInPage(id, explorer, css, { title, options, network }) {
  for (const host of document.querySelectorAll(`[data-explorer="${id}"]:not([data-started])`)) {
    host.setAttribute("data-started", "");
    explorer(new Stage(host, title, css), options, network && pageDecoder(network));
  }
}

// In a widget whose kernel decodes.
export function startInWidget(el, model, explorer, css) {
  const host = element("div");
  el.append(host);
  const { title, options } = model.get("content");
  explorer(new Stage(host, title, css), options, kernelDecoder(model));
}
