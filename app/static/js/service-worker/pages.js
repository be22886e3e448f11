// Pages come from the network or not at all; when it does not answer, the offline page says so.
import { offlinePage } from "./fixed-list.js";

// Milliseconds. Longer than a good page ever takes on a bad line, shorter than people wait for an empty screen: three
// lost packets in a row, each sent again after 1, 2 and 3 s by TCP's own rules.
const LIMIT = 6000;

// The offline page tries again. A line that is only slow must then get through: what did not come in time has no limit
// the second time. Whatever else is opened meanwhile has.
let missed;

export async function open(event) {
  const { url } = event.request;
  try {
    const answer = await Promise.race([fromNetwork(event), late(url)]);
    if (missed === url) missed = undefined;
    return answer;
  } catch {
    missed = url;
    return offlinePage();
  }
}

// The browser has asked already while this worker was starting, where it can.
async function fromNetwork({ preloadResponse, request }) {
  return (await preloadResponse) ?? fetch(request);
}

function late(url) {
  return new Promise((_, reject) => {
    if (missed !== url) setTimeout(reject, LIMIT);
  });
}
