// Which of two pictures is real? One guess per pair, and the score.

import { button, element, picture, slider, unpackImages } from "./toolkit.js";

export function realOrFake(stage, { real, fake, shape, realIsLeft }) {
  const reals = unpackImages(real, shape);
  const fakes = unpackImages(fake, shape);
  const guesses = realIsLeft.map(() => null); // once guessed, whether the guess was right
  const state = { pair: 0 };
  const canvases = [picture("large"), picture("large")];
  const place = element("output", { class: "told" });
  const verdict = element("output", { class: "told-loud" });
  const score = element("output", { class: "readout" });

  const draw = () => {
    const { pair } = state;
    const sides = realIsLeft[pair] ? [reals, fakes] : [fakes, reals];
    canvases.forEach((canvas, i) =>
      canvas.show([sides[i][pair], `Pair ${pair + 1}, ${["left", "right"][i]}`]));
    place.textContent = `pair ${pair + 1} of ${guesses.length}`;
    const truth = `the ${realIsLeft[pair] ? "left" : "right"} one is real`;
    verdict.textContent = guesses[pair] === null
      ? "Which one is real?"
      : guesses[pair] ? `Right: ${truth}.` : `Wrong: ${truth}.`;
    const made = guesses.filter((guess) => guess !== null);
    score.textContent = `${made.filter(Boolean).length} of ${made.length} right`;
    stage.say(`Pair ${pair + 1}. ${verdict.textContent} ${score.textContent}`);
  };

  const input = slider({ label: "Pair", min: 0, max: guesses.length - 1, step: 1, value: 0,
    onInput: (pair) => {
      state.pair = pair;
      draw();
    } });
  // Only the first guess of a pair counts: after it the answer is known.
  const guess = (left) => {
    guesses[state.pair] ??= left === realIsLeft[state.pair];
    draw();
  };
  const next = () => {
    state.pair = (state.pair + 1) % guesses.length;
    input.set(state.pair);
    draw();
  };

  stage.body.append(
    element("div", { class: "columns" },
      element("div", { class: "pair" }, ...canvases,
        button("The left one", "The left one is real", () => guess(true)),
        button("The right one", "The right one is real", () => guess(false))),
      element("div", { class: "main" }, verdict, score, place, input,
        element("div", { class: "buttons" }, button("Next pair", "Show two other pictures", next)))),
  );
  draw();
}
