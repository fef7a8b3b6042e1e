// Matrices that remember how they were made, and gradients through them.
//
// Every operation returns a `Matrix` with its inputs and, for each input, a pull-back: a function
// that turns the gradient with respect to the result into the gradient with respect to that input
// (reverse-mode differentiation; Linnainmaa, 1970). Pull-backs consist of the same operations, so a
// gradient is a matrix like any other and can be differentiated again, as a penalty on a gradient
// requires.
//
// Each row is an example. Numbers are float64.

import { vectorUnit } from "./simd.js";

export class Matrix {
  // `pullBacks[i]` belongs to `inputs[i]`.
  constructor(rows, columns, values, inputs = [], pullBacks = []) {
    this.rows = rows;
    this.columns = columns;
    this.values = values;
    this.inputs = inputs;
    this.pullBacks = pullBacks;
  }
}

// ---- Memory ---------------------------------------------------------------------------------

// A training step makes several hundred matrices and needs none of them afterwards. Their memory is
// reused in the next step, so that the garbage collector has nothing to do.
const spare = new Map();
const lent = [];
const vectors = vectorUnit();

function memory(size) {
  const values = spare.get(size)?.pop() ?? vectors?.allocate(size) ?? new Float64Array(size);
  lent.push(values);
  return values;
}

// Runs a function and frees the matrices that it has made. The function must therefore return plain
// numbers or copies of values.
export function scope(work) {
  const before = lent.length;
  try {
    return work();
  } finally {
    while (lent.length > before) {
      const values = lent.pop();
      if (!spare.has(values.length)) spare.set(values.length, []);
      spare.get(values.length).push(values);
    }
  }
}

// ---- Making matrices ------------------------------------------------------------------------

// A matrix from its numbers, row by row. They are not copied.
export const matrix = (rows, columns, values) => new Matrix(rows, columns, values);

export function filled(rows, columns, value) {
  return new Matrix(rows, columns, memory(rows * columns).fill(value));
}

// ---- Products and shapes --------------------------------------------------------------------

// A (n × k) times B (k × m), four rows and four columns at a time, so that each number that is read
// serves four products. WebAssembly does it if vector instructions and enough memory are available.
export function times(a, b) {
  const [n, k, m] = [a.rows, a.columns, b.columns];
  if (b.rows !== k) throw new Error(`times: ${n} × ${k} and ${b.rows} × ${m} do not fit`);
  const values = memory(n * m);
  const [rows, columns] = [n - (n % 4), m - (m % 4)];
  const near = [a.values, b.values].map(nearVectors);
  if (rows && columns && [...near, values].every((one) => vectors?.holds(one))) {
    vectors.multiply(...near, values, { rows, columns, k, m });
  } else {
    for (let i = 0; i < rows; i += 4) {
      for (let j = 0; j < columns; j += 4) block(a.values, b.values, values, i, j, k, m);
    }
  }
  rest(a.values, b.values, values, 0, rows, columns, k, m);
  rest(a.values, b.values, values, rows, n, 0, k, m);
  return new Matrix(n, m, values, [a, b], [
    (gradient) => times(gradient, transposed(b)),
    (gradient) => times(transposed(a), gradient),
  ]);
}

// Numbers that are stored elsewhere, such as weights, are copied into WebAssembly's memory.
function nearVectors(values) {
  if (!vectors || vectors.holds(values)) return values;
  const copy = memory(values.length);
  copy.set(values);
  return copy;
}

function block(a, b, c, i, j, k, m) {
  let c00 = 0, c01 = 0, c02 = 0, c03 = 0, c10 = 0, c11 = 0, c12 = 0, c13 = 0;
  let c20 = 0, c21 = 0, c22 = 0, c23 = 0, c30 = 0, c31 = 0, c32 = 0, c33 = 0;
  let a0 = i * k, a1 = a0 + k, a2 = a1 + k, a3 = a2 + k;
  for (let at = j, end = j + k * m; at < end; at += m) {
    const b0 = b[at], b1 = b[at + 1], b2 = b[at + 2], b3 = b[at + 3];
    const x0 = a[a0++], x1 = a[a1++], x2 = a[a2++], x3 = a[a3++];
    c00 += x0 * b0; c01 += x0 * b1; c02 += x0 * b2; c03 += x0 * b3;
    c10 += x1 * b0; c11 += x1 * b1; c12 += x1 * b2; c13 += x1 * b3;
    c20 += x2 * b0; c21 += x2 * b1; c22 += x2 * b2; c23 += x2 * b3;
    c30 += x3 * b0; c31 += x3 * b1; c32 += x3 * b2; c33 += x3 * b3;
  }
  let at = i * m + j;
  c[at] = c00; c[at + 1] = c01; c[at + 2] = c02; c[at + 3] = c03;
  at += m;
  c[at] = c10; c[at + 1] = c11; c[at + 2] = c12; c[at + 3] = c13;
  at += m;
  c[at] = c20; c[at + 1] = c21; c[at + 2] = c22; c[at + 3] = c23;
  at += m;
  c[at] = c30; c[at + 1] = c31; c[at + 2] = c32; c[at + 3] = c33;
}

