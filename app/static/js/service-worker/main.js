// The service worker: opens pages when the network does, says so when it does not, and keeps nothing private.
import "./push.js";
import { fixed, install, isFixed, dropOthers } from "./fixed-list.js";
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
  if (request.mode === "navigate" && request.destination === "document") event.respondWith(open(event));
  else if (isFixed(url)) event.respondWith(fixed(url));
});
