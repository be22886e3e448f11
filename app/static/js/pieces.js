// How a script has a piece of the page fetched, and what was typed in one. It does nothing by itself, so each of our
// scripts can have its own.

// Have a link's page answer as a fragment into an element, as if the link had said so itself.
export function openIn(target, link, swap = "innerHTML", source = target) {
  return htmx.ajax("GET", link.getAttribute("href"), { source, target, swap });
}

// A step in the browser's history that a script makes, so that the browser can also be asked to come back to it.
export function addressed(address, step = "pushState") {
  const state = { htmx: true };
  history.replaceState(state, "");
  history[step](state, "", address);
}

export function typedInto(field) {
  return !/hidden|radio|checkbox|submit/.test(field.type) && "defaultValue" in field && field.value !== field.defaultValue;
}
