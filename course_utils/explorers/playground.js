// A playground: a generative model of points in the plane that learns in the page.
//
// The model learns in a worker (playground/worker.js), which answers questions. The page asks for
// the next picture only when it has received the last one, so it stays responsive; and a page that
// nobody sees asks nothing.

import { button, choice, element, number, slider } from "./toolkit.js";
import { svg } from "./chart.js";
import { ARROWS, HALF, LINES, SHAPES, evenly, readPoints } from "./playground/points.js";

const SIZE = 560; // pixels of the plane, before it is fitted to its place
const FRAME = 29; // milliseconds in which the worker learns and prepares one picture
const HISTORY = 240; // values of a curve
const BRUSH = { points: 6, spread: 0.05, step: 0.05 };
const MOST_DRAWN = 2000;

const BLUE = "#0a84d0";
const ORANGE = "#e69f00";
const GREEN = "#009e73";
const GREY = "#808080";

const MODEL_NAMES = { gan: "GAN", vae: "VAE", flow: "flow", diffusion: "diffusion", flow_matching: "flow matching" };
const SHAPE_NAMES = {
  ...Object.fromEntries(Object.entries(SHAPES).map(([name, { title }]) => [name, title])), drawn: "your own",
};
const OBJECTIVE_NAMES = {
  non_saturating: "non-saturating", saturating: "saturating", hinge: "hinge", wasserstein: "Wasserstein",
};
const RATES = [0.0001, 0.0003, 0.001, 0.002, 0.003, 0.01, 0.03];
const SPEEDS = [1, 3, 10, 30, Infinity]; // steps a second

// ---- The worker -----------------------------------------------------------------------------

// Asks a worker, which is made from its source text: a page opened from a file cannot load others.
class Learner {
  constructor(text) {
    const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    this.worker = new Worker(address);
    URL.revokeObjectURL(address);
    this.waiting = new Map();
    this.asked = 0;
    this.worker.onmessage = ({ data }) => {
      this.waiting.get(data.id)?.resolve(data);
      this.waiting.delete(data.id);
    };
    this.worker.onerror = ({ message }) => {
      for (const { reject } of this.waiting.values()) reject(new Error(message));
      this.waiting.clear();
    };
  }

  ask(question) {
    const id = this.asked++;
    this.worker.postMessage({ id, ...question });
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  end() {
    this.worker.terminate();
  }
}

// ---- The picture ----------------------------------------------------------------------------

class Plane {
  constructor() {
    this.canvas = element("canvas", { class: "smooth", width: SIZE, height: SIZE, "aria-hidden": "true" });
    this.brush = element("div", { class: "point", hidden: "" });
    this.node = element("div", {
      class: "plane", role: "application", tabindex: 0, "data-lm-suppress-shortcuts": "true",
      "aria-label": "The plane",
    }, this.canvas, this.brush);
    this.at = [0, 0];
  }

  place([x, y]) {
    this.at = [x, y].map((value) => Math.min(Math.max(value, -HALF), HALF));
    this.brush.hidden = false;
    this.brush.style.left = `${50 + (50 * this.at[0]) / HALF}%`;
    this.brush.style.top = `${50 - (50 * this.at[1]) / HALF}%`;
  }

  under(event) {
    const box = this.node.getBoundingClientRect();
    return [
      HALF * ((2 * (event.clientX - box.left)) / box.width - 1),
      HALF * (1 - (2 * (event.clientY - box.top)) / box.height),
    ];
  }

  draw({ real, samples, field, grid, arrows }, shown) {
    const context = this.canvas.getContext("2d");
    context.clearRect(0, 0, SIZE, SIZE);
    if (field && shown.field) this.shade(context, field, shown.isDensity);
    if (grid && shown.grid) this.lines(context, grid);
    if (arrows && shown.field) this.velocities(context, arrows);
    this.dots(context, real, `${GREY}cc`, 2.2);
    this.dots(context, samples, BLUE, 2.8);
  }

  dots(context, points, color, radius) {
    context.fillStyle = color;
    context.beginPath();
    for (let i = 0; i < points.length; i += 2) {
      const [x, y] = [this.x(points[i]), this.y(points[i + 1])];
      context.moveTo(x + radius, y);
      context.arc(x, y, radius, 0, 2 * Math.PI);
    }
    context.fill();
  }

