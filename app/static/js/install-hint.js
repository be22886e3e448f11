// <install-hint>: says that the desk can be an app, where the browser can make it one and it is none yet. Said until it is
// told to go away; that is remembered on this device until somebody signs out.
import { whenIdle } from "./idle.js";

const WAVED_AWAY = "install-hint";

class InstallHint extends HTMLElement {
  connectedCallback() {
    if (matchMedia("(display-mode: standalone)").matches) return;
    this.querySelector("[data-away]").addEventListener("click", () => this.away());
    // Only iPhones and iPads know this word; false: a page in Safari, which cannot be asked to install anything.
    if (navigator.standalone === false) this.show("ios");
    else this.wait();
    addEventListener("appinstalled", () => (this.hidden = true));
  }

  // The browser may have offered it already, before this script was there (start.js).
  wait() {
    addEventListener("beforeinstallprompt", (event) => this.offer(event));
    if (window.installable) this.offer(window.installable);
  }

  offer(event) {
    event.preventDefault();
    this.show("prompt");
    this.querySelector("button").onclick = () => event.prompt();
  }

  show(way) {
    whenIdle(() => localStorage[WAVED_AWAY] || this.unfold(way));
  }

  unfold(way) {
    for (const each of this.querySelectorAll(`[data-way=${way}]`)) each.hidden = false;
    this.hidden = false;
  }

  away() {
    localStorage[WAVED_AWAY] = 1;
    this.hidden = true;
  }
}

customElements.define("install-hint", InstallHint);
