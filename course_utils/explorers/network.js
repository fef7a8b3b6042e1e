// Runs a network exported by network.py, one example at a time.
//
// An array holds one example, channels last, as Keras has it without the batch.
// Every operation takes the step, its weights (looked up by name) and its inputs.

const product = (shape) => shape.reduce((a, b) => a * b, 1);

export function float16ToFloat32(bytes) {
  const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
  return Float32Array.from(halves, (half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}

// Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26: within 1.5e-7.
function erf(x) {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - series * Math.exp(-x * x));
}

const sigmoid = (x) => 1 / (1 + Math.exp(-x));

const activations = {
  relu: () => (x) => Math.max(x, 0),
  leaky_relu: ({ slope = 0.2 }) => (x) => (x > 0 ? x : slope * x),
  elu: () => (x) => (x > 0 ? x : Math.expm1(x)),
  gelu: () => (x) => 0.5 * x * (1 + erf(x * Math.SQRT1_2)),
  silu: () => (x) => x * sigmoid(x),
  tanh: () => Math.tanh,
  sigmoid: () => sigmoid,
  softplus: () => (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
};

function softmax(x, channels) {
  const y = new Float32Array(x.length);
  for (let row = 0; row < x.length; row += channels) {
    const logits = x.subarray(row, row + channels);
    const largest = Math.max(...logits);
    const exponentials = Array.from(logits, (logit) => Math.exp(logit - largest));
    const total = exponentials.reduce((a, b) => a + b);
    exponentials.forEach((value, i) => (y[row + i] = value / total));
  }
  return y;
}

// TensorFlow's "same" padding: where the total is odd, the extra pixel goes at the end.
function paddingBefore(step, axis, large, small) {
  if (step.padding === "valid") return 0;
  const needed = (small - 1) * step.strides[axis] + step.kernel_size[axis] - large;
  return Math.floor(Math.max(needed, 0) / 2);
}

// Calls visit(place in the small image, place in the large image, place in the kernel) for every
// pair of pixels that a strided kernel connects. A convolution goes from large to small, its
// transpose from small to large.
export function eachConnection(step, large, small, visit) {
  const [kernelHeight, kernelWidth] = step.kernel_size;
  const [strideY, strideX] = step.strides;
  const top = paddingBefore(step, 0, large[0], small[0]);
  const left = paddingBefore(step, 1, large[1], small[1]);
  for (let y = 0; y < small[0]; y++) {
    for (let x = 0; x < small[1]; x++) {
      for (let ky = 0; ky < kernelHeight; ky++) {
        const largeY = y * strideY + ky - top;
        if (largeY < 0 || largeY >= large[0]) continue;
        for (let kx = 0; kx < kernelWidth; kx++) {
          const largeX = x * strideX + kx - left;
          if (largeX < 0 || largeX >= large[1]) continue;
          visit(y * small[1] + x, largeY * large[1] + largeX, ky * kernelWidth + kx);
        }
      }
    }
  }
}

// The same connections sorted by the pixel they lead to: those of pixel p are from[i] and tap[i] for
// i from start[p] to start[p + 1]. They depend on the step alone and are found once.
function connectionsInto(step, large, small, intoLarge) {
  if (step.connections) return step.connections;
  const [height, width] = intoLarge ? large : small;
  const start = new Int32Array(height * width + 1);
  eachConnection(step, large, small, (smallPixel, largePixel) => {
    start[(intoLarge ? largePixel : smallPixel) + 1]++;
  });
  for (let pixel = 1; pixel < start.length; pixel++) start[pixel] += start[pixel - 1];
  const from = new Int32Array(start.at(-1));
  const tap = new Int32Array(start.at(-1));
  const next = start.slice();
  eachConnection(step, large, small, (smallPixel, largePixel, itsTap) => {
    const i = next[intoLarge ? largePixel : smallPixel]++;
    from[i] = intoLarge ? smallPixel : largePixel;
    tap[i] = itsTap;
  });
  step.connections = { start, from, tap };
  return step.connections;
}

// y[p, :] = bias + Σ x[from, :] · kernel[tap, :, :] over the connections into each pixel p. Eight
// channels at a time: their sums stay in registers, which makes it five times as fast.
function convolve({ start, from, tap }, x, inputs, kernel, bias) {
  const outputs = bias.length;
  const y = filledWith(bias, (start.length - 1) * outputs);
  for (let pixel = 0; pixel < start.length - 1; pixel++) {
    const [first, end] = [start[pixel], start[pixel + 1]];
    let to = pixel * outputs;
    let channel = 0;
    for (; channel + 7 < outputs; channel += 8, to += 8) {
      let s0 = y[to];
      let s1 = y[to + 1];
      let s2 = y[to + 2];
      let s3 = y[to + 3];
      let s4 = y[to + 4];
      let s5 = y[to + 5];
      let s6 = y[to + 6];
      let s7 = y[to + 7];
      for (let i = first; i < end; i++) {
        let w = tap[i] * inputs * outputs + channel;
        for (let at = from[i] * inputs; at < (from[i] + 1) * inputs; at++, w += outputs) {
          const value = x[at];
          if (value === 0) continue;
          s0 += value * kernel[w];
          s1 += value * kernel[w + 1];
          s2 += value * kernel[w + 2];
          s3 += value * kernel[w + 3];
          s4 += value * kernel[w + 4];
          s5 += value * kernel[w + 5];
          s6 += value * kernel[w + 6];
          s7 += value * kernel[w + 7];
        }
      }
      y[to] = s0;
      y[to + 1] = s1;
      y[to + 2] = s2;
      y[to + 3] = s3;
      y[to + 4] = s4;
      y[to + 5] = s5;
      y[to + 6] = s6;
      y[to + 7] = s7;
    }
    for (; channel < outputs; channel++, to++) {
      let sum = y[to];
      for (let i = first; i < end; i++) {
        let w = tap[i] * inputs * outputs + channel;
        for (let at = from[i] * inputs; at < (from[i] + 1) * inputs; at++, w += outputs) {
          sum += x[at] * kernel[w];
        }
      }
      y[to] = sum;
    }
  }
  return y;
}

function filledWith(bias, size) {
  const y = new Float32Array(size);
  for (let i = 0; i < size; i += bias.length) y.set(bias, i);
  return y;
}

// Modulate each input channel by its style, then demodulate each output channel to unit norm.
function modulated(convolve, step, weight, x, style) {
  const [inputs, outputs] = [style.length, step.shape.at(-1)];
  const y = convolve(
    step,
    (name) => (name === "bias" ? new Float32Array(outputs) : weight(name)),
    x.map((value, i) => value * style[i % inputs]),
  );
  const [bias, power] = [weight("bias"), weight("power")];
  const scale = Float32Array.from(bias, (_, o) => {
    if (power.length === 0) return 1;
    const sum = style.reduce((total, s, i) => total + s * s * power[i * outputs + o], 0);
    return 1 / Math.sqrt(sum + 1e-8);
  });
  return y.map((value, i) => value * scale[i % outputs] + bias[i % outputs]);
}

const operations = {
  reshape: (step, weight, x) => x,

  constant: (step, weight) => weight("value"),

  take: (step, weight, x) => x.subarray(step.start, step.start + product(step.shape)),

  repeat(step, weight, x) {
    const y = new Float32Array(product(step.shape));
    for (let i = 0; i < y.length; i += x.length) y.set(x, i);
    return y;
  },

  noise(step, weight, x) {
    const [noise, channels] = [weight("noise"), step.shape.at(-1)];
    return x.map((value, i) => value + noise[Math.floor(i / channels)]);
  },

  pixel_norm(step, weight, x) {
    const channels = step.shape.at(-1);
    const y = new Float32Array(x.length);
    for (let pixel = 0; pixel < x.length; pixel += channels) {
      const features = x.subarray(pixel, pixel + channels);
      const power = features.reduce((sum, value) => sum + value * value, 0) / channels;
      features.forEach((value, c) => (y[pixel + c] = value / Math.sqrt(power + 1e-8)));
    }
    return y;
  },

  dense(step, weight, x) {
    const outputs = step.shape.at(-1);
    const inputs = step.inputShapes[0].at(-1);
    const kernel = weight("kernel");
    const y = filledWith(weight("bias"), product(step.shape));
    for (let row = 0; row < x.length / inputs; row++) {
      for (let i = 0; i < inputs; i++) {
        const value = x[row * inputs + i];
        if (value === 0) continue;
        for (let o = 0; o < outputs; o++) y[row * outputs + o] += value * kernel[i * outputs + o];
      }
    }
    return y;
  },

  convolution(step, weight, x) {
    const [large, small] = [step.inputShapes[0], step.shape];
    const connections = connectionsInto(step, large, small, false);
    return convolve(connections, x, large[2], weight("kernel"), weight("bias"));
  },

  modulated_convolution: (...given) => modulated(operations.convolution, ...given),
  modulated_transposed_convolution: (...given) =>
    modulated(operations.transposed_convolution, ...given),

  transposed_convolution(step, weight, x) {
    const [small, large] = [step.inputShapes[0], step.shape];
    const connections = connectionsInto(step, large, small, true);
    return convolve(connections, x, small[2], weight("kernel"), weight("bias"));
  },

  upsampling(step, weight, x) {
    const [height, width, channels] = step.shape;
    const [oldHeight, oldWidth] = step.inputShapes[0];
    const y = new Float32Array(height * width * channels);
    // The two source pixels and the weight of the second; pixel centres lie at half-integers.
    const between = (i, size, oldSize) => {
      if (step.interpolation === "nearest") return [Math.floor((i * oldSize) / size), 0, 0];
      const place = ((i + 0.5) * oldSize) / size - 0.5;
      const first = Math.floor(place);
      const clamp = (n) => Math.min(Math.max(n, 0), oldSize - 1);
      return [clamp(first), clamp(first + 1), place - first];
    };
    for (let row = 0; row < height; row++) {
      const [top, bottom, down] = between(row, height, oldHeight);
      for (let column = 0; column < width; column++) {
        const [left, right, across] = between(column, width, oldWidth);
        for (let c = 0; c < channels; c++) {
          const at = (r, col) => x[(r * oldWidth + col) * channels + c];
          y[(row * width + column) * channels + c] =
            (1 - down) * ((1 - across) * at(top, left) + across * at(top, right)) +
            down * ((1 - across) * at(bottom, left) + across * at(bottom, right));
        }
      }
    }
    return y;
  },

  average_pooling(step, weight, x) {
    const [large, small] = [step.inputShapes[0], step.shape];
    const channels = small[2];
    const share = 1 / product(step.kernel_size);
    const y = new Float32Array(product(small));
    eachConnection(step, large, small, (smallPixel, largePixel) => {
      for (let c = 0; c < channels; c++) {
        y[smallPixel * channels + c] += share * x[largePixel * channels + c];
      }
    });
    return y;
  },

  max_pooling(step, weight, x) {
    const [large, small] = [step.inputShapes[0], step.shape];
    const channels = small[2];
    const y = new Float32Array(product(small)).fill(-Infinity);
    eachConnection(step, large, small, (smallPixel, largePixel) => {
      for (let c = 0; c < channels; c++) {
        const at = smallPixel * channels + c;
        y[at] = Math.max(y[at], x[largePixel * channels + c]);
      }
    });
    return y;
  },

  affine(step, weight, x) {
    const [scale, offset] = [weight("scale"), weight("offset")];
    return x.map((value, i) => value * scale[i % scale.length] + offset[i % scale.length]);
  },

  // Mean 0 and variance 1 over each block of `positions` pixels and each group of channels.
  normalization(step, weight, x) {
    const [scale, offset] = [weight("scale"), weight("offset")];
    const channels = scale.length;
    const perGroup = channels / step.groups;
    const y = new Float32Array(x.length);
    for (let block = 0; block < x.length; block += step.positions * channels) {
      for (let group = 0; group < step.groups; group++) {
        const members = [];
        for (let p = 0; p < step.positions; p++) {
          for (let c = 0; c < perGroup; c++) members.push(block + p * channels + group * perGroup + c);
        }
        const mean = members.reduce((sum, i) => sum + x[i], 0) / members.length;
        const variance = members.reduce((sum, i) => sum + (x[i] - mean) ** 2, 0) / members.length;
        const factor = 1 / Math.sqrt(variance + step.epsilon);
        for (const i of members) {
          y[i] = (x[i] - mean) * factor * scale[i % channels] + offset[i % channels];
        }
      }
    }
    return y;
  },

  activation(step, weight, x) {
    if (step.activation === "softmax") return softmax(x, step.shape.at(-1));
    return x.map(activations[step.activation](step));
  },

  add: (step, weight, ...xs) => xs.reduce((a, b) => a.map((value, i) => value + b[i])),
  multiply: (step, weight, ...xs) => xs.reduce((a, b) => a.map((value, i) => value * b[i])),

  concatenate(step, weight, ...xs) {
    const channels = step.shape.at(-1);
    const y = new Float32Array(product(step.shape));
    let before = 0;
    xs.forEach((x, n) => {
      const own = step.inputShapes[n].at(-1);
      for (let pixel = 0; pixel < x.length / own; pixel++) {
        y.set(x.subarray(pixel * own, (pixel + 1) * own), pixel * channels + before);
      }
      before += own;
    });
    return y;
  },
};

export class Network {
  constructor({ steps, output, weights }) {
    const bytes = Uint8Array.from(atob(weights), (character) => character.charCodeAt(0));
    const all = float16ToFloat32(bytes);
    this.output = output;
    this.steps = steps.map((step) => ({
      ...step,
      inputShapes: step.inputs.map((i) => steps[i].shape),
      weight: (name) => all.subarray(step[name][0], step[name][0] + step[name][1]),
    }));
    this.shape = steps[output].shape;
  }

  // Inputs, each a Float32Array or an array of numbers, to one output, a Float32Array.
  run(...given) {
    const results = [];
    for (const step of this.steps) {
      const inputs = step.inputs.map((i) => results[i]);
      results.push(
        step.op === "input"
          ? Float32Array.from(given.shift())
          : operations[step.op](step, step.weight, ...inputs),
      );
    }
    return results[this.output];
  }
}