  // A discriminator's output or a density; the higher, the more opaque.
  shade(context, field, isDensity) {
    const side = Math.sqrt(field.length);
    const most = Math.max(...field);
    const share = isDensity ? (value) => Math.exp(value - most) ** 0.5 : (value) => 1 / (1 + Math.exp(-value));
    const image = new ImageData(side, side);
    field.forEach((value, i) => image.data.set([230, 159, 0, 150 * share(value)], 4 * i));
    this.small ??= element("canvas", { width: side, height: side });
    this.small.getContext("2d").putImageData(image, 0, 0);
    context.imageSmoothingEnabled = true;
    context.drawImage(this.small, 0, 0, SIZE, SIZE);
  }

  // The image of a square grid of codes under the model.
  lines(context, grid) {
    context.strokeStyle = `${GREEN}cc`;
    context.lineWidth = 1;
    context.beginPath();
    for (let i = 0; i < grid.length; i += 2) {
      const move = (i / 2) % LINES.points === 0 ? "moveTo" : "lineTo";
      context[move](this.x(grid[i]), this.y(grid[i + 1]));
    }
    context.stroke();
  }

  // Arrows against the velocity: points move from t = 1 to t = 0.
  velocities(context, arrows) {
    const places = evenly(ARROWS.count, -ARROWS.reach, ARROWS.reach);
    context.strokeStyle = "#d98200";
    context.lineWidth = 1.6;
    context.beginPath();
    for (let i = 0; i < arrows.length / 2; i++) {
      const x = this.x(places[i % ARROWS.count]);
      const y = this.y(-places[Math.floor(i / ARROWS.count)]);
      const [dx, dy] = [-14 * arrows[2 * i], 14 * arrows[2 * i + 1]];
      context.moveTo(x, y);
      context.lineTo(x + dx, y + dy);
      context.lineTo(x + 0.72 * dx - 0.16 * dy, y + 0.72 * dy + 0.16 * dx);
      context.moveTo(x + dx, y + dy);
      context.lineTo(x + 0.72 * dx + 0.16 * dy, y + 0.72 * dy - 0.16 * dx);
    }
    context.stroke();
  }

  x(value) {
    return (SIZE / 2) * (1 + value / HALF);
  }

  y(value) {
    return (SIZE / 2) * (1 - value / HALF);
  }
}

// Curves of the losses, on a common scale.
class Curves {
  constructor() {
    this.node = svg("svg", {
      class: "chart losses", viewBox: "0 0 300 96", role: "img", "aria-label": "No losses yet",
      preserveAspectRatio: "none",
    });
    this.words = element("p", { class: "told" });
    this.clear();
  }

  clear() {
    this.values = {};
    this.node.replaceChildren();
    this.words.textContent = "Press Play, and watch the losses here.";
  }

  add(losses) {
    for (const [name, loss] of Object.entries(losses)) {
      const values = (this.values[name] ??= []);
      values.push(loss);
      // When there are too many, every second value is dropped, so a curve keeps its beginning.
      if (values.length > HISTORY) this.values[name] = values.filter((_, i) => i % 2 === 0);
    }
    this.draw();
  }

  draw() {
    const all = Object.values(this.values).flat().filter(Number.isFinite).sort((a, b) => a - b);
    if (!all.length) return;
    // The first losses can be a hundred times the later ones, so the highest 5% may be cut off.
    const [low, high] = [all[0], Math.max(all[Math.floor(0.95 * (all.length - 1))], all[0] + 1e-6)];
    const y = (value) => 92 - (88 * (Math.min(value, 1.05 * high) - low)) / (high - low);
    const colors = [BLUE, ORANGE];
    this.node.replaceChildren(...Object.values(this.values).map((values, i) => svg("path", {
      stroke: colors[i], fill: "none", "stroke-width": 1.8, "vector-effect": "non-scaling-stroke",
      d: values.map((value, at) =>
        `${at ? "L" : "M"}${((300 * at) / Math.max(values.length - 1, 1)).toFixed(1)} ${y(value).toFixed(1)}`).join(""),
    })));
    this.words.replaceChildren(...Object.entries(this.values).map(([name, values], i) =>
      element("span", { class: "loss" },
        element("span", { class: "key", style: `background: ${colors[i]}` }), `${name} ${number(values.at(-1))}`)));
    this.node.setAttribute("aria-label", this.text);
  }

