// What was told of a press, and can perhaps be undone (UNDO_FOR, desk/calendar/page.py), is left by the news of the next two minutes:
// where it stood or, where that is no more, above all.
document.addEventListener("news", ({ target, detail: fragment }) => {
  for (const told of [...target.querySelectorAll(".told[role]")].reverse()) {
    const place = fragment.getElementById(told.parentElement.id) ?? fragment.firstElementChild;
    if (Date.now() - (told.dataset.since ??= Date.now()) < 120_000) place.prepend(told.cloneNode(true));
  }
});
