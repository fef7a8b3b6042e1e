// Charts as SVG: axes with ticks, and marks placed in the data's own units.

export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  place(node, attributes);
  node.append(...children);
  return node;
}

export function place(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
}

// Round numbers, about `count` of them, from one end to the other.
function ticks(from, to, count) {
  const rough = (to - from) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const value = (first + i) * step;
    return [value, value.toFixed(digits).replace("-", "−").replace(/^−(?=[0.]*$)/, "")];
  });
}

const MARGIN = { left: 56, right: 10, top: 8, bottom: 38 };

// A chart with axes {label, from, to}. `layer()` is a group of marks that stays inside the frame;
// `overlay()` is one above it whose marks may cross the edge, such as a dot on the axis. An axis
// may label its ticks by a function of its own, `text(value)`.
export class Chart {
  constructor({ label, x, y, width = 400, height = 260 }) {
    [this.xAxis, this.yAxis] = [x, y];
    this.right = width - MARGIN.right;
    this.bottom = height - MARGIN.bottom;
    const clip = `clip-${Math.random().toString(36).slice(2)}`;
    const frame = { x: MARGIN.left, y: MARGIN.top, width: this.right - MARGIN.left, height: this.bottom - MARGIN.top };
    this.marks = svg("g", { "clip-path": `url(#${clip})` });
    this.above = svg("g");
    this.node = svg("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label },
      svg("clipPath", { id: clip }, svg("rect", frame)),
      svg("path", { class: "axes", d: `M${MARGIN.left} ${MARGIN.top}V${this.bottom}H${this.right}` }),
      ...ticks(x.from, x.to, 6).map(([at, text]) =>
        svg("text", { x: this.x(at), y: this.bottom + 15, "text-anchor": "middle" }, text)),
      ...ticks(y.from, y.to, 5).map(([at, text]) =>
        svg("text", { x: MARGIN.left - 6, y: this.y(at) + 4, "text-anchor": "end" }, y.text ? y.text(at) : text)),
      svg("text", { x: (MARGIN.left + this.right) / 2, y: height - 5, "text-anchor": "middle" }, x.label),
      svg("text", { transform: `translate(12 ${(MARGIN.top + this.bottom) / 2}) rotate(-90)`, "text-anchor": "middle" }, y.label),
      this.marks,
      this.above,
    );
  }

  x(value) {
    return MARGIN.left + ((value - this.xAxis.from) / (this.xAxis.to - this.xAxis.from)) * (this.right - MARGIN.left);
  }

  y(value) {
    return this.bottom - ((value - this.yAxis.from) / (this.yAxis.to - this.yAxis.from)) * (this.bottom - MARGIN.top);
  }

  layer(name, parent = this.marks) {
    const group = svg("g", { class: name });
    parent.append(group);
    return group;
  }

  overlay(name) {
    return this.layer(name, this.above);
  }

  // A line through [x, y] pairs, as the `d` of a path.
  line(points) {
    return points.map(([x, y], i) => `${i ? "L" : "M"}${this.x(x).toFixed(1)} ${this.y(y).toFixed(1)}`).join("");
  }

  // The x under a pointer.
  xUnder(event) {
    const box = this.node.getBoundingClientRect();
    const across = ((event.clientX - box.left) / box.width) * this.node.viewBox.baseVal.width;
    const share = (across - MARGIN.left) / (this.right - MARGIN.left);
    return this.xAxis.from + share * (this.xAxis.to - this.xAxis.from);
  }
}
