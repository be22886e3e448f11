// The weekday of a typed date, beside it: a slip of the hand is seen before it is sent.
addEventListener("input", ({ target }) => {
  const place = target.type === "date" && target.parentElement.querySelector("output");
  if (place) place.value = target.valueAsDate ? weekday(target.valueAsDate) : "";
});

function weekday(date) {
  return date.toLocaleDateString(document.documentElement.lang, { weekday: "long", timeZone: "UTC" });
}
