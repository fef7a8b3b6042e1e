// Five generative models of points in the plane; diffusion and flow matching share a class.
//
//   step(x, noise)        learns from a batch of points, (B, 2); returns its losses by name
//   noise(count, random)  the random numbers that a step needs, drawn beforehand
//   sample(z)             points from codes z, (N, 2), which are drawn from N(0, I)

import { Adam, Average, Dense } from "./dense.js";
import {
  beside, columnsOf, exponential, filled, gradients, matrix, mean, minus, plus, product, relu, rowSums, scaled,
  scope, softplus, square, stretched, tanh,
} from "./matrix.js";

const HIDDEN = [64, 64];
const number = (a) => a.values[0];
const negative = (a) => scaled(a, -1);
const constant = (like, value) => filled(like.rows, like.columns, value);

// ---- Generative adversarial network ---------------------------------------------------------

// What each player minimizes, one value per example, as a function of the discriminator's logits.
const OBJECTIVES = {
  non_saturating: {
    discriminator: (real, fake) => plus(softplus(negative(real)), softplus(fake)),
    generator: (fake) => softplus(negative(fake)),
  },
  saturating: {
    discriminator: (real, fake) => plus(softplus(negative(real)), softplus(fake)),
    generator: (fake) => negative(softplus(fake)),
  },
  hinge: {
    discriminator: (real, fake) =>
      plus(relu(minus(constant(real, 1), real)), relu(plus(constant(fake, 1), fake))),
    generator: negative,
  },
  wasserstein: { discriminator: (real, fake) => minus(fake, real), generator: negative },
};

// Goodfellow et al., 2014. `r1` is γ in the penalty R1, γ/2 ‖∇ₓ logit(x)‖² at real x: Mescheder,
// Geiger and Nowozin, 2018. If `average` is not 0, it is the decay of an average of the generator's
// weights, from which samples come: Yazıcı et al., 2019.
export class GAN {
  constructor({ rate, objective, r1, average }, random) {
    this.generator = new Dense([2, ...HIDDEN, 2], "relu", random.uniform);
    this.discriminator = new Dense([2, ...HIDDEN, 1], "leaky_relu", random.uniform);
    const adam = (network) => new Adam(network.weights, { rate, beta1: 0, beta2: 0.99 });
    this.optimizers = { generator: adam(this.generator), discriminator: adam(this.discriminator) };
    this.averaged = average ? new Average(this.generator.weights, average) : null;
    Object.assign(this, { objective: OBJECTIVES[objective], r1 });
  }

  noise(count, random) {
    return { discriminator: random.normals(2 * count), generator: random.normals(2 * count) };
  }

  // Both losses are computed, but only players whose flag is true update their weights.
  step(x, noise, { discriminator = true, generator = true } = {}) {
    return {
      discriminator: this.discriminatorStep(x, this.codes(noise.discriminator), discriminator),
      generator: this.generatorStep(this.codes(noise.generator), generator),
    };
  }

  codes(values) {
    return matrix(values.length / 2, 2, values);
  }

  discriminatorStep(x, z, moves) {
    const real = this.discriminator.run(x);
    const loss = mean(this.objective.discriminator(real, this.discriminator.run(this.generator.run(z))));
    if (moves) {
      let total = loss;
      if (this.r1) {
        const [slope] = gradients(real, [x]);
        total = plus(loss, scaled(mean(rowSums(square(slope))), this.r1 / 2));
      }
      this.optimizers.discriminator.apply(gradients(total, this.discriminator.weights));
    }
    return number(loss);
  }

  generatorStep(z, moves) {
    const loss = mean(this.objective.generator(this.discriminator.run(this.generator.run(z))));
    if (moves) {
      this.optimizers.generator.apply(gradients(loss, this.generator.weights));
      this.averaged?.update();
    }
    return number(loss);
  }

  sample(z) {
    return this.generator.run(z, this.averaged?.weights);
  }

