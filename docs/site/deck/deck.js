// Fits a deck to slides of 1280 × 720, then starts reveal.js. Explorers have started before: their
// scripts stand in the page, and this one is deferred.

const TEXT_SIZES = [36, 33, 30, 27];
const LEAST_SIZE = 20; // of one block that has a slide to itself
const MOST_GROWN = 1.6; // an explorer: its letters are then 22 pixels high
const SHARES = [100, 90, 80, 70, 60, 50]; // of the slide's width, in percent
const SPARE = 20; // pixels below it, for a line that it may write later
const LEAST_WIDTH = 640; // of an explorer, in its own pixels: below, it arranges itself as on a phone

const TAKES_KEYS = "input, textarea, button, summary, [role=application], .scrolls";

const content = (slide) => slide.querySelector(".content");

function fits(slide) {
  const box = content(slide);
  return box.scrollHeight <= box.clientHeight + 1 && box.scrollWidth <= box.clientWidth + 1;
}

function trySizes(slide, sizes) {
  for (const size of sizes) {
    slide.style.setProperty("--size", `${size}px`);
    if (fits(slide)) return true;
  }
  return false;
}

// A slide of the same heading after this one, for what has no room here; the notes stay here, and
// the code goes where something is that it printed.
function slideAfter(slide) {
  const section = slide.parentElement.cloneNode(true);
  const next = section.firstElementChild;
  content(next).replaceChildren();
  next.querySelector(".notes").replaceChildren();
  next.classList.add("again");
  slide.parentElement.after(section);
  return next;
}

const leadsOn = (block) => block.textContent.trimEnd().endsWith(":") || /^H\d$/.test(block.tagName);

// Where to cut blocks in two so that both parts are about equally high, and no colon ends the first.
function middle(blocks) {
  const [top, bottom] = [blocks[0].offsetTop, blocks.at(-1).offsetTop + blocks.at(-1).offsetHeight];
  const half = (block) => Math.abs(block.offsetTop - (top + bottom) / 2);
  const candidates = blocks.slice(1).filter((block) => !leadsOn(block.previousElementSibling));
  return candidates.sort((a, b) => half(a) - half(b))[0];
}

// Halve text until each part fits; a list is cut between its items, a single block gets smaller.
function fitText(slide) {
  if (trySizes(slide, TEXT_SIZES)) return;
  const box = content(slide);
  const cut = box.children.length > 1 && middle([...box.children]);
  const list = box.children.length === 1 && box.firstElementChild.matches("ul, ol") && box.firstElementChild;
  const next = cut || (list && list.children.length > 1) ? slideAfter(slide) : null;
  if (cut) {
    const rest = [...box.children];
    content(next).append(...rest.slice(rest.indexOf(cut)));
  } else if (next) {
    const rest = list.cloneNode(false);
    rest.append(...[...list.children].slice(Math.ceil(list.children.length / 2)));
    content(next).append(rest);
  } else {
    fitOneBlock(slide);
    return;
  }
  for (const part of [slide, next]) {
    if (!part.querySelector(".printed")) part.querySelector(".code")?.remove();
    fitText(part);
  }
}

// What cannot be cut shrinks; if that is not enough, one scrolls.
function fitOneBlock(slide) {
  const smaller = [];
  for (let size = TEXT_SIZES.at(-1) - 1; size >= LEAST_SIZE; size--) smaller.push(size);
  if (trySizes(slide, smaller)) return;
  letScroll(content(slide));
}

function letScroll(box) {
  box.classList.add("scrolls");
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", "continues below");
}

// A wide formula is drawn smaller.
function fitFormulas(slide) {
  for (const formula of content(slide).querySelectorAll("svg[role=img]")) {
    const room = content(slide).clientWidth;
    const { width } = formula.getBoundingClientRect();
    if (width > room) formula.style.setProperty("--squeezed", room / width);
  }
}

// A figure is as high as its width allows.
function fitFigures(slide) {
  for (const image of slide.querySelectorAll(".drawn > img")) {
    const height = (content(slide).clientWidth * image.naturalHeight) / image.naturalWidth;
    image.parentElement.style.setProperty("--height", `${height}px`);
  }
}

// Printed text in letters as large as its lines allow; the longest lines are broken.
function fitPrinted(slide) {
  for (const printed of content(slide).querySelectorAll("pre")) {
    const wide = () => printed.scrollWidth > printed.clientWidth + 1;
    for (let size = 24; size >= 17; size--) {
      printed.style.setProperty("--mono", `${size}px`);
      if (!wide() && printed.offsetHeight <= content(slide).clientHeight) break;
    }
    if (wide()) printed.style.whiteSpace = "pre-wrap";
  }
}

// An explorer grows until its slide is full: large letters first, then width.
function fitExplorers(slide) {
  for (const host of slide.querySelectorAll(".explorer-here")) {
    const fitsAt = (grown, share) => {
      host.style.setProperty("--grown", grown);
      host.style.setProperty("--share", `${share}%`);
      return host.firstElementChild.getBoundingClientRect().height <= host.clientHeight - SPARE;
    };
    for (let grown = MOST_GROWN; grown > 0.4; grown -= 0.05) {
      const wideEnough = (share) => (share * host.clientWidth) / 100 >= LEAST_WIDTH * grown;
      if (SHARES.some((share) => wideEnough(share) && fitsAt(grown, share))) break;
    }
  }
}

// A cell's slide: figures take what is left; printed text that leaves them too little moves on.
function fitShown(slide) {
  slide.style.setProperty("--size", "28px");
  fitExplorers(slide);
  if (fits(slide)) return;
  const box = content(slide);
  const drawn = box.querySelector(":scope > .drawn");
  const after = drawn && [...box.children].slice([...box.children].indexOf(drawn) + 1);
  if (after?.length) {
    const next = slideAfter(slide);
    next.querySelector(".code")?.remove();
    content(next).append(...after);
    fitShown(slide);
    fitShown(next);
  } else if (!trySizes(slide, [26, 24, 22, LEAST_SIZE])) {
    letScroll(box);
  }
  fitExplorers(slide);
}

const FIT = { opening: fitText, text: fitText, question: fitText, shown: fitShown };

function start() {
  for (const slide of document.querySelectorAll(".slide")) {
    slide.style.setProperty("--size", `${TEXT_SIZES.at(-1)}px`);
    fitFormulas(slide);
    fitFigures(slide);
    fitPrinted(slide);
    const kind = Object.keys(FIT).find((name) => slide.classList.contains(name));
    FIT[kind](slide);
  }
  document.body.classList.add("started");
  Reveal.initialize({
    width: 1280,
    height: 720,
    margin: 0,
    center: false,
    hash: true,
    slideNumber: "c/t",
    transition: "fade",
    transitionSpeed: "fast",
    pdfSeparateFragments: false,
    totalTime: 60 * Number(document.querySelector(".reveal").dataset.minutes),
    // What takes keys keeps them, in an explorer's shadow too.
    keyboardCondition: (event) => !event.composedPath()[0].matches?.(TAKES_KEYS),
    plugins: [RevealNotes],
  });
  Reveal.addKeyBinding({ keyCode: 67, key: "C", description: "Show or hide the code" }, () => {
    const code = Reveal.getCurrentSlide().querySelector(".code");
    if (code) code.open = !code.open;
  });
}

// Then every figure has its size.
addEventListener("load", start);
