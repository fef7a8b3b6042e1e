// Networks of fully connected layers, the optimizer Adam, and averages of weights.

import { leakyRelu, matrix, plusRow, relu, silu, tanh, times } from "./matrix.js";

export const ACTIVATIONS = { linear: (x) => x, relu, leaky_relu: leakyRelu, silu, tanh };

// Layers x ↦ activation(x W + b), the last one without an activation.
export class Dense {
  // `sizes`: the numbers of inputs, of units in each hidden layer, and of outputs; `random`: draws
  // uniformly from [0, 1); `zeroOutput`: whether the last layer begins with weights of 0.
  constructor(sizes, activation, random, { zeroOutput = false } = {}) {
    this.activation = ACTIVATIONS[activation];
    this.weights = sizes.slice(1).flatMap((size, i) => {
      const isOutput = i === sizes.length - 2;
      return [glorot(sizes[i], size, zeroOutput && isOutput ? () => 0.5 : random), zeros(1, size)];
    });
  }

  run(x, weights = this.weights) {
    let h = x;
    for (let i = 0; i < weights.length; i += 2) {
      h = plusRow(times(h, weights[i]), weights[i + 1]);
      if (i + 2 < weights.length) h = this.activation(h);
    }
    return h;
  }
}

// Uniform between ±√(6 / (inputs + outputs)): Glorot and Bengio, 2010, eq. 16; Keras's default.
function glorot(rows, columns, random) {
  const limit = Math.sqrt(6 / (rows + columns));
  const draw = () => limit * (2 * random() - 1);
  return matrix(rows, columns, Float64Array.from({ length: rows * columns }, draw));
}

const zeros = (rows, columns) => matrix(rows, columns, new Float64Array(rows * columns));

// Kingma and Ba, 2015, section 2: both bias corrections are in the rate, as in Keras.
export class Adam {
  constructor(weights, { rate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 }) {
    Object.assign(this, { weights, rate, beta1, beta2, epsilon, steps: 0 });
    this.first = weights.map(({ values }) => new Float64Array(values.length));
    this.second = weights.map(({ values }) => new Float64Array(values.length));
  }

  apply(gradients) {
    const { beta1, beta2, epsilon } = this;
    this.steps += 1;
    const rate = (this.rate * Math.sqrt(1 - beta2 ** this.steps)) / (1 - beta1 ** this.steps);
    this.weights.forEach(({ values }, w) => {
      const [gradient, m, v] = [gradients[w].values, this.first[w], this.second[w]];
      for (let i = 0; i < values.length; i++) {
        m[i] += (1 - beta1) * (gradient[i] - m[i]);
        v[i] += (1 - beta2) * (gradient[i] * gradient[i] - v[i]);
        values[i] -= (rate * m[i]) / (Math.sqrt(v[i]) + epsilon);
      }
    });
  }
}

// An exponential moving average of weights: w̄ ← decay · w̄ + (1 − decay) · w.
export class Average {
  constructor(weights, decay) {
    [this.source, this.decay] = [weights, decay];
    this.weights = weights.map(({ rows, columns, values }) => matrix(rows, columns, values.slice()));
  }

  update() {
    this.weights.forEach(({ values }, w) => {
      const latest = this.source[w].values;
      for (let i = 0; i < values.length; i++) values[i] += (1 - this.decay) * (latest[i] - values[i]);
    });
  }
}
