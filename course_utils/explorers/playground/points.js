// Points in the plane: data to learn from, and the points at which a picture evaluates a model.

export const HALF = 1.5; // the window reaches from −HALF to HALF on both axes
export const LINES = { count: 9, points: 25, reach: 2 }; // of the grid of codes
export const ARROWS = { count: 11, reach: 0.9 * HALF }; // along each axis

export const evenly = (count, from, to) =>
  Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));

// ---- Data. A shape is a function of a random source that draws one point. -----------------------

const circle = (radius, turns) => [radius * Math.cos(2 * Math.PI * turns), radius * Math.sin(2 * Math.PI * turns)];
const oneOf = (count, random) => Math.floor(count * random.uniform());
const around = ([x, y], deviation, random) => [x + deviation * random.normal(), y + deviation * random.normal()];

export const RING_OF_EIGHT = Array.from({ length: 8 }, (_, i) => circle(1, i / 8));
const GRID = Array.from({ length: 25 }, (_, i) => [(i % 5) / 2 - 1, Math.floor(i / 5) / 2 - 1]);

// By name: a title, the modes if there are any, and a function that draws one point.
export const SHAPES = {
  ring: {
    title: "ring of eight", modes: RING_OF_EIGHT, deviation: 0.05,
    draw: (random) => around(RING_OF_EIGHT[oneOf(8, random)], 0.05, random),
  },
  grid: {
    title: "grid of 25", modes: GRID, deviation: 0.04,
    draw: (random) => around(GRID[oneOf(25, random)], 0.04, random),
  },
  moons: {
    title: "two moons",
    draw(random) {
      const [x, y] = circle(0.8, random.uniform() / 2);
      const point = random.uniform() < 0.5 ? [x - 0.4, y - 0.2] : [0.4 - x, 0.2 - y];
      return around(point, 0.05, random);
    },
  },
  rings: {
    title: "two rings",
    draw: (random) => around(circle(random.uniform() < 1 / 3 ? 0.5 : 1.1, random.uniform()), 0.04, random),
  },
  spiral: {
    title: "spiral",
    draw(random) {
      const along = Math.sqrt(random.uniform());
      return around(circle(1.2 * along, 1.5 * along), 0.04, random);
    },
  },
  gaussians: {
    title: "two Gaussians",
    draw: (random) => (random.uniform() < 0.5
      ? [-0.6 + 0.15 * random.normal(), 0.35 * random.normal()]
      : [0.6 + 0.25 * random.normal(), 0.3 + 0.15 * random.normal()]),
  },
};

// `count` points from a shape or from points that the reader drew. Of the latter, each is chosen at
// random and moved a little, so that a handful of dots becomes a cloud.
export function drawPoints({ shape, drawn }, count, random) {
  const draw = shape === "drawn"
    ? () => around(drawn[oneOf(drawn.length, random)], 0.03, random)
    : () => SHAPES[shape].draw(random);
  const points = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) points.set(draw(), 2 * i);
  return points;
}

// How many modes are found: at least a fifth of an equal share of the points lies within three
// standard deviations.
export function modesFound({ modes, deviation }, points) {
  const counts = new Array(modes.length).fill(0);
  for (let i = 0; i < points.length; i += 2) {
    const near = modes.findIndex(([x, y]) => Math.hypot(points[i] - x, points[i + 1] - y) < 3 * deviation);
    if (near >= 0) counts[near] += 1;
  }
  const least = (0.2 * points.length) / 2 / modes.length;
  return counts.filter((count) => count >= least).length;
}

// The points in a text with one pair of numbers per line, as copied from a table; other lines are
// skipped. The points are shifted and scaled to fit into the playground's window.
export function readPoints(text) {
  const points = text.split(/\r?\n/)
    .map((line) => line.trim().split(/[\s,;]+/).slice(0, 2).map(Number))
    .filter((pair) => pair.length === 2 && pair.every(Number.isFinite));
  if (points.length < 2) {
    throw new Error("Expected two numbers a line, such as 0.5, -1.25, on at least two lines.");
  }
  const spans = [0, 1].map((axis) => {
    const values = points.map((point) => point[axis]);
    return [Math.min(...values), Math.max(...values)];
  });
  const size = Math.max(...spans.map(([low, high]) => high - low)) || 1;
  return points.map((point) =>
    point.map((value, axis) => (2.2 * (value - (spans[axis][0] + spans[axis][1]) / 2)) / size));
}
