"""The Google as a process of its own."""

from collections.abc import Iterator

import pytest
import requests

from tests.google.elsewhere import Elsewhere


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Elsewhere]:
    with Elsewhere() as running:
        yield running


def test_it_is_told_what_to_do_from_outside(elsewhere: Elsewhere) -> None:
    google = elsewhere
    primary = google.ask("account", email="mara@gmail.example")
    private = google.ask("calendar", account="mara@gmail.example", name="Private", zone="Europe/Berlin")
    dentist = google.ask("add", calendar=private, summary="Dentist", start="2027-03-01", end="2027-03-02")
    google.ask("change", calendar=private, id=dentist, summary="Dentist, late", start="2027-03-02", end="2027-03-03")
    (entry,) = google.ask("entries", calendar=private)
    assert (entry["summary"], entry["start"]) == ("Dentist, late", {"date": "2027-03-02"})
    google.ask("cancel", calendar=private, id=dentist)
    assert google.ask("entries", calendar=private) == []
    made = google.ask("fill", calendar=primary, count=3, start="2027-03-01T09:00:00+00:00", every=3600, lasting=1800)
    assert len(made) == 3


def test_it_has_moods_too(elsewhere: Elsewhere) -> None:
    (somebody,) = elsewhere.ask("crowd", count=1, entries=2, start="2027-03-01T09:00:00+00:00")
    address = f"{elsewhere.url}/calendar/v3/calendars/{somebody['calendar']}/events"
    headers = {"Authorization": f"Bearer {somebody['access']}"}
    elsewhere.ask("fault", how="next", fault="503", kind="events.list", account=somebody["account"])
    answers = [requests.get(address, headers=headers, timeout=10) for _ in range(2)]
    assert [one.status_code for one in answers] == [503, 200]
    assert len(answers[1].json()["items"]) == 2
    state = elsewhere.ask("state")
    assert state["problems"] == []
    assert state["faults"] == {"503": 1}
