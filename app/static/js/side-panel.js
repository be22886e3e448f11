// <side-panel>: where the stylesheet shows it, links marked data-beside open beside the page; elsewhere and without
// scripts they are links, so a narrow window does not fetch this one. With data-address the panel
// takes the link's address and title: reloaded, the same is a page.
import { addressed, openIn, typedInto } from "./pieces.js";

const STILL = matchMedia("(prefers-reduced-motion: reduce)");

class SidePanel extends HTMLElement {
  typed = new Map(); // what was typed where and not sent: it stands there again when the same is opened again

  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.place = this.dialog.lastElementChild;
    this.wait = this.querySelector("[role=status]").firstElementChild;
    this.home = location.href;
    this.listTitle = document.title.replace(/^\(\d+\) /, "");
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    document.addEventListener("click", (event) => this.pressed(event), { signal });
    document.addEventListener("keydown", (event) => this.escaped(event), { signal });
    document.addEventListener("swapped", () => this.mark(), { signal });
    document.addEventListener("changed", (event) => this.follow(event.detail), { signal });
    document.addEventListener("travelled", (event) => this.travelled(event), { signal });
    this.querySelector("button").addEventListener("click", () => this.close(), { signal });
  }

  disconnectedCallback() {
    this.listeners.abort();
  }

  get isThere() {
    return getComputedStyle(this).display !== "none";
  }

  get hasAddress() {
    return "address" in this.dataset;
  }

  pressed(event) {
    const link = event.target.closest("a[data-beside]");
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.button;
    if (!link || elsewhere || event.defaultPrevented || !this.isThere) return;
    event.preventDefault();
    if (!this.dialog.open) this.home = location.href;
    if (this.hasAddress && link.href !== location.href) addressed(link.href);
    this.open(link);
  }

  // In a field Escape is the field's own.
  escaped(event) {
    if (event.key === "Escape" && !event.target.matches("input, textarea, select")) this.close();
  }

  // The browser's Back and Forward: to the list, or to what can be opened beside it; elsewhere leads a new page.
  travelled(event) {
    if (!this.hasAddress) return;
    const link = [...document.querySelectorAll("a[data-beside]")].find(({ href }) => href === location.href);
    if (location.href === this.home) this.close();
    else if (link && this.isThere) this.open(link);
    else return;
    event.preventDefault();
  }

  async open(link) {
    this.keepTyped();
    this.from = link;
    this.dataset.opened = "";
    this.place.replaceChildren();
    const shown = this.dialog.open || this.show();
    this.mark();
    if (!(await this.draw())) return;
    if (!this.place.childElementCount) return location.assign(link.href); // the page says why
    await shown;
    this.dialog.scrollTop = 0;
    this.dialog.querySelector("button").focus();
  }

  // What was chosen last counts: false when that was something else, or nothing any more.
  async draw() {
    const turn = (this.turn = {});
    this.wait.hidden = false;
    await openIn(this.place, this.from);
    if (turn !== this.turn) return false;
    this.wait.hidden = true;
    for (const [field, key] of this.fields()) {
      if (!this.typed.has(key)) continue;
      field.value = this.typed.get(key);
      field.closest("details")?.setAttribute("open", "");
      this.typed.delete(key);
    }
    const titled = this.hasAddress && this.place.querySelector("[data-title]");
    if (titled) entitle(titled.dataset.title);
    return true;
  }

  keepTyped() {
    for (const [field, key] of this.fields()) {
      if (typedInto(field) || (field.matches("textarea") && field.value)) this.typed.set(key, field.value);
    }
  }

  fields() {
    const key = (field) => [this.from.pathname, this.from.search, field.form?.getAttribute("action"), field.name].join(" ");
    return [...this.place.querySelectorAll("input, textarea")].map((field) => [field, key(field)]);
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
    this.turn = undefined;
    this.wait.hidden = true;
    this.dialog.close();
    delete this.dataset.opened;
    this.mark();
    if (this.hasAddress) {
      addressed(this.home, "replaceState");
      entitle(this.listTitle);
    }
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
    if (this.contains(place) && row) return openIn(row, this.from, "outerHTML");
    if (!place.matches("[data-changes]") || !place.contains(this.links()[0])) return;
    this.keepTyped();
    this.draw();
  }
}

// How many wait for an answer stays before it.
function entitle(words) {
  document.title = document.title.replace(/^(\(\d+\) )?.*/, (all, count = "") => count + words);
}

customElements.define("side-panel", SidePanel);
