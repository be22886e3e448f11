// What nobody waits for is done when the browser has nothing else to do: what a page was opened for comes first.
const idle = window.requestIdleCallback ?? setTimeout;
const SOON = { timeout: 3000 }; // milliseconds; a browser that draws nothing new may else never call itself idle

export const whenIdle = (work) => idle(work, SOON);
