"""The week that the calendar's tests look at, and how they read it."""

from datetime import datetime

from app.database import db
from tests import world
from tests.blueprints.pages import Element, read
from tests.browser import Page
from tests.visitor import Visitor

MONDAY = "2026-11-30"
TUESDAY = "2026-12-01"


def at(clock_time: str, day: str = TUESDAY) -> datetime:
    return world.at(f"{day}T{clock_time}")


def week(desk: Visitor, more: str = "", day: str = TUESDAY) -> Page:
    return desk.open(f"/calendar?date={day}{more}")


def links(page: Page) -> dict[str, Element]:
    """The links in the calendar by their accessible name."""
    page_read = read(page.text)
    hidden = [one for one in page_read.all("span") if one.attributes.get("class") == "visually-hidden"]
    told = {id(link): one.text for one in hidden for link in one.inside if link.tag == "a"}
    return {one.attributes.get("aria-label") or told.get(id(one), one.text.strip()): one for one in page_read.all("a")}


def free_on(page: Page, day: str = TUESDAY) -> list[str]:
    """When the pieces of free time begin that can be tapped on a day."""
    free = [one.attributes["href"] for one in read(page.text).all("a") if "free" in one.attributes.get("class", "")]
    return [href[-5:] for href in free if f"={day}T" in href]


def add(mara, table, starts: datetime, ends: datetime, **more) -> None:
    db.session.add(table(therapist_id=mara.id, starts_at=starts, ends_at=ends, **more))
    db.session.commit()
