// Films of equal length, side by side, played together.

import { cut, element, picture, player, unpackImages } from "./toolkit.js";

export function film(stage, { names, shape, frames, count, milliseconds }) {
  const reels = cut(unpackImages(frames, shape), names.length);
  const screens = names.map(() => picture("large"));
  const draw = (at) => {
    const moment = `Frame ${at + 1} of ${count}`;
    screens.forEach((screen, i) => screen.show([reels[i][at], `${names[i]}. ${moment}.`]));
    told.textContent = moment;
    stage.say(moment);
  };
  const told = element("output", { class: "readout" });
  const { input, buttons } = player({
    label: "Frames of the film", one: "One frame", what: "the film", last: count - 1, frame: milliseconds, onShow: draw,
  });
  stage.body.append(
    element("div", { class: "pictures" }, ...screens.map((screen, i) =>
      element("div", { class: "figure" }, element("p", { class: "caption" }, names[i]), screen))),
    element("div", { class: "main" }, told, input, buttons),
  );
  draw(0);
}
