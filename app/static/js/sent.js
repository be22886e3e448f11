// Whether something was sent whose answer no page has shown yet: the offline page, which may come instead of that answer,
// must not say that nothing was. Noted in the window's name, which goes from page to page in one window and is stored
// nowhere. A page that was opened, or drawn anew, shows what became of it.
export const nothingSent = () => (window.name = "");
export const somethingSent = () => (window.name = "sent");

// Without a line nothing leaves this device.
addEventListener("submit", ({ target }) => target.method === "post" && navigator.onLine && somethingSent());
if (!window.leaving) nothingSent(); // see start.js
