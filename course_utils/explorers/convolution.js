// Which pixel of one image a convolution or its transpose connects to which of the other.

import { eachConnection } from "./network.js";
import { choice, element } from "./toolkit.js";

const WEIGHTS = "abcdefghijklmnopqrstuvwxy";

// The size that Keras gives the output of a transposed convolution.
const largerSize = ({ size, kernel, stride, padding }) =>
  size * stride + (padding === "valid" ? Math.max(kernel - stride, 0) : 0);

function sizeFormula({ transposed, size, kernel, stride, padding }, large) {
  if (padding === "same") return transposed ? `${size} · ${stride} = ${large}` : `${large} / ${stride} = ${size}`;
  if (!transposed) return `⌊(${large} − ${kernel}) / ${stride}⌋ + 1 = ${size}`;
  return kernel < stride ? `${size} · ${stride} = ${large}` : `(${size} − 1) · ${stride} + ${kernel} = ${large}`;
}

// Away from the border, along one axis, an output of the transpose meets ⌊k/s⌋ or ⌈k/s⌉ weights.
function evenness({ transposed, kernel, stride }) {
  if (!transposed) return `Away from the border every output sees ${kernel * kernel} inputs.`;
  const [few, many] = [Math.floor(kernel / stride), Math.ceil(kernel / stride)];
  const counts = [...new Set([few * few, few * many, many * many])];
  const listed = counts.join(", ").replace(/, (?=\d+$)/, " or ");
  const verdict = few === many ? "even" : few === 0 ? "gaps" : "a checkerboard";
  return `Away from the border an output is fed by ${listed} ${many > 1 ? "inputs" : "input"}: ${verdict}.`;
}

const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

// A square of cells. Pointer and arrow keys call `onSelect(row, column)`.
function pixelGrid(onSelect) {
  let [size, row, column] = [0, 0, 0];
  const caption = element("p", { class: "caption" });
  const grid = element("div", { class: "pixels" });
  const select = (r, c) => {
    [row, column] = [r, c].map((i) => Math.min(Math.max(i, 0), size - 1));
    onSelect(row, column);
  };
  if (onSelect) {
    for (const [name, value] of Object.entries({
      tabindex: 0, role: "application", "aria-roledescription": "image made of pixels",
      "data-lm-suppress-shortcuts": "true",
    })) grid.setAttribute(name, value);
    const follow = (event) => {
      const cell = Array.prototype.indexOf.call(grid.children, event.target);
      if (cell >= 0) select(Math.floor(cell / size), cell % size);
    };
    grid.addEventListener("pointermove", follow);
    grid.addEventListener("pointerdown", follow);
    grid.addEventListener("focus", () => select(row, column));
    grid.addEventListener("keydown", (event) => {
      const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
      if (!moves[event.key]) return;
      select(row + moves[event.key][0], column + moves[event.key][1]);
      event.preventDefault();
    });
  }
  const resize = (next) => {
    if (next === size) return;
    size = next;
    [row, column] = [Math.min(row, size - 1), Math.min(column, size - 1)];
    grid.style.setProperty("--size", size);
    grid.replaceChildren(...Array.from({ length: size * size }, () => element("span")));
  };
  // Each cell: { text, share (0 to 1, its shade), kind ("linked", "chosen" or none) }.
  const show = (name, cells) => {
    caption.textContent = `${name}, ${size} × ${size}`;
    if (onSelect) grid.setAttribute("aria-label", `${name}. The arrow keys choose a pixel.`);
    cells.forEach(({ text = "", share = 0, kind = "" }, i) => {
      const cell = grid.children[i];
      cell.textContent = text;
      cell.className = kind;
      cell.style.setProperty("--share", `${Math.round(100 * share)}%`);
    });
  };
  return { node: element("div", { class: "figure" }, caption, grid), resize, show };
}

