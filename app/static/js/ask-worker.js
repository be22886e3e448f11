// What this device keeps is the service worker's business: pages ask it (see service-worker/main.js).
export async function askWorker(keptToday) {
  const { active } = await navigator.serviceWorker.ready;
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data);
    active.postMessage({ keptToday }, [port2]);
  });
}