  // The logits: below 0 for "fake", above 0 for "real".
  field(points) {
    return this.discriminator.run(points);
  }
}

// ---- Variational autoencoder ----------------------------------------------------------------

// Kingma and Welling, 2014: a code of two numbers, z = μ + σ ε, and a decoder whose standard
// deviation s is fixed.
//   loss = ‖x − x̂‖² / 2s² + β KL(N(μ, σ²) ‖ N(0, I))
export class VAE {
  constructor({ rate, beta, deviation }, random) {
    this.encoder = new Dense([2, ...HIDDEN, 4], "relu", random.uniform);
    this.decoder = new Dense([2, ...HIDDEN, 2], "relu", random.uniform);
    this.weights = [...this.encoder.weights, ...this.decoder.weights];
    this.optimizer = new Adam(this.weights, { rate });
    Object.assign(this, { beta, deviation });
  }

  noise(count, random) {
    return { epsilon: random.normals(2 * count) };
  }

  step(x, { epsilon }) {
    const { mu, logVar } = this.encode(x);
    const sigma = exponential(scaled(logVar, 0.5));
    const z = plus(mu, product(sigma, matrix(x.rows, 2, epsilon)));
    const error = scaled(rowSums(square(minus(x, this.decoder.run(z)))), 0.5 / this.deviation ** 2);
    const spread = plus(minus(exponential(logVar), logVar), minus(square(mu), constant(mu, 1)));
    const divergence = scaled(rowSums(spread), 0.5);
    const loss = mean(plus(error, scaled(divergence, this.beta)));
    this.optimizer.apply(gradients(loss, this.weights));
    return { reconstruction: number(mean(error)), KL: number(mean(divergence)) };
  }

  encode(x) {
    const parameters = this.encoder.run(x);
    return { mu: columnsOf(parameters, 0, 2), logVar: columnsOf(parameters, 2, 4) };
  }

  sample(z) {
    return this.decoder.run(z);
  }
}

// ---- Normalizing flow -----------------------------------------------------------------------

const COUPLINGS = 8;
const LIMIT = 2; // of a logarithm of a scale: e² either way is enough for one coupling

// RealNVP: Dinh, Sohl-Dickstein and Bengio, 2017. Each coupling transforms one coordinate with a
// scale and a shift that depend on the other:  z₂ = x₂ exp(s(x₁)) + t(x₁),  log |det| = s(x₁).
export class Flow {
  constructor({ rate }, random) {
    this.couplings = Array.from({ length: COUPLINGS }, () =>
      new Dense([1, 32, 32, 2], "relu", random.uniform, { zeroOutput: true }));
    this.weights = this.couplings.flatMap(({ weights }) => weights);
    this.optimizer = new Adam(this.weights, { rate });
  }

  noise() {
    return {};
  }

  step(x) {
    const loss = negative(mean(this.logProb(x)));
    this.optimizer.apply(gradients(loss, this.weights));
    return { "−log p": number(loss) };
  }

  // log p(x) by the change of variables from N(0, I), one value per point.
  logProb(x) {
    let [a, b] = [columnsOf(x, 0, 1), columnsOf(x, 1, 2)];
    let logDet = constant(a, -Math.log(2 * Math.PI));
    for (const coupling of this.couplings) {
      const { logScale, shift } = this.moves(coupling, a);
      [a, b] = [plus(product(b, exponential(logScale)), shift), a];
      logDet = plus(logDet, logScale);
    }
    return minus(logDet, scaled(plus(square(a), square(b)), 0.5));
  }

  moves(coupling, passing) {
    const outputs = coupling.run(passing);
    const logScale = scaled(tanh(scaled(columnsOf(outputs, 1, 2), 1 / LIMIT)), LIMIT);
    return { shift: columnsOf(outputs, 0, 1), logScale };
  }

  sample(z) {
    let [a, b] = [columnsOf(z, 0, 1), columnsOf(z, 1, 2)];
    for (const coupling of this.couplings.toReversed()) {
      const { logScale, shift } = this.moves(coupling, b);
      [a, b] = [b, product(minus(a, shift), exponential(negative(logScale)))];
    }
    return beside(a, b);
  }

