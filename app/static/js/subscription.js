// What the browser knows of being told here.
export const manager = () => navigator.serviceWorker.ready.then((worker) => worker.pushManager);

export function said(subscription) {
  const { endpoint, keys } = subscription.toJSON();
  return Object.entries({ endpoint, ...keys });
}
