// Pushes: what the locked screen shows. The words are the same for everybody and say nothing of whom, where or when.
/* global ICON, BADGE */
const WORDS = {
  request: "You have a new request",
  kept_confirmed: "The answer you gave offline was sent",
  kept_refused: "The answer you gave offline was not carried out: things have changed meanwhile. Please look.",
  kept_late: "The answer you gave offline was not carried out: it came too late. Please look.",
  kept_busy: "The answer you gave offline was not carried out: you are busy elsewhere then. Please look.",
  kept_outside: "The answer you gave offline was not carried out: you do not work then. Please look.",
  signed_out: "Sign in again to go on being told here",
  test: "This device will be told",
};
const CHANGED = "Your diary has changed";
const CONFIRM = { action: "confirm", title: "Confirm" };
const OPEN = { action: "open", title: "Open" };

// Pages on which nothing is being built: only they may be led elsewhere, when nothing is typed in them either.
const CALM = /^\/(dashboard|calendar|sessions|settings)$/;
const SOON = 1000; // milliseconds in which a page answers

addEventListener("push", (event) => event.waitUntil(tell(read(event.data))));
addEventListener("notificationclick", (event) => {
  event.notification.close();
  // Confirm opens the session at its button and does not press it: who holds a locked phone has not signed in.
  const at = event.action === "confirm" ? "#confirm" : "";
  event.waitUntil(show((event.notification.data ?? "/dashboard") + at));
});
addEventListener("pushsubscriptionchange", (event) => event.waitUntil(subscribeAgain(event)));

// A browser that shows nothing for a push takes the permission away, so there is always something to show.
function read(data) {
  try {
    const { kind, path } = data.json();
    return { kind, path: /^\/(sessions\/\d+|settings)$/.test(path) ? path : "/dashboard" };
  } catch {
    return { path: "/dashboard" };
  }
}

async function tell({ kind, path }) {
  await registration.showNotification("Holdfast", {
    body: WORDS[kind] ?? CHANGED,
    tag: path, // one line for each session, the latest
    renotify: true,
    data: path,
    lang: "en",
    icon: ICON,
    badge: BADGE,
    actions: kind === "request" ? [CONFIRM, OPEN] : [OPEN],
  });
  for (const page of await pages()) page.postMessage({ type: "changed" });
}

// In a window that shows it, else in one where nothing is lost by it, else in a new one.
async function show(address) {
  const wanted = new URL(address, location.origin);
  const open = (await pages()).map((page) => ({ page, path: new URL(page.url).pathname }));
  const there = open.find(({ path }) => path === wanted.pathname);
  if (there && !wanted.hash) return raise(there.page);
  for (const { page } of there ? [there] : open.filter(({ path }) => CALM.test(path))) {
    if (!(await mayGo(page))) continue;
    await raise(page);
    return page.navigate(wanted.href).catch(() => clients.openWindow(wanted.href));
  }
  return there ? raise(there.page) : clients.openWindow(wanted.href);
}

// Being led there is worth more than being raised.
const raise = (page) => page.focus().catch(() => {});

// Only the page knows whether something is typed in it (push.js of the page); from one that does not say nothing is taken.
function mayGo(page) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data);
    page.postMessage({ type: "may go?" }, [port2]);
    setTimeout(resolve, SOON);
  });
}

function pages() {
  return clients.matchAll({ type: "window", includeUncontrolled: true });
}

// The next page that is opened tells the server (push.js of the page).
async function subscribeAgain({ oldSubscription, newSubscription }) {
  if (!newSubscription && oldSubscription) await registration.pushManager.subscribe(oldSubscription.options);
}
