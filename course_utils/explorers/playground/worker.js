// The part that learns. It runs in a worker, so that the page stays responsive meanwhile. It only
// answers questions: as long as the page asks nothing, nothing is computed.

import { matrix, scope } from "./matrix.js";
import { MODELS } from "./models.js";
import { ARROWS, HALF, LINES, SHAPES, drawPoints, evenly, modesFound } from "./points.js";
import { Random } from "./random.js";

const BATCH = 128;
const SAMPLES = 500;
const CYCLE = 45; // pictures from noise to data
const REST = 20; // pictures for which the data then stay
const CELLS = 24; // of the field, along each axis

// The coordinates of points on a square grid, row by row from the top: x, y, x, y, …
function lattice(side, reach) {
  const places = evenly(side, -reach, reach);
  return places.toReversed().flatMap((y) => places.flatMap((x) => [x, y]));
}

// The coordinates of points along grid lines: first lines of constant x, then lines of constant y.
function gridLines({ count, points, reach }) {
  const [at, along] = [evenly(count, -reach, reach), evenly(points, -reach, reach)];
  return [...at.flatMap((x) => along.flatMap((y) => [x, y])), ...at.flatMap((y) => along.flatMap((x) => [x, y]))];
}

const FIELD = Float64Array.from(lattice(CELLS, HALF * (1 - 1 / CELLS)));
const CODE_LINES = Float64Array.from(gridLines(LINES));
const ARROW_PLACES = Float64Array.from(lattice(ARROWS.count, ARROWS.reach));
const asMatrix = (values) => matrix(values.length / 2, 2, values);

// One model, its data, and the state of its training.
class Learner {
  constructor({ model, data, seed, ...options }) {
    this.random = new Random(seed);
    this.model = new MODELS[model]({ path: model, ...options }, this.random);
    [this.data, this.steps, this.picture] = [data, 0, 0];
    this.looking = 0; // milliseconds that the last picture took
    // The picture has its own random numbers, so that looking does not change the training.
    const other = new Random(seed + 1);
    this.codes = other.normals(2 * SAMPLES);
    this.real = drawPoints(data, SAMPLES, other);
    this.walkers = { z: this.codes, t: 1 };
  }

  // Trains until `most` steps are taken, or only the time for a picture is left; returns the mean of
  // each loss.
  learn({ milliseconds, most, moves }) {
    const sums = {};
    const start = performance.now();
    let taken = 0;
    do {
      const x = asMatrix(drawPoints(this.data, BATCH, this.random));
      const losses = scope(() => this.model.step(x, this.model.noise(BATCH, this.random), moves));
      for (const [name, loss] of Object.entries(losses)) sums[name] = (sums[name] ?? 0) + loss;
      taken += 1;
    } while (taken < most && performance.now() - start < milliseconds - this.looking);
    this.steps += taken;
    for (const name of Object.keys(sums)) sums[name] /= taken;
    return { taken, losses: sums, seconds: (performance.now() - start) / 1000 };
  }

  // Points drawn by the model as it is now: count pairs x, y.
  sample(count) {
    const z = asMatrix(new Random(this.steps).normals(2 * count));
    return scope(() => this.model.sample(z).values.slice());
  }

  // Everything that a picture shows of the model as it is now.
  look(time) {
    const start = performance.now();
    const seen = "walk" in this.model ? this.lookAtWalk(time) : scope(() => this.lookAtMap());
    this.looking = performance.now() - start;
    return { step: this.steps, ...seen };
  }

  lookAtMap() {
    const values = (a) => Float32Array.from(a.values);
    const { modes } = SHAPES[this.data.shape] ?? {};
    const samples = values(this.model.sample(asMatrix(this.codes)));
    return {
      samples,
      found: modes ? modesFound(SHAPES[this.data.shape], samples) : null,
      grid: values(this.model.sample(asMatrix(CODE_LINES))),
      field: this.model.field ? values(this.model.field(asMatrix(FIELD))) : null,
    };
  }

  // A cloud of points on its way from noise to data, one step per picture, or at a given time.
  lookAtWalk(time) {
    const moved = (work) => scope(() => work().values.slice());
    if (time !== null) {
      const steps = Math.max(1, Math.round(CYCLE * (1 - time)));
      const z = time === 1 ? this.codes
        : moved(() => this.model.sample(asMatrix(this.codes), { steps, until: time }));
      this.walkers = { z, t: time };
    } else if (this.picture === 0) {
      this.walkers = { z: this.codes, t: 1 };
    } else if (this.picture <= CYCLE) {
      const [t, s] = [this.walkers.t, Math.max(0, 1 - this.picture / CYCLE)];
      this.walkers = { z: moved(() => this.model.walk(asMatrix(this.walkers.z), t, s)), t: s };
    }
    this.picture = (this.picture + 1) % (CYCLE + REST);
    const { z, t } = this.walkers;
    const times = new Float64Array(ARROWS.count ** 2).fill(t);
    const arrows = scope(() => Float32Array.from(this.model.velocity(asMatrix(ARROW_PLACES), times).values));
    return { samples: Float32Array.from(z), t, arrows };
  }
}

// Questions and answers. `begin`, `look` and `learn` are answered with a picture, `sample` with
// points.
let learner = null;

function answer({ id, ask, ...rest }) {
  if (ask === "begin") learner = new Learner(rest.settings);
  if (ask === "sample") return { id, samples: learner.sample(rest.count) };
  const learnt = ask === "learn" ? learner.learn(rest) : {};
  const real = ask === "begin" ? { real: Float32Array.from(learner.real) } : {};
  return { id, ...learnt, ...real, ...learner.look(rest.time ?? null) };
}

self.onmessage = ({ data }) => self.postMessage(answer(data));