// The product number by number, for the rows `from` to `to` − 1 and the columns from `left` on.
function rest(a, b, c, from, to, left, k, m) {
  for (let i = from; i < to; i++) {
    for (let j = left; j < m; j++) {
      let sum = 0;
      for (let l = 0; l < k; l++) sum += a[i * k + l] * b[l * m + j];
      c[i * m + j] = sum;
    }
  }
}

export function transposed(a) {
  const { rows, columns, values: from } = a;
  const values = memory(rows * columns);
  for (let j = 0, at = 0; j < columns; j++) {
    for (let i = 0, source = j; i < rows; i++, source += columns) values[at++] = from[source];
  }
  return new Matrix(columns, rows, values, [a], [transposed]);
}

// The columns `from` to `to` − 1 of a matrix.
export function columnsOf(a, from, to) {
  const width = to - from;
  const values = memory(a.rows * width);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < width; j++) values[i * width + j] = a.values[i * a.columns + from + j];
  }
  return new Matrix(a.rows, width, values, [a], [
    (gradient) => besideZeros(gradient, from, a.columns),
  ]);
}

// A matrix of zeros with `columns` columns, into which `a` is put from column `from` on.
function besideZeros(a, from, columns) {
  const values = memory(a.rows * columns).fill(0);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < a.columns; j++) values[i * columns + from + j] = a.values[i * a.columns + j];
  }
  return new Matrix(a.rows, columns, values, [a], [
    (gradient) => columnsOf(gradient, from, from + a.columns),
  ]);
}

export function beside(a, b) {
  const columns = a.columns + b.columns;
  const values = memory(a.rows * columns);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < a.columns; j++) values[i * columns + j] = a.values[i * a.columns + j];
    for (let j = 0; j < b.columns; j++) {
      values[i * columns + a.columns + j] = b.values[i * b.columns + j];
    }
  }
  return new Matrix(a.rows, columns, values, [a, b], [
    (gradient) => columnsOf(gradient, 0, a.columns),
    (gradient) => columnsOf(gradient, a.columns, columns),
  ]);
}

// ---- Sums and their counterparts ------------------------------------------------------------

// The sum of each column: one row.
function columnSums(a) {
  const values = memory(a.columns).fill(0);
  for (let i = 0, at = 0; i < a.rows; i++) {
    for (let j = 0; j < a.columns; j++) values[j] += a.values[at++];
  }
  return new Matrix(1, a.columns, values, [a], [(gradient) => repeated(gradient, a.rows)]);
}

// One row, repeated `rows` times.
function repeated(a, rows) {
  const values = memory(rows * a.columns);
  for (let i = 0; i < rows; i++) values.set(a.values, i * a.columns);
  return new Matrix(rows, a.columns, values, [a], [columnSums]);
}

// The sum of each row: one column.
export function rowSums(a) {
  const values = memory(a.rows);
  for (let i = 0, at = 0; i < a.rows; i++) {
    let sum = 0;
    for (let j = 0; j < a.columns; j++) sum += a.values[at++];
    values[i] = sum;
  }
  return new Matrix(a.rows, 1, values, [a], [(gradient) => stretched(gradient, a.columns)]);
}

// One column, repeated `columns` times.
export function stretched(a, columns) {
  const values = memory(a.rows * columns);
  for (let i = 0; i < a.rows; i++) values.fill(a.values[i], i * columns, (i + 1) * columns);
  return new Matrix(a.rows, columns, values, [a], [rowSums]);
}

