// Written into each page: what can be read is drawn first, only then are the scripts fetched and run. Until they are there,
// what is pressed or chosen is kept for them; should they not come, it does what it does on a page without scripts.
const PATIENCE = 1000; // milliseconds
const { content } = document.getElementById("scripts");
const missing = new AbortController(); // done when they are there
const { signal } = missing;
const early = [];
let patient = true;

for (const script of content.querySelectorAll("[data-only]")) {
  if (!matchMedia(script.dataset.only).matches) script.remove();
}
// The first paint of all may be an empty page, where the machine is slow.
new PerformanceObserver((paints) => {
  if (paints.getEntriesByName("first-contentful-paint").length) start();
}).observe({ type: "paint", buffered: true });
// A hidden tab draws nothing, and some browsers tell nobody when they draw.
addEventListener("load", () => setTimeout(start, document.hidden ? 0 : PATIENCE));
for (const type of ["click", "change"]) addEventListener(type, hold, { capture: true, signal });
for (const type of ["pageshow", "popstate"]) addEventListener(type, comesBack, { signal });
addEventListener("submit", leave, { signal });
// May come before there is anybody to listen: see install-hint.js.
addEventListener("beforeinstallprompt", (event) => (window.installable = event));

function start() {
  // A long page may be drawn before all of it is there.
  if (document.readyState === "loading") return document.addEventListener("DOMContentLoaded", start);
  const script = content.firstElementChild;
  if (!script) return;
  script.async = false; // in their order
  // They put some of their own work off in the same way: after that.
  if (!script.nextElementSibling) script.addEventListener("load", () => setTimeout(thereTheyAre));
  document.head.append(script);
  setTimeout(start); // one at a time: fetching is work, too
}

function thereTheyAre() {
  missing.abort();
  act(early.splice(0));
}

function hold(event) {
  // What follows something that is held must not overtake it.
  const held = early.length ? "a, button" : "button, a[hx-nonce], a[data-beside]";
  const opensElsewhere = event.button || event.ctrlKey || event.metaKey || event.shiftKey;
  if (!patient || opensElsewhere || (event.type === "click" && !event.target.closest(held))) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!early.length) setTimeout(giveUp, PATIENCE);
  early.push(event);
}

// Only the first: it leads to another page, and a second one would stop it.
function giveUp() {
  patient = false;
  act(early.splice(0).slice(0, 1));
}

function act(events) {
  for (const event of events) event.target.dispatchEvent(new event.constructor(event.type, event));
}

// As sent.js does, which must not take it back when it comes while the answer is on the way.
function leave({ target }) {
  if (target.method === "post" && navigator.onLine) window.name = window.leaving = "sent";
}

// By the browser's Back, before there is anybody who knows what may be shown: it is asked for again. Only the desk has
// something to hide until then; the script of the offline page, which may be on its way, needs what is there.
function comesBack({ persisted, state }) {
  const desk = document.body.matches(".desk");
  if (persisted ? !desk : !state) return;
  if (desk) document.body.replaceChildren();
  location.reload();
}
