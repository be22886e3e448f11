// <browser-zone shown="Europe/London" says="Show in your time ({city})">: fills in the visitor's own zone, or offers its
// times. A time that is chosen on such a page is asked for on both clocks.
import { made } from "./made.js";

// The visitor's own.
let own;

class BrowserZone extends HTMLElement {
  connectedCallback() {
    // The first use of Intl is the longest task of the whole page on a phone: asked only where there is nothing newer.
    own ??= globalThis.Temporal?.Now.timeZoneId() ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!own || own === "UTC" || own === this.getAttribute("shown")) return;
    const field = this.querySelector("input[name=zone]");
    if (field) field.value = own;
    else this.offer();
  }

  offer() {
    const textContent = this.getAttribute("says").replace("{city}", own.split("/").pop().replaceAll("_", " "));
    if (!this.firstElementChild) this.append(made("a", { href: inZone(location, own), textContent }));
    document.addEventListener("click", asksOnBothClocks); // once, however many weeks are turned
  }
}

function asksOnBothClocks({ target }) {
  const slot = target.closest("a[data-start]");
  if (slot && !slot.search.includes("zone=")) slot.href = inZone(slot, own);
}

function inZone({ href }, zone) {
  const address = new URL(href);
  address.searchParams.delete("zones");
  address.searchParams.set("zone", zone);
  return address;
}

customElements.define("browser-zone", BrowserZone);
