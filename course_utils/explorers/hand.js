// A hand at a canvas: it draws by pointer, or by key with a brush that the arrows move.

const UNDOS = 50;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

// Add the pixels as they are now to those that undo can bring back.
export function keep(past, pixels) {
  past.push(pixels.slice());
  if (past.length > UNDOS) past.shift();
}

// The pointer draws while it is down, and moves the brush while it is not. Every function is given a
// place in shares of width and height, from [0, 0] to [1, 1], and beyond where the pointer leaves.
export function listenToPointer(node, { begin, strokeTo, hover }) {
  const place = (event) => {
    const box = node.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };
  node.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary) return; // a second finger
    node.setPointerCapture(event.pointerId);
    begin(place(event));
  });
  node.addEventListener("pointermove", (event) => {
    if (!event.isPrimary) return;
    (node.hasPointerCapture(event.pointerId) ? strokeTo : hover)(place(event));
  });
}

// Arrows move the brush by a pixel, and with Shift draw on the way; Space and Enter draw where it is.
export function listenToKeys(node, { move, dab, actions }) {
  node.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = { " ": dab, Enter: dab, ...actions }[event.key];
    if (ARROWS[event.key]) {
      move(ARROWS[event.key]);
      if (event.shiftKey) dab();
    } else if (act) act();
    else return;
    event.preventDefault();
  });
}
