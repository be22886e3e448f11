// <browser-zone shown="Europe/London" says="Show in your time ({city})">: fills in the visitor's own zone, or offers its times.
class BrowserZone extends HTMLElement {
  connectedCallback() {
    // The first use of Intl is the longest task of the whole page on a phone: asked only where there is nothing newer.
    const own = globalThis.Temporal?.Now.timeZoneId() ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!own || own === "UTC" || own === this.getAttribute("shown")) return;
    const field = this.querySelector("input[name=zone]");
    if (field) field.value = own;
    else if (!this.firstElementChild) this.append(linkTo(own, this.getAttribute("says")));
  }
}

function linkTo(zone, says) {
  const address = new URL(location.href);
  address.searchParams.delete("zones");
  address.searchParams.set("zone", zone);
  const link = document.createElement("a");
  link.href = address;
  link.textContent = says.replace("{city}", zone.split("/").pop().replaceAll("_", " "));
  return link;
}

customElements.define("browser-zone", BrowserZone);
