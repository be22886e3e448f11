"""Every mail as mail programs show it: in a wide window and on a narrow phone, by day and by night."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from app.booking.offer import Offer
from app.database import db
from app.language import NAMES
from app.messages.mail import compose
from e2e.axe import AXE, COLOURS, RULES, RUN
from e2e.everything import Everything
from tests.messages import samples

# A mail stands inside the page of a mail program, which has the landmarks.
OF_MAILS = {"runOnly": {"type": "tag", "values": [rule for rule in RULES if rule != "best-practice"]}}
# Besides its width and its colours a mail is the same everywhere.
LOOKS = ((600, "light", OF_MAILS), (320, "dark", COLOURS))
# A client's own words may be one long address.
WORDS = "https://meet.example.com/" + "rooms/" * 30
OVER_THE_EDGE = """() => [...document.querySelectorAll("body *")]
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
  .map((one) => `${one.localName}.${one.className} ${one.textContent.trim().slice(0, 40)}`)"""


def mails(everything: Everything, language: str) -> Iterator[tuple[str, str]]:
    """The HTML of a mail of each kind."""
    with everything.app.app_context():
        offer = db.session.scalars(select(Offer).order_by(Offer.id)).first()
        for case in samples.CASES:
            message = samples.message(case, why=WORDS)
            message.facts.get("client", {})["language"] = language
            if message.booking_id:
                message.booking_id = offer.booking_id
            if message.facts.get("offer"):
                message.facts["offer"]["id"] = offer.id
            yield f"{case} {language}", compose(message).html
        db.session.rollback()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("language", NAMES)
def test_no_mail_is_wider_than_its_window_or_shuts_anybody_out(everything, page, language):
    found = []
    for name, html in mails(everything, language):
        page.set_content(html)
        page.evaluate(AXE)
        for width, scheme, rules in LOOKS:
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)
            found += [f"{name} at {width}: {each}" for each in page.evaluate(OVER_THE_EDGE)]
            found += [
                f"{name} {scheme}: {each['help']}: {each['nodes'][0]['html'][:150]}"
                for each in page.evaluate(RUN, rules)
            ]
    assert not found, "\n".join(found)
