// A browser that was told before says so once in each window: its address may be new, or its person has signed in anew.
import { whenIdle } from "./idle.js";
import { manager, said } from "./subscription.js";

async function renew() {
  const subscription = await (await manager()).getSubscription();
  const token = document.querySelector("input[name=csrf_token]");
  if (!subscription || !token || sessionStorage.told === subscription.endpoint) return;
  const key = new Uint8Array(subscription.options?.applicationServerKey ?? []); // sent as numbers with commas
  const body = new URLSearchParams([...said(subscription), ["key", key], ["csrf_token", token.value]]);
  const answer = await fetch("/settings/push/renewal", { method: "POST", body, redirect: "manual" });
  const { status } = answer;
  if (status === 204) sessionStorage.told = subscription.endpoint;
  if (status === 409) return subscription.unsubscribe(); // somebody else's, or turned off elsewhere
  if (status !== 200) return;
  // Made for another key of before: for ours it has to be made anew.
  await subscription.unsubscribe();
  await (await manager()).subscribe({ userVisibleOnly: true, applicationServerKey: await answer.text() });
  await renew();
}

// A notification that was pressed leads this page elsewhere only if no words are lost by it.
navigator.serviceWorker?.addEventListener("message", ({ ports }) => {
  const fields = [...document.querySelectorAll("[method=post] :is(input, textarea)")];
  ports[0]?.postMessage(!fields.some(({ type, value }) => value && !/hidden|radio|checkbox/.test(type)));
});

// On the page for signing in this is over.
if (!document.body.matches(".desk")) sessionStorage.removeItem("told");
else whenIdle(() => window.Notification?.permission === "granted" && renew().catch(() => {}));
