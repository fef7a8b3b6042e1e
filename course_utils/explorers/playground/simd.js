// The product of two matrices in WebAssembly, two numbers at a time (SIMD), and its memory.
//
// A page can use a processor's vector instructions only through WebAssembly. A module is a list of
// bytes (WebAssembly Core Specification 2.0, chapter 5). Each instruction below is a function that
// returns its operands' bytes followed by its own, so nested calls read like the formula that they
// compute. Numbers are float64, and every sum is taken in the same order as in matrix.js, so the
// results agree to the last bit.

// ---- Bytes ----------------------------------------------------------------------------------

// An integer in groups of seven bits, the lowest first; the top bit of a byte says whether more
// follow (signed LEB128).
function leb(value) {
  const [low, higher] = [value & 0x7f, value >> 7];
  const isLast = (higher === 0 && low < 0x40) || (higher === -1 && low >= 0x40);
  return isLast ? [low] : [low | 0x80, ...leb(higher)];
}

const list = (items) => [...leb(items.length), ...items.flat()];
const text = (letters) => list(Array.from(letters, (letter) => letter.charCodeAt(0)));
const section = (id, content) => [id, ...list(content)];

// ---- Instructions ---------------------------------------------------------------------------

const I32 = 0x7f;
const V128 = 0x7b;

const NUMBERS = ["a", "b", "c", "endOfA", "columns", "aRow", "bRow", "column", "endOfRow", "y", "x0", "x1", "x2", "x3"];
const PARAMETERS = 7; // the first of them
const VECTORS = ["left", "right", "x", ...[0, 1, 2, 3].flatMap((i) => [`left${i}`, `right${i}`])];
const variable = (name) => [...NUMBERS, ...VECTORS].indexOf(name);

const get = (name) => [0x20, variable(name)];
const set = (name, value) => [...value, 0x21, variable(name)];
const whole = (value) => [0x41, ...leb(value)];
const add = (...numbers) => numbers.reduce((a, b) => [...a, ...b, 0x6a]);
const multiply = (a, b) => [...a, ...b, 0x6c];
const isBelow = (a, b) => [...a, ...b, 0x49];
// do { body } while (condition)
const repeat = (body, condition) => [0x03, 0x40, ...body, ...condition, 0x0d, 0, 0x0b];

// Instructions on two float64 at once. Addresses are in bytes, with an alignment of 2³ bytes.
const onVectors = (code, operands, ...more) => [...operands, 0xfd, ...leb(code), ...more];
const load = (address, offset) => onVectors(0x00, address, 3, offset);
const loadTwice = (address) => onVectors(0x0a, address, 3, 0); // the same number in both places
const store = (address, value, offset) => onVectors(0x0b, [...address, ...value], 3, offset);
const zeroVector = onVectors(0x0c, [], ...new Array(16).fill(0));
const addVectors = (a, b) => onVectors(0xf0, [...a, ...b]);
const multiplyVectors = (a, b) => onVectors(0xf2, [...a, ...b]);

// ---- The product ----------------------------------------------------------------------------

// C = A B, four rows and four columns at a time; the numbers of rows of A and columns of B must be
// multiples of four. The sizes of rows, and `columns`, are in bytes. `x0` … `x3` move along four
// rows of A, `y` moves down B; a block of C consists of four rows of two vectors.
function productOfBlocks() {
  const rows = [0, 1, 2, 3];
  const move = (name, distance) => set(name, add(get(name), distance));
  const grow = (name, factor) =>
    set(name, addVectors(get(name), multiplyVectors(get("x"), get(factor))));
  const alongK = [
    ...set("left", load(get("y"), 0)),
    ...set("right", load(get("y"), 16)),
    ...rows.flatMap((i) => [
      ...set("x", loadTwice(get(`x${i}`))),
      ...grow(`left${i}`, "left"),
      ...grow(`right${i}`, "right"),
      ...move(`x${i}`, whole(8)),
    ]),
    ...move("y", get("bRow")),
  ];
  const block = [
    ...set("x0", get("a")),
    ...rows.slice(1).flatMap((i) => set(`x${i}`, add(get(`x${i - 1}`), get("aRow")))),
    ...set("endOfRow", get("x1")),
    ...set("y", add(get("b"), get("column"))),
    ...rows.flatMap((i) => [...set(`left${i}`, zeroVector), ...set(`right${i}`, zeroVector)]),
    ...repeat(alongK, isBelow(get("x0"), get("endOfRow"))),
    ...set("y", add(get("c"), get("column"))),
    ...rows.flatMap((i) => [
      ...store(get("y"), get(`left${i}`), 0),
      ...store(get("y"), get(`right${i}`), 16),
      ...move("y", get("bRow")),
    ]),
    ...move("column", whole(32)),
  ];
  return repeat([
    ...set("column", whole(0)),
    ...repeat(block, isBelow(get("column"), get("columns"))),
    ...move("a", multiply(get("aRow"), whole(4))),
    ...move("c", multiply(get("bRow"), whole(4))),
  ], isBelow(get("a"), get("endOfA")));
}

// ---- The module -----------------------------------------------------------------------------

const PAGES = 1024; // of 64 KiB

function moduleBytes() {
  const locals = [[...leb(NUMBERS.length - PARAMETERS), I32], [...leb(VECTORS.length), V128]];
  const code = [...list(locals), ...productOfBlocks(), 0x0b];
  return Uint8Array.from([
    ...text("\0asm"), 1, 0, 0, 0,
    ...section(1, list([[0x60, ...list(new Array(PARAMETERS).fill(I32)), ...list([])]])), // types
    ...section(3, list([0])), // one function, of the first type
    ...section(5, list([[0, ...leb(PAGES)]])), // one memory
    ...section(7, list([[...text("memory"), 2, 0], [...text("product"), 0, 0]])), // exports
    ...section(10, list([list(code)])),
  ].slice(1)); // the magic word has no length before it
}

// Memory for numbers, and the product of matrices that are stored in it; null if the browser has no
// vector instructions or does not let the page use them.
export function vectorUnit() {
  let unit;
  try {
    unit = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes())).exports;
  } catch {
    return null;
  }
  const { buffer } = unit.memory;
  let used = 0;
  return {
    holds: (values) => values.buffer === buffer,

    // Memory for `size` numbers, which is never freed; null if there is not enough left.
    allocate(size) {
      const start = used;
      if (start + 8 * size > buffer.byteLength) return null;
      used += 16 * Math.ceil(size / 2);
      return new Float64Array(buffer, start, size);
    },

    // The first `rows` rows and `columns` columns, both multiples of four, of C = A B, where A is
    // n × k and B is k × m.
    multiply(a, b, c, { rows, columns, k, m }) {
      const endOfA = a.byteOffset + 8 * rows * k;
      unit.product(a.byteOffset, b.byteOffset, c.byteOffset, endOfA, 8 * columns, 8 * k, 8 * m);
    },
  };
}
