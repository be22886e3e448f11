// The service worker: opens pages when the network does, says so when it does not, and keeps nothing private unasked.
import "./push.js";
import { dropOthers, fixed, install, isFixed, speak } from "./fixed-list.js";
import * as keptToday from "./kept-today.js";
import { open } from "./pages.js";

// A new version takes over at once. It changes no page that is open, so a half-filled form neither notices nor suffers.
addEventListener("install", (event) => event.waitUntil(install().then(() => skipWaiting())));
addEventListener("activate", (event) => event.waitUntil(start()));

async function start() {
  await dropOthers();
  await registration.navigationPreload?.enable();
  await clients.claim();
}

// Only reading is answered here. What is sent goes straight to the network, and only the network says what became of it.
addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (isFixed(url)) return event.respondWith(fixed(url));
  if (request.mode === "navigate" && request.destination === "document") {
    const answer = open(event);
    event.respondWith(answer);
    event.waitUntil(answer.then(() => (SHOWING_WHO.includes(url.pathname) ? keptToday.renew() : keptToday.dropOld())));
    event.waitUntil(answer.then(({ headers }) => speak(headers.get("Content-Language"))).catch(() => {}));
  } else if (url.pathname === "/dashboard") {
    event.waitUntil(keptToday.renew()); // Today draws a piece of itself anew: something has changed
  }
});

// Where it shows whether somebody else is signed in by now.
const SHOWING_WHO = ["/dashboard", "/operator", "/sign-in"];

// Asked by the settings (the switch) and by the offline page (the list).
addEventListener("message", (event) => {
  const act = { keep: keptToday.keep, forget: keptToday.forget, isWanted: keptToday.isWanted, read: keptToday.read };
  const asked = act[event.data?.keptToday];
  if (asked) event.waitUntil(asked().then((answer) => event.ports[0].postMessage(answer)));
});
