// <side-panel>: at a desk, links marked data-beside open beside the page. On a phone and without scripts they are links.
import { openIn } from "./swaps.js";

const DESK = matchMedia("(min-width: 60rem)");

class SidePanel extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    document.addEventListener("click", (event) => this.pressed(event), { signal });
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.close(), { signal });
    this.querySelector("button").addEventListener("click", () => this.close(), { signal });
  }

  disconnectedCallback() {
    this.listeners.abort();
  }

  pressed(event) {
    const link = event.target.closest("a[data-beside]");
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.button;
    if (!link || !DESK.matches || elsewhere || event.defaultPrevented) return;
    event.preventDefault();
    this.open(link);
  }

  async open(link) {
    const place = this.dialog.lastElementChild;
    place.replaceChildren();
    this.from = link;
    await openIn(place, link);
    if (!place.childElementCount) return location.assign(link.href); // the page says why
    if (!this.dialog.open) this.dialog.show();
    this.dialog.scrollTop = 0;
    this.dialog.querySelector("button").focus();
  }

  close() {
    if (!this.dialog.open) return;
    this.dialog.close();
    // What it was opened from may have been drawn anew meanwhile.
    const address = this.from.getAttribute("href");
    const again = this.from.isConnected ? this.from : document.querySelector(`a[href="${CSS.escape(address)}"]`);
    (again ?? document.getElementById("main")).focus();
  }
}

customElements.define("side-panel", SidePanel);