  get text() {
    return Object.entries(this.values).map(([name, values]) => `${name} ${number(values.at(-1))}`).join(", ");
  }
}

// ---- The state in a link --------------------------------------------------------------------

const KEY = "playground";

function linkTo(settings) {
  const address = new URL(location.href);
  address.hash = `${KEY}=${encodeURIComponent(JSON.stringify(settings))}`;
  return address.href;
}

function settingsInLink() {
  const [, text] = location.hash.match(new RegExp(`^#${KEY}=(.+)$`)) ?? [];
  try {
    return text ? JSON.parse(decodeURIComponent(text)) : {};
  } catch {
    return {}; // a link that was cut off on its way
  }
}

// ---- The explorer ---------------------------------------------------------------------------

export function playground(stage, { worker: text, settings: first }) {
  const settings = { ...first, ...settingsInLink() };
  const plane = new Plane();
  const curves = new Curves();
  const told = element("p", { class: "told progress" });
  const state = { learner: null, playing: false, run: null, begun: 0, picture: null, speed: Infinity, time: null, rate: [] };

  // -- asking and drawing

  const begin = () => {
    stop();
    curves.clear();
    state.rate = [];
    state.begun += 1;
    const hasPoints = settings.shape !== "drawn" || settings.drawn.length > 0;
    play.disabled = step.disabled = !hasPoints;
    if (hasPoints) return show({ ask: "begin", settings: workerSettings(settings) });
    state.picture = { step: 0, real: [], samples: [] };
    return draw();
  };

  // The worker answers questions in their order. An answer that comes after a new beginning, but to
  // an earlier question, is ignored.
  const ask = async (question) => {
    const { begun } = state;
    state.learner ??= new Learner(text);
    return { begun, picture: await state.learner.ask(question) };
  };

  const take = async (answer) => {
    try {
      const { begun, picture } = await answer;
      if (begun !== state.begun) return;
      state.picture = { ...picture, real: picture.real ?? state.picture.real };
      if (picture.taken) {
        curves.add(picture.losses);
        state.rate = [...state.rate.slice(-20), [picture.taken, picture.seconds]];
      }
      draw();
      stage.problem.hidden = true;
    } catch (error) {
      stop();
      stage.showProblem(error);
    }
  };

  const show = (question) => take(ask(question));

  const draw = () => {
    const { model } = settings;
    plane.draw(state.picture, { field: settings.field, grid: settings.grid, isDensity: model === "flow" });
    const { t } = state.picture;
    if (t !== undefined && state.time === null) time.set(1 - t);
    tell();
  };

  const tell = () => {
    const { step, found } = state.picture;
    const [steps, seconds] = [0, 1].map((i) => state.rate.reduce((sum, entry) => sum + entry[i], 0));
    const parts = [`Step ${step.toLocaleString("en")}`];
    if (state.playing && seconds) parts.push(`${Math.round(steps / seconds)} steps a second of learning`);
    if (found !== null && found !== undefined) parts.push(`${found} of ${SHAPES[settings.shape].modes.length} modes found`);
    told.textContent = `${parts.join("; ")}.`;
    const data = settings.shape === "drawn" ? `${settings.drawn.length} points of your own` : SHAPE_NAMES[settings.shape];
    const words = [`${MODEL_NAMES[settings.model]} on ${data}.`, told.textContent, curves.text && `${curves.text}.`]
      .filter(Boolean).join(" ");
    plane.node.setAttribute("aria-label", `${words} Arrow keys move a brush, the space bar adds points.`);
    if (!state.playing || performance.now() - (state.said ?? 0) > 5000) {
      stage.say(words);
      state.said = performance.now();
    }
  };

  const question = () => {
    const { rests } = settings;
    const slow = state.speed !== Infinity;
    return {
      ask: "learn", milliseconds: slow ? 1000 : FRAME, most: slow ? 1 : 1e9, time: state.time,
      moves: { discriminator: rests !== "discriminator", generator: rests !== "generator" },
    };
  };

  // One picture after another: while one is drawn, the worker already learns for the next. In slow
  // motion it rests until the next step is due.
  const run = async () => {
    const mine = (state.run = {}); // whoever presses Play again soon starts another run
    const goesOn = () =>
      state.run === mine && state.playing && !document.hidden && stage.body.isConnected;
    for (let coming = ask(question()); coming;) {
      const [answer, start] = [coming, performance.now()];
      await Promise.allSettled([answer]);
      const isFast = state.speed === Infinity;
      coming = isFast && goesOn() ? ask(question()) : null;
      await take(answer);
      const pause = isFast ? 0 : 1000 / state.speed - (performance.now() - start);
      await (pause > 20 ? new Promise((done) => setTimeout(done, pause)) : new Promise(requestAnimationFrame));
      if (!isFast && goesOn()) coming = ask(question());
    }
    if (!stage.body.isConnected) leave();
  };

  const leave = () => {
    stop();
    state.learner?.end();
    state.learner = null;
    document.removeEventListener("visibilitychange", resume);
  };
  const resume = () => {
    if (state.playing && !document.hidden) run();
  };
  document.addEventListener("visibilitychange", resume);

  const start = () => {
    state.playing = true;
    state.time = null;
    play.textContent = "Pause";
    run();
  };
  const stop = () => {
    state.playing = false;
    play.textContent = "Play";
  };

  // -- buttons

  const play = button("Play", "Let the model learn, or pause", () => (state.playing ? stop() : start()));
  const step = button("Step", "One step of learning", async () => {
    stop();
    await show({ ...question(), most: 1, milliseconds: 1000 });
  });
  const reset = button("Reset", "Begin anew with the same seed", begin);
  const reseed = button("New seed", "Begin anew with other random numbers", () => {
    settings.seed += 1;
    begin();
  });
  const link = button("Copy link", "Copy a link to this page with these settings", async () => {
    const address = linkTo(settings);
    try {
      await navigator.clipboard.writeText(address);
      stage.say("The link is copied.");
    } catch {
      location.hash = new URL(address).hash; // without a clipboard the page's own address serves
      stage.say("The page's address is the link.");
    }
  });

  // -- settings

  const change = (name, anew = true) => (value) => {
    settings[name] = value;
    arrange();
    if (anew) begin();
    else if (!state.playing) draw();
  };
  const pick = (name, label, names, anew = true) =>
    element("div", { class: "setting" }, element("span", {}, label), choice({
      label, options: Object.entries(names), value: settings[name], onChange: change(name, anew),
    }));
  const steps = (label, values, text, value, onChange) => {
    const output = element("output", {}, text(value));
    const input = slider({
      label, min: 0, max: values.length - 1, step: 1, value: Math.max(values.indexOf(value), 0),
      onInput: (at) => {
        output.textContent = text(values[at]);
        onChange(values[at]);
      },
    });
    return element("div", { class: "setting" }, element("span", {}, label, " ", output), input);
  };
  const box = (name, text, anew = true) => element("label", { class: "tick" },
    element("input", {
      type: "checkbox", checked: settings[name] ? "" : null, "data-lm-suppress-shortcuts": "true",
      onchange: (event) => change(name, anew)(event.target.checked),
    }), ...[text].flat());
  const key = (color) => element("span", { class: "key", style: `background: ${color}` });
  const fieldName = element("span");
  const field = box("field", [key(ORANGE), fieldName], false);
  const grid = box("grid", [key(GREEN), "straight grid of codes, decoded"], false);

  const time = slider({
    label: "Time from noise to data", min: 0, max: 1, step: 0.02, value: 0,
    onInput: (value) => {
      stop();
      state.time = 1 - value;
      show({ ask: "look", time: state.time });
    },
  });
  const only = {
    gan: element("div", { class: "controls" },
      pick("objective", "Loss of the players", OBJECTIVE_NAMES),
      element("div", { class: "ticks" },
        box("r1", "R1 penalty"), box("average", "averaged weights")),
      pick("rests", "Who rests", { "": "nobody", discriminator: "discriminator", generator: "generator" }, false)),
    vae: element("div", { class: "controls" },
      steps("β", [0.01, 0.1, 0.3, 1, 3, 10], String, settings.beta, change("beta"))),
    walk: element("div", { class: "setting" }, element("span", {}, "Noise → data"), time),
  };
  const models = pick("model", "Model", MODEL_NAMES);
  const shapes = pick("shape", "Data", SHAPE_NAMES);
  const arrange = () => {
    only.gan.hidden = settings.model !== "gan";
    only.vae.hidden = settings.model !== "vae";
    only.walk.hidden = !isWalk(settings.model);
    fieldName.textContent = FIELD_NAMES[settings.model];
    field.hidden = !FIELD_NAMES[settings.model];
    grid.hidden = isWalk(settings.model); // it has no map from codes to points
    pasting.hidden = settings.shape !== "drawn";
    hint.textContent = settings.shape === "drawn" ? "Draw in the plane, by mouse, finger or keys." : "";
    hint.hidden = !hint.textContent;
  };

  // -- drawing

  const addPoints = ([x, y]) => {
    if (settings.shape !== "drawn") {
      settings.shape = "drawn";
      settings.drawn = [];
      shapes.querySelector("[value=drawn]").checked = true;
      arrange();
    }
    const jitter = () => BRUSH.spread * (Math.random() + Math.random() - 1);
    const more = Array.from({ length: BRUSH.points }, () =>
      [x + jitter(), y + jitter()].map((value) => Math.round(1000 * value) / 1000));
    settings.drawn = [...settings.drawn, ...more].slice(-MOST_DRAWN);
    begin();
  };
  const paint = (event) => {
    if (!event.buttons) return;
    plane.place(plane.under(event));
    addPoints(plane.at);
  };
  plane.node.addEventListener("pointerdown", (event) => {
    plane.node.setPointerCapture(event.pointerId);
    paint(event);
  });
  plane.node.addEventListener("pointermove", paint);
  plane.node.addEventListener("keydown", (event) => {
    const [x, y] = plane.at;
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    if (event.key in moves) plane.place([x + BRUSH.step * moves[event.key][0], y + BRUSH.step * moves[event.key][1]]);
    else if (event.key === " ") addPoints(plane.at);
    else return;
    event.preventDefault();
    stage.say(`Brush at ${number(plane.at[0])}, ${number(plane.at[1])}.`);
  });

  const hint = element("p", { class: "note" });
  const table = element("textarea", {
    rows: 3, "aria-label": "Points as text, two numbers a line", placeholder: "0.5, −1.25", "data-lm-suppress-shortcuts": "true",
  });
  const pasting = element("details", {}, element("summary", {}, "Paste points"), table,
    element("div", { class: "buttons" },
      button("Use these points", "Learn from the points in the field above", () => {
        try {
          settings.drawn = readPoints(table.value);
          begin();
        } catch (error) {
          stage.showProblem(error);
        }
      }),
      button("Clear", "Forget the points that were drawn", () => {
        settings.drawn = [];
        begin();
      })));

  // -- the page

  stage.body.append(
    element("div", { class: "columns playground" },
      element("div", { class: "main" }, plane.node, told,
        element("div", { class: "buttons" }, play, step, reset), only.walk),
      element("div", { class: "main" },
        models, shapes, hint, pasting, only.gan, only.vae,
        steps("Learning rate", RATES, String, settings.rate, change("rate")),
        steps("Speed", SPEEDS, (value) => (value === Infinity ? "as fast as it goes" : `${value} steps a second`),
          Infinity, (value) => (state.speed = value)),
        element("div", { class: "ticks" }, field, grid),
        curves.node, curves.words,
        element("div", { class: "buttons" }, reseed, link))),
    element("p", { class: "note legend" },
      element("span", {}, key(GREY), "data"), element("span", {}, key(BLUE), "samples of the model")),
  );
  arrange();
  begin();
}

// What stands behind the points, where the model has it.
const FIELD_NAMES = {
  gan: "where the discriminator believes in data", flow: "density of the model",
  diffusion: "velocity", flow_matching: "velocity",
};

const isWalk = (model) => model === "diffusion" || model === "flow_matching";

// The settings in the form in which the worker needs them.
function workerSettings({ model, shape, drawn, seed, rate, objective, r1, average, beta }) {
  return {
    model, seed, rate, objective, beta, deviation: 0.1, r1: r1 ? 0.1 : 0, average: average ? 0.99 : 0,
    data: { shape, drawn },
  };
}
