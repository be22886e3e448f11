// *Keep today's list on this device*: one record in this browser, there only while its therapist wants it. It holds what
// /dashboard/kept tells (times, initials, kinds of location), encrypted with a key that no script can read out. Who holds
// the unlocked device can open the list, as they could open the desk; who copies the browser's files cannot read it.
const NAME = "kept-today";
const LONGEST = 24 * 60 * 60 * 1000; // milliseconds
const SKEW = 5 * 60 * 1000; // a clock that is set back further makes a list look young: then it counts as old

// Switch it on. False when today's list could not be fetched.
export async function keep() {
  const list = await fetchList();
  if (list) await change(() => list, true);
  return Boolean(list);
}

// Switch it off, and wipe it.
export function forget() {
  return new Promise((resolve) => {
    const asked = indexedDB.deleteDatabase(NAME);
    asked.onsuccess = asked.onerror = () => resolve(false);
  });
}

export async function isWanted() {
  return Boolean(await record());
}

// After Today was opened: as it is now. Whoever else is signed in now, or nobody, finds nothing of this.
export async function renew() {
  const before = await record();
  if (!before) return;
  const list = await fetchList();
  if (list === null || (list && list.owner !== before.owner)) return forget();
  if (list) await change((now) => now && list); // only while it is still wanted
}

// The list if there is one that is not too old, else null.
export async function read() {
  await dropOld();
  const { key, iv, sealed, at } = (await record()) ?? {};
  if (!sealed) return null;
  const open = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, sealed);
  return { ...JSON.parse(new TextDecoder().decode(open)), at };
}

export function dropOld() {
  const isOld = ({ at }) => at && (Date.now() - at > LONGEST || at - Date.now() > SKEW);
  return change((now) => (now && isOld(now) ? { owner: now.owner } : now));
}

// As a record; null when this browser is not signed in as a therapist, undefined when nobody answered.
async function fetchList() {
  const answer = await fetch("/dashboard/kept", { cache: "no-store", redirect: "manual" }).catch(() => {});
  if (!answer || answer.status >= 500) return;
  if (!answer.ok) return null;
  const list = await answer.text();
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, new TextEncoder().encode(list));
  return { owner: JSON.parse(list).owner, at: Date.now(), key, iv, sealed };
}

function record() {
  return inStore("readonly", (store) => store.get(0));
}

// Put what `next` makes of the record, in one transaction. Only switching it on may make what is not there.
function change(next, create = false) {
  const put = (store) => {
    store.get(0).onsuccess = ({ target }) => {
      const record = next(target.result);
      if (record && record !== target.result) store.put(record, 0);
    };
  };
  return inStore("readwrite", put, create);
}

async function inStore(mode, act, create = false) {
  const database = await opened(create);
  if (!database) return;
  const transaction = database.transaction("kept", mode);
  const asked = act(transaction.objectStore("kept"));
  await new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = reject;
  });
  database.close(); // an open one would hold up wiping it
  return asked?.result;
}

// Where nothing is kept there is not even an empty database.
function opened(create) {
  return new Promise((resolve) => {
    const asked = indexedDB.open(NAME);
    asked.onupgradeneeded = () => (create ? asked.result.createObjectStore("kept") : asked.transaction.abort());
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => resolve();
  });
}
