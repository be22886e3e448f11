// <push-switch data-key="...">: being told in this browser. Asks for leave only when its button is pressed.
import { manager, said } from "./subscription.js";

class PushSwitch extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("[data-state~=off]");
    if (!this.form) return this.checkOn(this.querySelector("form[action$=removal]"));
    this.show(state());
    this.form.querySelector("button").addEventListener("click", (event) => {
      event.preventDefault(); // the form goes when the browser has said what belongs into it
      this.ask(event.target);
    });
  }

  // What was taken back in the browser's own settings is off here too.
  async checkOn(off) {
    off.addEventListener("submit", leave);
    if (!(await (await manager()).getSubscription())) off.requestSubmit();
  }

  show(now) {
    for (const each of this.querySelectorAll("[data-state]")) each.hidden = !each.matches(`[data-state~=${now}]`);
  }

  // What came of pressing the button is read at once.
  tell(now) {
    this.show(now);
    this.querySelector(`p[data-state=${now}]`)?.focus();
  }

  async ask(button) {
    if ((await Notification.requestPermission()) !== "granted") return this.tell(state());
    try {
      const options = { userVisibleOnly: true, applicationServerKey: this.dataset.key };
      const subscription = await (await manager()).subscribe(options);
      for (const [name, value] of said(subscription)) this.form[name].value = value;
      this.form.requestSubmit(button);
    } catch {
      this.tell("failed");
    }
  }
}

function state() {
  if ("PushManager" in window && "Notification" in window) return Notification.permission === "denied" ? "denied" : "off";
  return "standalone" in navigator ? "install" : "none"; // only Apple's phones have it
}

async function leave() {
  (await (await manager()).getSubscription())?.unsubscribe();
}

customElements.define("push-switch", PushSwitch);
