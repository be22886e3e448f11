"""What axe-core finds on a page, by day and by night, on a phone and at a desk."""

from pathlib import Path

from playwright.sync_api import Page

from e2e.conftest import SIZES
from e2e.steps import Person

AXE = (Path(__file__).parents[1] / "node_modules/axe-core/axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# By night only colours differ from what was looked at by day.
EVERYTHING = {"runOnly": {"type": "tag", "values": RULES}}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
# Colours that are on their way from day to night are none yet.
RUN = """async (options) => {
  const moving = () => document.getAnimations().filter((each) => each.playState === "running");
  while (moving().length) await Promise.allSettled(moving().map((each) => each.finished));
  return (await axe.run(document, {resultTypes: ["violations"], ...options})).violations;
}"""


def shuts_nobody_out(page: Page) -> None:
    """As it stands at this moment of a journey."""
    found = Found()
    found.on(page)
    assert found.violations == []


class Found:
    """What axe-core found on the pages it was shown."""

    def __init__(self) -> None:
        self.violations: list[str] = []

    def on_page_of(self, *people: Person) -> None:
        for person in people:
            self.on(person.page)

    def on(self, page: Page) -> None:
        """Afterwards the window is as wide as before."""
        window = page.viewport_size
        page.evaluate(AXE)
        for size, measures in SIZES.items():
            page.set_viewport_size(measures)  # type: ignore[arg-type]
            for scheme, options in (("light", EVERYTHING), ("dark", COLOURS)):
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                self.violations += [
                    f"{size} {scheme} {page.url}: {each['help']}: {[node['html'][:150] for node in each['nodes'][:3]]}"
                    for each in page.evaluate(RUN, options)
                ]
        if window:
            page.set_viewport_size(window)
