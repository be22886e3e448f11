"""What was done is told after a plain form by the next page's address: it must tell nobody else."""

import base64
import binascii
import contextlib
import re
import zlib
from urllib.parse import unquote

import pytest

from app.database import db
from tests import world

SECRETS = ("Knee surgery", "Quiet room", "Knee", "Quiet")


@pytest.fixture
def desk(mara, visitor):
    mara.locations[0].name = "Quiet room"
    db.session.commit()
    return visitor("mara@example.com")


def readings(address: str) -> list[str]:
    """All that anybody could make of an address without our keys."""
    texts = [address, unquote(address)]
    for part in re.split(r"[^\w-]", unquote(address)):
        try:
            raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        except binascii.Error:
            continue
        texts.append(raw.decode(errors="replace"))
        with contextlib.suppress(zlib.error):
            texts.append(zlib.decompress(raw).decode(errors="replace"))
    return texts


def tells_nothing(address: str) -> None:
    for text in readings(address):
        assert not [secret for secret in SECRETS if secret in text], text


def press(desk, page, button: str, **typed: str):
    """Press it without scripts: the page that it leads to, whose address tells nothing."""
    page = desk.press(page, button, **typed)
    assert "told=" in page.url
    tells_nothing(page.url)
    return page


def test_no_address_tells_the_reason_of_time_off(desk):
    page = desk.open("/times-off")
    page = press(desk, page, "Take time off", from_date=f"{world.in_days(6):%Y-%m-%d}", why="Knee surgery")
    assert "is closed" in page.text
    page = press(desk, page, "Open again")
    page = press(desk, page, "Close it again")
    assert "Knee surgery" in page.text, "and what it was closed for is not lost"


def test_no_address_tells_where_extra_time_is(desk):
    day = f"{world.in_days(6):%Y-%m-%d}"
    typed = {"from_date": day, "from_time": "21:00", "to_time": "22:00", "why": "Knee surgery"}
    page = press(desk, desk.open("/working-times/extra"), "Add extra time", **typed)
    assert "Quiet room" in page.text


def test_what_is_told_to_one_therapist_is_told_to_no_other(desk, otto, visitor):
    page = desk.open("/times-off")
    page = desk.press(page, "Take time off", from_date=f"{world.in_days(6):%Y-%m-%d}")
    assert "is closed" in desk.open(page.url).text
    assert "is closed" not in visitor("otto@example.com").open(page.url).text
