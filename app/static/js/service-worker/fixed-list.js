// The only thing that is ever put into Cache Storage: a fixed, public list, written into this file when it is built.
/* global FIXED, VERSION */
const NAME = `holdfast-${VERSION}`;
const OFFLINE = "/offline";

export async function install() {
  const cache = await caches.open(NAME);
  // Asked for without cookies, so that nothing of whoever is signed in can be in it.
  await cache.addAll(FIXED.map((address) => new Request(address, { credentials: "omit", cache: freshness(address) })));
}

// What carries its hash in its name the browser has mostly fetched for the page already.
function freshness(address) {
  return address.startsWith("/static/dist/") ? "default" : "no-cache";
}

// What an earlier version kept.
export async function dropOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== NAME).map((name) => caches.delete(name)));
}

export function isFixed(url) {
  return FIXED.includes(url.pathname) && url.pathname !== OFFLINE;
}

export async function fixed(url) {
  return (await kept(url.pathname)) ?? fetch(url);
}

// In the language of the last page that told its own, at first in that in which this browser asks.
export async function offlinePage() {
  return (await kept(OFFLINE)) ?? Response.error();
}

export async function speak(language) {
  if (!language || (await kept(OFFLINE))?.headers.get("Content-Language") === language) return;
  const page = await fetch(`${OFFLINE}?lang=${language}`, { credentials: "omit" });
  if (page.ok) await (await caches.open(NAME)).put(OFFLINE, page);
}

function kept(address) {
  return caches.match(address, { cacheName: NAME, ignoreVary: true });
}
