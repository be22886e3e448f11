// Written into each page: what can be read is drawn first, only then are the scripts fetched and run. Until they are there,
// what is pressed or chosen is kept for them; should they not come, it does what it does on a page without scripts.
const PATIENCE = 1000; // milliseconds
const { content } = document.getElementById("scripts");
const waiting = new AbortController();
const { signal } = waiting;
const early = [];

new PerformanceObserver(start).observe({ type: "paint", buffered: true });
// A hidden tab draws nothing, and some browsers tell nobody when they draw.
addEventListener("load", () => setTimeout(start, PATIENCE));
for (const type of ["click", "change"]) addEventListener(type, hold, { capture: true, signal });
for (const type of ["pageshow", "popstate"]) addEventListener(type, comesBack, { signal });
// May come before there is anybody to listen: see install-hint.js.
addEventListener("beforeinstallprompt", (event) => (window.installable = event));

function start() {
  for (const script of content.children) script.async = false; // in their order
  // After htmx, which puts itself at work the same way.
  content.lastElementChild?.addEventListener("load", () => setTimeout(release));
  document.head.append(content);
}

function hold(event) {
  const opensElsewhere = event.ctrlKey || event.metaKey || event.shiftKey;
  if (opensElsewhere || (event.type === "click" && !event.target.closest("button, a[hx-nonce], a[data-beside]"))) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!early.length) setTimeout(release, PATIENCE);
  early.push(event);
}

function release() {
  waiting.abort();
  for (const event of early.splice(0)) event.target.dispatchEvent(new event.constructor(event.type, event));
}

// By the browser's Back, before there is anybody who knows what may be shown: it is asked for again.
function comesBack({ persisted, state }) {
  if (!persisted && !state) return;
  document.body.replaceChildren();
  location.reload();
}
