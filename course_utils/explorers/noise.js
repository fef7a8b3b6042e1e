// Spoil an image pixel by pixel, and see what networks make of it.

import { button, element, exampleField, number, pageDecoder, picture, slider, toImageData } from "./toolkit.js";

export function denoisingSlider(stage, { images, labels, shape, networks, dropRate }) {
  const state = { image: 0, dropRate, chances: [] };
  // A pixel is set to 0 when its random number is below the rate, so pixels once lost stay lost as the
  // rate grows.
  const throwDice = () => (state.chances = images[0].map(() => Math.random()));
  const figure = (text) => {
    const canvas = picture("large pixels");
    const told = element("p", { class: "note" });
    const node = element("div", { class: "figure" }, element("p", { class: "caption" }, text), canvas, told);
    return { node, show: (image, description, words) => {
      canvas.show([image, description]);
      told.textContent = words;
    } };
  };
  const clean = figure("clean");
  const spoiled = figure("spoiled");
  const rebuilt = Object.entries(networks).map(([name, network]) =>
    ({ name, decoder: pageDecoder(network), ...figure(name) }));

  const error = (pixels, image) =>
    image.reduce((sum, value, i) => sum + (value - pixels[i]) ** 2, 0);
  const valuesOf = ({ data }) =>
    Array.from({ length: images[0].length }, (_, i) => data[4 * Math.floor(i / shape[2]) + (i % shape[2])] / 255);
  const draw = stage.drawing(async () => {
    const image = images[state.image];
    const pixels = image.map((value, i) => (state.chances[i] < state.dropRate ? 0 : value));
    clean.show(toImageData(image, shape), "The clean image", "");
    const lost = `error ${number(error(pixels, image), 1)}`;
    spoiled.show(toImageData(pixels, shape), `The spoiled image, ${lost}`, lost);
    const words = [];
    for (const { name, decoder, show } of rebuilt) {
      const [output] = await decoder.decode([pixels]);
      const said = `error ${number(error(valuesOf(output), image), 1)}`;
      show(output, `Rebuilt by ${name}, ${said}`, said);
      words.push(`${name}: ${said}`);
    }
    stage.say(`Spoiled: ${lost}; ${words.join("; ")}`);
  });

  const rate = element("output", {}, number(dropRate));
  throwDice();
  stage.body.append(
    element("div", { class: "pictures" }, clean.node, spoiled.node, ...rebuilt.map(({ node }) => node)),
    element("div", { class: "rate" }, element("span", {}, "Share of pixels set to 0"),
      slider({ label: "Share of pixels set to 0", min: 0, max: 1, step: 0.02, value: dropRate,
        onInput: (value) => {
          state.dropRate = value;
          rate.textContent = number(value);
          draw();
        } }),
      rate),
    element("div", { class: "rate-controls" },
      exampleField({ text: "Image", count: images.length, value: 0, labels,
        onChange: (i) => {
          state.image = i;
          draw();
        } }),
      button("Other pixels", "Lose as many pixels in other places", () => {
        throwDice();
        draw();
      })),
    element("p", { class: "note" }, "Error: squared difference from the clean image, summed over pixels."),
  );
  draw();
}