export function pixelConnections(stage, options) {
  const state = { ...options, image: "small", row: 1, column: 1 };
  const chooser = (image) => (row, column) => {
    Object.assign(state, { image, row, column });
    draw();
  };
  const grids = { small: pixelGrid(chooser("small")), kernel: pixelGrid(null), large: pixelGrid(chooser("large")) };
  const arrow = () => element("span", { class: "arrow", "aria-hidden": "true" }, "→");
  const images = element("div", { class: "images" });
  const told = element("p", { class: "told-loud" });
  const facts = element("p", { class: "note" });

  function draw() {
    const { transposed, size, kernel, stride, padding } = state;
    const large = largerSize(state);
    const sides = { small: size, large };
    const [input, output] = transposed ? ["small", "large"] : ["large", "small"];
    state.row = Math.min(state.row, sides[state.image] - 1);
    state.column = Math.min(state.column, sides[state.image] - 1);
    const chosen = state.row * sides[state.image] + state.column;
    const other = state.image === "small" ? "large" : "small";

    const counts = new Array(sides[output] ** 2).fill(0);
    const linked = new Map(); // pixel of the other image → the weight between
    eachConnection(
      { kernel_size: [kernel, kernel], strides: [stride, stride], padding },
      [large, large], [size, size],
      (smallPixel, largePixel, tap) => {
        const ends = { small: smallPixel, large: largePixel };
        counts[ends[output]]++;
        if (ends[state.image] === chosen) linked.set(ends[other], tap);
      },
    );

    const most = Math.max(...counts, 1);
    const cells = (image) => Array.from({ length: sides[image] ** 2 }, (_, i) => {
      const counted = image === output ? { text: counts[i], share: counts[i] / most } : {};
      if (image === state.image) return i === chosen ? { ...counted, kind: "chosen" } : counted;
      return linked.has(i) ? { text: WEIGHTS[linked.get(i)], kind: "linked" } : counted;
    });
    const used = new Set(linked.values());
    for (const [name, side] of [["small", size], ["kernel", kernel], ["large", large]]) grids[name].resize(side);
    grids[input].show("Input", cells(input));
    grids[output].show("Output", cells(output));
    grids.kernel.show("Kernel", Array.from({ length: kernel ** 2 }, (_, tap) =>
      ({ text: WEIGHTS[tap], kind: used.has(tap) ? "linked" : "" })));
    if (images.firstChild !== grids[input].node) {
      images.replaceChildren(grids[input].node, arrow(), grids.kernel.node, arrow(), grids[output].node);
    }
    images.style.setProperty("--across", size + kernel + large);
    images.style.setProperty("--widest", Math.max(large, size + kernel + 2));

    const place = `(${state.row + 1}, ${state.column + 1})`;
    told.textContent = state.image === input
      ? `Input ${place} feeds ${plural(linked.size, "output")}.`
      : `Output ${place} is fed by ${plural(linked.size, "input")}, through ${linked.size} of ${plural(kernel ** 2, "weight")}.`;
    facts.textContent = `Output size: ${sizeFormula(state, large)}. ${evenness(state)}`;
    stage.say(`${told.textContent} ${facts.textContent}`);
  }

  const numbers = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => [from + i, String(from + i)]);
  const control = (text, key, values) =>
    element("div", { class: "setting" }, element("span", { "aria-hidden": "true" }, text),
      choice({ label: text, options: values, value: state[key],
        onChange: (value) => {
          state[key] = value;
          draw();
        } }));
  const { sizes, kernels, strides } = options.ranges;
  stage.body.append(
    element("div", { class: "settings" },
      control("Operation", "transposed", [[false, "Convolution"], [true, "Transposed"]]),
      control("Padding", "padding", [["valid", "valid"], ["same", "same"]]),
      control("Kernel size", "kernel", numbers(...kernels)),
      control("Stride", "stride", numbers(...strides)),
      control("Smaller image", "size", numbers(...sizes))),
    images, told, facts,
    element("p", { class: "note" },
      "Point at a pixel of the input or the output, or reach the images with Tab and use the arrow keys. " +
      "The numbers tell how many inputs feed an output; the letters, which weight lies between."),
  );
  // Start on a pixel in the middle of the output.
  state.image = options.transposed ? "large" : "small";
  const side = options.transposed ? largerSize(state) : state.size;
  [state.row, state.column] = [Math.floor((side - 1) / 2), Math.floor((side - 1) / 2)];
  draw();
}
