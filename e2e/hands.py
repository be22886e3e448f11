"""With what people act: by touch or mouse, or with the keyboard alone, from wherever the focus is."""

from collections.abc import Iterator
from datetime import datetime, time
from typing import Any, Protocol

from playwright.sync_api import Locator, Page, expect

from tests.waiting import wait_until

STOPS = 260  # a person would give up much earlier; a week of free times has about two hundred

# What a person sees of the place with the focus: its name, what keeps them from seeing it, and on which side of the
# wanted control it lies.
LOOKS = """(wanted) => {
  const outlined = (one) => {
    const style = getComputedStyle(one);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  };
  const wrongWith = (at) => {
    if (at === document.body || at.id === "main") return "";
    if (!outlined(at) && !outlined(at.closest("label") ?? at)) return "its focus cannot be seen";
    const boxes = [...at.getClientRects()].filter((box) => box.width && box.height);
    const seen = boxes.some((box) => [0.5, 0.1, 0.9].some((part) => {
      const top = document.elementFromPoint(box.left + box.width * part, box.top + box.height * part);
      return top && (at.contains(top) || top.contains(at) || top.closest("label")?.control === at);
    }));
    return seen ? "" : "it is covered or outside the window";
  };
  window.heldByKeys = true;
  window.look = () => {
    const at = document.activeElement;
    const name = at.ariaLabel || at.labels?.[0]?.innerText || at.innerText || at.name || at.id || "";
    const among = at.type === "radio" && wanted?.type === "radio" && at.name === wanted.name && at.form === wanted.form;
    return {
      name: at === document.body ? "" : `${at.localName} ${name.trim()}`.slice(0, 60),
      wrong: wrongWith(at),
      there: at === wanted,
      replaced: Boolean(wanted) && !wanted.isConnected,
      among,
      behind: !among && at !== document.body && wanted
        && Boolean(at.compareDocumentPosition(wanted) & Node.DOCUMENT_POSITION_PRECEDING),
    };
  };
}"""
# Acting has thrown the focus away: whoever has only keys would begin at the top again.
LOST = "() => window.heldByKeys && document.activeElement === document.body"


class Hands(Protocol):
    def press(self, control: Locator) -> None:
        """A button, a link, or what unfolds something."""

    def write(self, field: Locator, text: str) -> None:
        """Instead of what the field holds."""

    def choose(self, radio: Locator) -> None: ...

    def tick(self, box: Locator) -> None: ...

    def select(self, field: Locator, option: str) -> None: ...

    def set_date(self, field: Locator, at: datetime) -> None: ...

    def set_time(self, field: Locator, at: datetime | time) -> None: ...


class Touch:
    """A finger or a mouse."""

    def press(self, control: Locator) -> None:
        control.click()

    def write(self, field: Locator, text: str) -> None:
        field.fill(text)

    def choose(self, radio: Locator) -> None:
        radio.check()

    def tick(self, box: Locator) -> None:
        box.check()

    def select(self, field: Locator, option: str) -> None:
        field.select_option(option)

    def set_date(self, field: Locator, at: datetime) -> None:
        field.fill(f"{at:%Y-%m-%d}")

    def set_time(self, field: Locator, at: datetime | time) -> None:
        field.fill(f"{at:%H:%M}")


class Keys:
    """Tab, Shift+Tab, the arrows, Enter, Space and letters."""

    def press(self, control: Locator) -> None:
        self._reach(control)
        control.page.keyboard.press("Enter")

    def write(self, field: Locator, text: str) -> None:
        self._reach(field)
        keyboard = field.page.keyboard
        keyboard.press("Control+A")
        keyboard.type(text)
        expect(field).to_have_value(text)

    def choose(self, radio: Locator) -> None:
        self._reach(radio)
        radio.page.keyboard.press("Space")
        expect(radio).to_be_checked()

    def tick(self, box: Locator) -> None:
        self._reach(box)
        box.page.keyboard.press("Space")
        expect(box).to_be_checked()

    def select(self, field: Locator, option: str) -> None:
        self._reach(field)
        field.page.keyboard.type(option)
        expect(field.locator("option:checked")).to_have_text(option)

    def set_date(self, field: Locator, at: datetime) -> None:
        """In the order in which this browser shows day and month."""
        for order, wanted in (("%m%d%Y", True), ("%d%m%Y", False)):
            self._enter(field)
            field.page.keyboard.type(f"{at:{order}}")
            if field.input_value() == f"{at:%Y-%m-%d}":
                return
            assert wanted, f"typing {at:%Y-%m-%d} gave {field.input_value()}"

    def set_time(self, field: Locator, at: datetime | time) -> None:
        self._enter(field)
        field.page.keyboard.type(f"{at:%H%M%p}")
        expect(field).to_have_value(f"{at:%H:%M}")

    def _enter(self, field: Locator) -> None:
        """A date and a time have several stops: go to the first of them, wherever the focus comes from."""
        self._reach(field)
        while _look(field.page)["there"]:
            field.page.keyboard.press("Shift+Tab")
        field.page.keyboard.press("Tab")

    def _reach(self, wanted: Locator) -> None:
        """Go from stop to stop until this one; every stop on the way is seen to have the focus."""
        expect(wanted).to_be_visible()
        page = wanted.page
        wait_until(lambda: not page.evaluate(LOST), timeout=5)
        wanted.evaluate(LOOKS)
        passed: list[str] = []
        while not (at := _look(page))["there"]:
            assert len(passed) < STOPS, f"no key leads to {wanted}; passed {passed}"
            if at["replaced"]:  # the page changed by itself, as when it turns to the visitor's own zone
                wanted.evaluate(LOOKS)
                continue
            passed.append(at["name"])
            page.keyboard.press(_key(at))


def _look(page: Page) -> dict[str, Any]:
    at: dict[str, Any] = page.evaluate("() => window.look()")
    assert not at["wrong"], f"{at['name']}: {at['wrong']}"
    return at


def _key(at: dict[str, Any]) -> str:
    if at["among"]:
        return "ArrowDown"
    return "Shift+Tab" if at["behind"] else "Tab"


def stops(page: Page) -> Iterator[str]:
    """Every stop from the top of the page to its end, each seen to have the focus."""
    page.evaluate(LOOKS)
    first = ""
    for _ in range(2 * STOPS):
        page.keyboard.press("Tab")
        name = _look(page)["name"]
        if name in ("", first):
            return
        first = first or name
        yield name
    raise AssertionError("the focus never leaves the page again")


TOUCH, KEYS = Touch(), Keys()
