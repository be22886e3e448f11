"""Who comes too late with a form sees how the session stands, and long lists have further pages."""

import pytest

from app.database import db
from tests import world
from tests.blueprints.test_rearranging import rows


@pytest.fixture
def desk(request_of_ines, visitor):
    """Mara's browser, with a request by Ines in her diary."""
    return visitor("mara@example.com")


@pytest.mark.parametrize(
    ("form", "button"), [("rearrangement?reason=own", "Offer alternatives"), ("relocation?reason=own", "Save change")]
)
def test_a_form_sent_after_the_client_cancelled_shows_the_cancelled_session(desk, request_of_ines, form, button):
    page = desk.open(f"/sessions/{request_of_ines.id}/{form}")
    room = request_of_ines.therapist.locations[1].id
    request_of_ines.cancel(by="client")
    db.session.commit()
    time = rows((f"{world.in_days(6):%Y-%m-%d}", "10:00"), location=room)
    answer = desk.press(page, button, location=str(room), **time)
    assert answer.status == 409
    assert "This is the session as it is now" in answer.text
    assert "Cancelled" in answer.text
    assert button not in answer.text


@pytest.mark.parametrize("form", ["rearrangement", "relocation"])
def test_a_form_for_a_session_that_cannot_change_leads_to_the_session(http, desk, request_of_ines, form):
    request_of_ines.cancel(by="client")
    db.session.commit()
    assert desk.open(f"/sessions/{request_of_ines.id}/{form}").url.endswith(f"/sessions/{request_of_ines.id}")


def test_every_session_can_be_reached(desk, mara, request_of_ines, monkeypatch):
    monkeypatch.setattr("app.blueprints.desk.sessions.PAGE", 1)
    world.JONAS.asks(mara, world.in_days(4))
    first, second = desk.open("/sessions").text, desk.open("/sessions?page=2").text
    assert "Ines" in first
    assert "Jonas" not in first
    assert "/sessions?page=2" in first
    assert "Jonas" in second
    assert "/sessions?page=1" in second
