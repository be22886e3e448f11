// <side-panel>: at a desk, links marked data-beside open beside the page. On a phone and without scripts they are links.
// With data-address the panel takes the link's address: reloaded or sent on, the same is a page.
import { openIn } from "./swaps.js";

const DESK = matchMedia("(min-width: 60rem)");
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

class SidePanel extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.place = this.dialog.lastElementChild;
    this.home = location.href;
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    document.addEventListener("click", (event) => this.pressed(event), { signal });
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.close(), { signal });
    document.addEventListener("swapped", () => this.mark(), { signal });
    document.addEventListener("changed", (event) => this.follow(event.detail), { signal });
    this.querySelector("button").addEventListener("click", () => this.close(), { signal });
    addEventListener("popstate", () => location.href === this.home && this.close(), { signal });
  }

  disconnectedCallback() {
    this.listeners.abort();
  }

  pressed(event) {
    const link = event.target.closest("a[data-beside]");
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.button;
    if (!link || !DESK.matches || elsewhere || event.defaultPrevented) return;
    event.preventDefault();
    if ("address" in this.dataset && link.href !== location.href) history.pushState(null, "", link.href);
    this.open(link);
  }

  async open(link) {
    this.from = link;
    this.dataset.opened = "";
    this.place.replaceChildren();
    const shown = this.dialog.open || this.show();
    this.mark();
    await openIn(this.place, link);
    if (!this.place.childElementCount) return location.assign(link.href); // the page says why
    await shown;
    this.dialog.scrollTop = 0;
    this.dialog.querySelector("button").focus();
  }

  // The panel grows out of the link, where the browser can show that and motion is welcome.
  show() {
    if (!document.startViewTransition || STILL.matches) return this.dialog.show();
    this.from.classList.add("opens");
    return document.startViewTransition(() => {
      this.from.classList.remove("opens");
      this.dialog.show();
      this.mark();
    }).updateCallbackDone;
  }

  close() {
    if (!this.dialog.open) return;
    this.dialog.close();
    delete this.dataset.opened;
    this.mark();
    if ("address" in this.dataset) history.replaceState(null, "", this.home);
    (this.links()[0] ?? document.getElementById("main")).focus();
  }

  // What leads to what is open; it may have been drawn anew meanwhile.
  links() {
    return document.querySelectorAll(`a[data-beside][href="${CSS.escape(this.from?.getAttribute("href") ?? "")}"]`);
  }

  mark() {
    for (const link of document.querySelectorAll("a[data-beside][aria-current]")) link.removeAttribute("aria-current");
    if (this.dialog.open) for (const link of this.links()) link.setAttribute("aria-current", "true");
  }

  // What was answered in the panel changes its row in the list, and the other way round.
  follow(place) {
    if (!this.dialog.open || !place?.id) return;
    const row = document.getElementById(`${place.id}-row`);
    if (this.contains(place) && row) openIn(row, this.from, "outerHTML");
    else if (place.matches("[data-changes]") && place.contains(this.links()[0])) openIn(this.place, this.from);
  }
}

customElements.define("side-panel", SidePanel);
