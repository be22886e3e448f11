// Registers the service worker: late, because nothing on the page waits for it, and again after each signing out, which
// removes it. Only pages that belong to the app do so: what a client opens from a mail leaves nothing in their browser.
import { whenIdle } from "./idle.js";

const ADDRESS = "/service-worker.js";
const policy = window.trustedTypes?.createPolicy("service-worker", { createScriptURL: () => ADDRESS });

if (document.querySelector("[rel^=apple]")) whenIdle(register);

function register() {
  // Refused in some private windows: everything works without it.
  navigator.serviceWorker?.register(policy?.createScriptURL("") ?? ADDRESS).catch(() => {});
}
