import pytest

from app.booking.booking import Booking
from app.database import db
from app.practice.therapist import Therapist
from tests import world
from tests.browser import Page
from tests.races.crowd import Tab

ROUNDS = 4


@pytest.fixture
def web(serve):
    """The pages alone, by two processes or more; whatever they should not have said is in their log."""
    served = serve("web")
    yield served
    assert "Traceback" not in served.log("web"), served.log("web")


@pytest.fixture
def bookings(mara: Therapist) -> list[Booking]:
    """Several requests in Mara's diary: each is raced for once."""
    people = [world.Person(f"Client {day}", f"client{day}@example.net") for day in range(ROUNDS)]
    return [person.asks(mara, world.in_days(day)) for day, person in enumerate(people, start=3)]


@pytest.fixture
def tab(web, mara: Therapist) -> Tab:
    """A window in which Mara is signed in."""
    return signed_in(web.url, mara)


def signed_in(url: str, therapist: Therapist) -> Tab:
    email = therapist.user.email
    db.session.commit()
    tab = Tab(url)
    assert tab.sign_in(email, world.PASSWORD).status == 200
    return tab


def request_page(tab: Tab, therapist: Therapist, starts_at) -> Page:
    address = f"/t/{therapist.slug}/request?start={starts_at:%Y-%m-%dT%H:%MZ}"
    db.session.commit()
    page = tab.open(address)
    assert page.status == 200, page.text
    return page
