// A browser that was told before says so once in each window: its address may be new, or its person has signed in anew.
import { manager, said } from "./subscription.js";

async function renew() {
  const subscription = await (await manager()).getSubscription();
  const token = document.querySelector("input[name=csrf_token]");
  if (!subscription || !token || sessionStorage.told === subscription.endpoint) return;
  const body = new URLSearchParams([...said(subscription), ["csrf_token", token.value]]);
  const { status } = await fetch("/settings/push/renewal", { method: "POST", body, redirect: "manual" });
  if (status === 204) sessionStorage.told = subscription.endpoint;
  if (status === 409) subscription.unsubscribe(); // somebody else's, or turned off elsewhere
}

// A notification that was pressed leads this page elsewhere only if no words are lost by it.
navigator.serviceWorker?.addEventListener("message", ({ ports }) => {
  const fields = [...document.querySelectorAll("[method=post] :is(input, textarea)")];
  ports[0]?.postMessage(!fields.some(({ type, value }) => value && !/hidden|radio|checkbox/.test(type)));
});

// On the page for signing in this is over.
if (!document.body.matches(".desk")) sessionStorage.removeItem("told");
else if (window.Notification?.permission === "granted") renew().catch(() => {});
