// Signing out leaves nothing of the practice in this browser. The server's answer clears it too (Clear-Site-Data), but not
// every browser knows that word.
const others = new BroadcastChannel("signed-out");

addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.getAttribute("action") !== "/sign-out" || event.defaultPrevented) return;
  event.preventDefault();
  await wipe().catch(() => {}); // where nothing can be kept, nothing is
  others.postMessage("");
  form.submit();
});

// Other tabs may show names. They go where anybody may be, without waiting for the server.
others.onmessage = () => location.replace("/");

// Back to a page of the desk: it is asked for again, and shows nothing until it is known who is signed in by now.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  document.body.replaceChildren();
  location.reload();
});

async function wipe() {
  localStorage.clear();
  sessionStorage.clear();
  const databases = await indexedDB.databases();
  await Promise.all(databases.map(({ name }) => gone(indexedDB.deleteDatabase(name))));
}

function gone(asked) {
  return new Promise((resolve) => {
    asked.onsuccess = asked.onerror = asked.onblocked = resolve;
  });
}