  field(points) {
    return this.logProb(points);
  }
}

// ---- Diffusion and flow matching ------------------------------------------------------------

// The path from a data point x to noise ε, from time 0 to time 1: z = signal x + noise ε. The
// velocity to be learned is signal′ x + noise′ ε, where signal′ and noise′ are the two rates.
const PATHS = {
  // Straight lines: Lipman et al., 2023.
  flow_matching: (t) => ({ signal: 1 - t, noise: t, signalRate: -1, noiseRate: 1 }),
  // A quarter of a circle, with derivatives by the angle: Salimans and Ho, 2022 (v-prediction).
  diffusion(t) {
    const [cos, sin] = [Math.cos((Math.PI / 2) * t), Math.sin((Math.PI / 2) * t)];
    return { signal: cos, noise: sin, signalRate: -sin, noiseRate: cos };
  },
};

// A network of z and t that learns the mean velocity of all paths through z at time t.
//   loss = ‖u(z, t) − (signal′ x + noise′ ε)‖²
export class Denoiser {
  constructor({ rate, path, average }, random) {
    this.network = new Dense([5, 64, 64, 64, 2], "silu", random.uniform, { zeroOutput: true });
    this.optimizer = new Adam(this.network.weights, { rate });
    this.averaged = average ? new Average(this.network.weights, average) : null;
    this.path = PATHS[path];
  }

  noise(count, random) {
    return {
      epsilon: random.normals(2 * count),
      times: Float64Array.from({ length: count }, random.uniform),
    };
  }

  step(x, { epsilon, times: given }) {
    const places = Array.from(given, this.path);
    const column = (name) => stretched(matrix(x.rows, 1, Float64Array.from(places, (at) => at[name])), 2);
    const noise = matrix(x.rows, 2, epsilon);
    const mixed = (a, b) => plus(product(column(a), x), product(column(b), noise));
    const guess = this.velocity(mixed("signal", "noise"), given);
    const loss = mean(rowSums(square(minus(guess, mixed("signalRate", "noiseRate")))));
    this.optimizer.apply(gradients(loss, this.network.weights));
    this.averaged?.update();
    return { "squared error": number(loss) };
  }

  velocity(z, times, weights) {
    const clock = new Float64Array(3 * times.length);
    times.forEach((t, i) => clock.set([t, Math.sin(Math.PI * t), Math.cos(Math.PI * t)], 3 * i));
    return this.network.run(beside(z, matrix(times.length, 3, clock)), weights);
  }

  // Moves noise from t = 1 to t = `until` along the learned velocity, in equal steps of time.
  sample(z, { steps = 30, until = 0 } = {}) {
    const size = (1 - until) / steps;
    for (let i = 0; i < steps; i++) {
      const next = () => this.walk(z, 1 - i * size, 1 - (i + 1) * size).values.slice();
      z = matrix(z.rows, 2, scope(next)); // the memory of each step serves the next
    }
    return z;
  }

  // One step from time t to time s: z and the velocity at t determine x̂ and ε̂, which are then mixed
  // as at time s.
  walk(z, t, s) {
    const velocity = this.velocity(z, new Float64Array(z.rows).fill(t), this.averaged?.weights);
    const [now, then] = [this.path(t), this.path(s)];
    // signal · noise′ − signal′ · noise = 1 on both paths, so no division is needed.
    const clean = minus(scaled(z, now.noiseRate), scaled(velocity, now.noise));
    const noise = minus(scaled(velocity, now.signal), scaled(z, now.signalRate));
    return plus(scaled(clean, then.signal), scaled(noise, then.noise));
  }
}

// By the names that the page uses.
export const MODELS = {
  gan: GAN,
  vae: VAE,
  flow: Flow,
  diffusion: Denoiser,
  flow_matching: Denoiser,
};
