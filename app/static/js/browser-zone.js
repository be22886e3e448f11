// <browser-zone says="Show in your time ({city})">: fills in the visitor's own zone, or offers its times where the two clocks
// differ; with `data-by-itself` these take the place of what is shown. A time that is chosen on such a page is asked for on
// both clocks.
import { made } from "./made.js";
import { openIn } from "./pieces.js";

// The visitor's own.
let own;

class BrowserZone extends HTMLElement {
  connectedCallback() {
    const field = this.querySelector("input");
    if (!(field || slots().some(differs))) return;
    // The first use of Intl is the longest task of the whole page on a phone: asked only where there is nothing newer.
    own ??= globalThis.Temporal?.Now.timeZoneId() ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (own !== "UTC") field ? (field.value = own) : this.offer();
  }

  offer() {
    const city = own.split("/").pop().replaceAll("_", " ");
    const link = made("a", { href: inZone(location), textContent: this.getAttribute("says").replace("{city}", city) });
    this.replaceChildren(link);
    document.addEventListener("click", asksOnBothClocks); // once, however many weeks are turned
    if (this.matches("[data-by-itself]")) openIn(this.closest("section"), link, "outerHTML", this);
  }
}

const slots = () => [...document.querySelectorAll("a[data-start]")];

// What a slot's clock shows, read as the visitor's own.
const differs = ({ dataset: { start } }) => new Date(start) - new Date(start.slice(0, 16));

function asksOnBothClocks({ target }) {
  const slot = target.closest("a[data-start]");
  if (slot && !slot.search.includes("zone=")) slot.href = inZone(slot);
}

function inZone({ href }) {
  const address = new URL(href);
  const asked = address.searchParams;
  asked.set("zone", own);
  // The same times are shown, which may be those of another day there.
  if (asked.has("from")) asked.set("from", slots()[0].dataset.start);
  return address;
}

customElements.define("browser-zone", BrowserZone);
