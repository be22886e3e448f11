// A pressed button says so and cannot be pressed twice, in forms that swap and in plain ones.
const labels = new WeakMap();

export function press(button) {
  if (!button || labels.has(button)) return;
  labels.set(button, button.textContent);
  button.setAttribute("aria-disabled", "true");
  if (button.dataset.busy) button.textContent = button.dataset.busy;
}

export function release(place) {
  place.removeAttribute("aria-busy");
  for (const button of [place, ...place.querySelectorAll("button")]) {
    if (!labels.has(button)) continue;
    button.textContent = labels.get(button);
    button.removeAttribute("aria-disabled");
    labels.delete(button);
  }
}

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (form.hasAttribute("aria-busy")) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    form.setAttribute("aria-busy", "true");
    press(event.submitter);
  },
  true,
);

// A page that comes back from the browser's memory is ready to be used again.
addEventListener("pageshow", ({ persisted }) => persisted && document.querySelectorAll("form[aria-busy]").forEach(release));