// The mean over all rows: one row, or for a matrix with one column, a single number.
export const mean = (a) => scaled(columnSums(a), 1 / a.rows);

// ---- Number by number -----------------------------------------------------------------------

export function plus(a, b) {
  const values = memory(a.values.length);
  for (let i = 0; i < values.length; i++) values[i] = a.values[i] + b.values[i];
  const same = (gradient) => gradient;
  return new Matrix(a.rows, a.columns, values, [a, b], [same, same]);
}

export function minus(a, b) {
  const values = memory(a.values.length);
  for (let i = 0; i < values.length; i++) values[i] = a.values[i] - b.values[i];
  return new Matrix(a.rows, a.columns, values, [a, b], [
    (gradient) => gradient,
    (gradient) => scaled(gradient, -1),
  ]);
}

// The same row is added to each row.
export function plusRow(a, row) {
  const values = memory(a.values.length);
  for (let i = 0, at = 0; i < a.rows; i++) {
    for (let j = 0; j < a.columns; j++, at++) values[at] = a.values[at] + row.values[j];
  }
  return new Matrix(a.rows, a.columns, values, [a, row], [(gradient) => gradient, columnSums]);
}

export function product(a, b) {
  const values = memory(a.values.length);
  for (let i = 0; i < values.length; i++) values[i] = a.values[i] * b.values[i];
  return new Matrix(a.rows, a.columns, values, [a, b], [
    (gradient) => product(gradient, b),
    (gradient) => product(gradient, a),
  ]);
}

export function scaled(a, factor) {
  const values = memory(a.values.length);
  for (let i = 0; i < values.length; i++) values[i] = a.values[i] * factor;
  return new Matrix(a.rows, a.columns, values, [a], [(gradient) => scaled(gradient, factor)]);
}

export const square = (a) => product(a, a);

// A function applied to each number; `slope` gives its derivative from the argument and the result.
const each = (f, slope) => (a) => {
  const values = memory(a.values.length);
  for (let i = 0; i < values.length; i++) values[i] = f(a.values[i]);
  const result = new Matrix(a.rows, a.columns, values, [a], [
    (gradient) => product(gradient, slope(a, result)),
  ]);
  return result;
};

const plusOne = each((x) => x + 1, (x) => filled(x.rows, x.columns, 1));

// `a` where `gate` is above 0, and `below` times `a` elsewhere. The gate only decides which, so it
// gets no gradient.
function gated(a, gate, below) {
  const { values: from } = a;
  const { values: opens } = gate;
  const values = memory(from.length);
  for (let i = 0; i < values.length; i++) values[i] = opens[i] > 0 ? from[i] : below * from[i];
  return new Matrix(a.rows, a.columns, values, [a], [(gradient) => gated(gradient, gate, below)]);
}

export const relu = (a) => gated(a, a, 0);
export const leakyRelu = (a) => gated(a, a, 0.2); // as in Keras
export const exponential = each(Math.exp, (_, y) => y);
export const sigmoid = each(
  (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x))),
  (_, y) => product(y, plusOne(scaled(y, -1))),
);
export const softplus = each(
  (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  (x) => sigmoid(x),
);
export const tanh = each(Math.tanh, (_, y) => plusOne(scaled(square(y), -1)));
export const silu = (a) => product(a, sigmoid(a));

// ---- Gradients ------------------------------------------------------------------------------

// The gradients of one number, a 1 × 1 matrix or the sum of a larger one, with respect to `sources`.
export function gradients(result, sources) {
  const wanted = new Map(sources.map((source) => [source, true]));
  const order = [];
  const leadsToSource = (node) => {
    if (!wanted.has(node)) {
      const leads = node.inputs.map(leadsToSource);
      wanted.set(node, leads.includes(true));
      order.push(node);
    }
    return wanted.get(node);
  };
  leadsToSource(result);

  const found = new Map([[result, filled(result.rows, result.columns, 1)]]);
  for (const node of order.reverse()) {
    const gradient = found.get(node);
    if (!gradient || !wanted.get(node)) continue;
    node.inputs.forEach((input, i) => {
      if (!wanted.get(input)) return;
      const part = node.pullBacks[i](gradient);
      found.set(input, found.has(input) ? plus(found.get(input), part) : part);
    });
  }
  return sources.map((source) => found.get(source) ?? filled(source.rows, source.columns, 0));
}
