"""Large letters, a narrow window, a system's own colours, nothing that moves: every page stays whole."""

import re
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, TimeoutError

from e2e.conftest import SIZES
from e2e.hands import stops
from tests.everything import MARA, OLIVE

NARROW = {"width": 320, "height": 640}  # a desk's window at 400 %
ZOOMED = {"width": 640, "height": 400}  # and at 200 %

# WCAG 1.4.12: what a reader may ask of the text; and letters twice as large.
SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-block-end: 2em !important }"""
LARGE = "html { font-size: 200% !important }"
WEAR = """(rules) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(rules);
  document.adoptedStyleSheets = rules ? [sheet] : [];
}"""
# What is cut off, hangs over the edge or lies below the bar when the page is scrolled to its end.
BROKEN = """() => {
  const found = [];
  const named = (one) => `${one.localName}.${one.className} ${(one.innerText || one.name || "").trim().slice(0, 40)}`;
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide > 0) found.push(`the page is ${wide} px too wide`);
  const seen = (one) => one.checkVisibility({visibilityProperty: true, opacityProperty: true});
  const scrolled = (one) => one.closest("calendar-grid, .strip");
  const hidden = (one) => one.closest(".visually-hidden, [hidden], svg, .skip-link, dialog:not([open])");
  for (const one of document.querySelectorAll("main *")) {
    if (!seen(one) || hidden(one) || scrolled(one)) continue;
    const box = one.getBoundingClientRect();
    if (box.width && (box.right > innerWidth + 1 || box.left < -1)) found.push(`over the edge: ${named(one)}`);
    const style = getComputedStyle(one);
    const clips = style.overflowX !== "visible" && style.overflowX !== "auto" && one.localName !== "select";
    if (clips && one.scrollWidth > one.clientWidth + 1 && one.innerText?.trim()) found.push(`cut off: ${named(one)}`);
    if (style.overflowY === "hidden" && one.scrollHeight > one.clientHeight + 1 && one.innerText?.trim())
      found.push(`cut off below: ${named(one)}`);
  }
  const bar = document.querySelector(".tabs");
  if (bar && getComputedStyle(bar).position === "fixed") {
    scrollTo(0, document.documentElement.scrollHeight);
    const last = [...document.querySelectorAll("main *")].filter((one) => seen(one) && !hidden(one)).at(-1);
    if (last && last.getBoundingClientRect().bottom > bar.getBoundingClientRect().top + 1)
      found.push(`below the bar: ${named(last)}`);
    scrollTo(0, 0);
  }
  return found;
}"""
# Links within a sentence are as high as its line; everything else is at least so large, and what a page is for larger.
SMALL = """() => {
  const inSentence = (one) => one.localName === "a" && getComputedStyle(one).display === "inline";
  const size = (one) => (one.closest("label") ?? one).getBoundingClientRect();
  const small = (one) => {
    const box = size(one);
    const least = one.matches(".button--main, .slot, .tabs__tab") ? 44 : 24;
    return box.width && (box.width < least - 0.5 && least === 24 || box.height < least - 0.5);
  };
  return [...document.querySelectorAll("a, button, input, select, textarea, summary")]
    .filter((one) => one.checkVisibility({visibilityProperty: true}) && one.tabIndex >= 0 && !inSentence(one))
    .filter((one) => !one.matches(".skip-link, [type=hidden], .block, .free") && small(one))
    .map((one) => `${one.outerHTML.slice(0, 90)} ${size(one).width}x${size(one).height}`);
}"""
MOVING = """() => [...document.querySelectorAll("*")].filter((one) => {
  const style = getComputedStyle(one);
  const milliseconds = (time) => parseFloat(time) * (time.includes("ms") ? 1 : 1000);
  const moves = (times) => times.split(",").some((each) => milliseconds(each) > 1);
  return moves(style.transitionDuration) || style.animationName !== "none" && moves(style.animationDuration);
}).map((one) => one.outerHTML.slice(0, 90))"""

everybody = pytest.mark.parametrize("email", ["", MARA, OLIVE], ids=["anybody", "therapist", "operator"])


@everybody
def test_every_page_stays_whole(chromium, everything, email):
    found: list[str] = []
    for page in everything.looked_at(chromium, email, viewport=NARROW):
        for wear, size, rules in (
            ("narrow", NARROW, ""),
            ("spaced", NARROW, SPACED),
            ("large on a phone", SIZES["phone"], LARGE),
            ("twice as large at a desk", ZOOMED, ""),
        ):
            page.set_viewport_size(size)
            page.evaluate(WEAR, rules)
            found += [f"{wear} {page.url}: {each}" for each in broken(page)]
        page.evaluate(WEAR, "")
        page.set_viewport_size(NARROW)
        found += [f"small {page.url}: {each}" for each in page.evaluate(SMALL)]
        found += [f"moving {page.url}: {each}" for each in page.evaluate(MOVING)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", ["de", "fr", "es"])
def test_what_clients_read_stays_whole_in_longer_words(chromium, everything, language):
    """The desk is in English."""
    found: list[str] = []
    with everything.in_language(language):
        for page in everything.looked_at(chromium, "", viewport=NARROW, locale=language):
            if page.locator("html").get_attribute("lang") == language:
                for size, rules in ((NARROW, ""), (SIZES["phone"], LARGE)):
                    page.set_viewport_size(size)
                    page.evaluate(WEAR, rules)
                    found += [f"{page.url}: {each}" for each in broken(page)]
                page.set_viewport_size(NARROW)
    assert not found, "\n".join(found)


# As long as a name may be and as short as a name with no place to break, an address, and one that begins elsewhere.
LONG_NAMES = (
    "Ines" * 30,
    "Hubert Wolfeschlegelsteinhausenbergerdorff",
    "ines.keller.of.the.long.lane@mail.example.net",
    "ליאורה" * 12 + " Kern (18)",
)


@pytest.mark.parametrize("email", ["", MARA, OLIVE], ids=["anybody", "therapist", "operator"])
def test_a_name_of_any_length_makes_no_page_wider(chromium, everything, email):
    found: list[str] = []
    with everything.with_clients_called(LONG_NAMES):
        for page in everything.looked_at(chromium, email, viewport=NARROW):
            for width in (320, 390):
                page.set_viewport_size({"width": width, "height": 700})
                found += [f"{width} {page.url}: {each}" for each in broken(page)]
    assert not found, "\n".join(found)


def broken(page: Page) -> list[str]:
    """What is still so when the page has come to rest: it may just be putting in what has changed meanwhile."""
    with suppress(TimeoutError):
        page.wait_for_function(f"() => !({BROKEN})().length", timeout=3_000)
    return page.evaluate(BROKEN)


PHONE = {"viewport": SIZES["phone"], "forced_colors": "active"}
# In a system's own colours backgrounds go; what told something by them does it by an edge or a sign.
UNMARKED = """() => {
  const edged = (one, part) => {
    const style = getComputedStyle(one, part);
    return parseFloat(style.borderTopWidth) >= 1 && style.borderTopColor !== style.backgroundColor;
  };
  const seen = (one) => one.checkVisibility({visibilityProperty: true});
  const thick = (one) => parseFloat(getComputedStyle(one).borderTopWidth) >= 2;
  const hatched = (one) => getComputedStyle(one).backgroundImage !== "none";
  const signed = (one) => getComputedStyle(one, "::before").content.includes("+") && edged(one, "::before");
  const saysThatItIsSlow = (one) => {
    one.classList.add("htmx-request");
    const {content, backgroundColor} = getComputedStyle(document.body, "::before");
    one.classList.remove("htmx-request");
    return content !== "none" && backgroundColor !== getComputedStyle(document.documentElement).backgroundColor;
  };
  const all = (what) => [...document.querySelectorAll(what)].filter(seen);
  return [
    ...all(".button, .slot, .status, .choice, .field__control, .block, b.today").filter((one) => !edged(one)),
    ...all("[aria-current]:not([aria-current=false]), [aria-pressed=true]").filter((one) => !thick(one)),
    ...all(".status").filter((one) => !one.querySelector("svg")?.getBoundingClientRect().width),
    ...all(".grid__column, .off, .busy, .other").filter((one) => !hatched(one)),
    ...all(".open").filter(hatched),
    ...all(".free").filter((one) => !signed(one)),
    ...all("a").slice(0, 1).filter((one) => !saysThatItIsSlow(one)),
  ].map((one) => one.outerHTML.slice(0, 120));
}"""


@everybody
def test_every_page_is_walked_by_keys_in_the_systems_own_colours(chromium, everything, email):
    """On a phone's screen, whose bar could lie over what has the focus."""
    found: list[str] = []
    walked: set[str] = set()
    for page in everything.looked_at(chromium, email, **PHONE):
        found += [f"{page.url}: {each}" for each in page.evaluate(UNMARKED)]
        kind = re.sub(r"\d+|[\w-]{40,}", "", urlsplit(page.url).path)
        if kind not in walked:
            assert list(stops(page))
        walked.add(kind)
    assert not found, "\n".join(found)
