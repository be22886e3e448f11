// <keep-today>: the switch that has this device keep today's list. It can be turned where there is a service worker.
import { askWorker } from "./ask-worker.js";

class KeepToday extends HTMLElement {
  async connectedCallback() {
    if (!navigator.serviceWorker) return;
    const box = this.querySelector("input");
    const told = this.querySelector("[role=status]");
    box.checked = await askWorker("isWanted");
    box.disabled = false;
    this.querySelector("[data-cannot]").hidden = true;
    box.addEventListener("change", async () => {
      const wanted = box.checked;
      box.checked = await askWorker(wanted ? "keep" : "forget");
      told.textContent = told.dataset[box.checked ? "on" : wanted ? "failed" : "off"];
    });
  }
}

customElements.define("keep-today", KeepToday);
