"""Scripts of the pages that are tested: whether they have come, and what stands between them and the practice."""

from playwright.sync_api import Page

# What others do is not told to the page by itself.
HEARS_NOTHING = r"""(() => {
  const before = window.fetch;
  const nothing = () => Promise.resolve(new Response(null, { status: 304 }));
  window.fetch = (address, ...more) => (/\/live\b/.test(address) ? nothing() : before(address, ...more));
})()"""
# All that this window fetches: what opens beside a list is fetched for wide ones only, and then stands in the page.
HAS_SCRIPTS = """() => {
  if (document.getElementById("scripts").content.querySelector("script")) return false;
  const wide = document.querySelector("script[data-only]");
  const comes = (one) => one.localName !== "side-panel" || wide;
  return customElements.get("time-left") && ![...document.querySelectorAll(":not(:defined)")].some(comes);
}"""


def has_scripts(page: Page) -> None:
    """From now on the page does what only its scripts can do."""
    page.wait_for_function(HAS_SCRIPTS)


def has_done_all(page: Page) -> None:
    """What it puts off until the browser is idle, too; asked for after the page itself has asked (js/idle.js)."""
    has_scripts(page)
    page.evaluate("() => new Promise((done) => requestIdleCallback(done, { timeout: 4000 }))")
