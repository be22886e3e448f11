"""What Google's discovery document does not know is a problem, whoever says it."""

import pytest
import requests

from tests.google import Account, Google
from tests.google.discovery import methods, problems_of_item
from tests.google.program import NINE, TEN, Program, at
from tests.google.schemas import document, quick_look, validator


@pytest.fixture
def mara(google: Google) -> Account:
    return google.account("mara@gmail.example")


@pytest.fixture
def program(google: Google, mara: Account) -> Program:
    return Program(google, mara)


@pytest.mark.parametrize(
    "query",
    [
        {"timemin": NINE.isoformat()},
        {"timeMin": "2027-03-01T09:00:00"},
        {"timeMin": "2027-03-01"},
        {"singleEvents": "True"},
        {"maxResults": "many"},
        {"maxResults": "0"},
        {"orderBy": "start"},
        {"showDeleted": ["true", "true"]},
    ],
    ids=str,
)
def test_parameters_are_what_the_document_says(google: Google, program: Program, query: dict[str, str]) -> None:
    assert program.ask("GET", "calendars/primary/events", **query).status_code == 400
    assert len(google.problems) == 1
    google.problems.clear()


@pytest.mark.parametrize(
    "fields",
    [
        {"sumary": "I. K."},
        {"start": at(NINE) | {"tz": "Europe/London"}},
        {"start": {"date": "1.3.2027"}},
        {"start": {"dateTime": "soon"}},
        {"status": "maybe"},
        {"visibility": "secret"},
        {"attendees": {"email": "ines@example.com"}},
        {"extendedProperties": {"private": {"holdfast": 1}}},
        {"sequence": "1"},
    ],
    ids=str,
)
def test_bodies_are_what_the_document_says(
    google: Google, program: Program, mara: Account, fields: dict[str, object]
) -> None:
    assert program.insert(mara.primary, **fields).status_code == 400
    assert len(google.problems) == 1
    google.problems.clear()


def test_a_start_is_required(google: Google, program: Program) -> None:
    assert program.ask("POST", "calendars/primary/events", {"summary": "I. K.", "end": at(TEN)}).status_code == 400
    assert google.problems == ["events.insert: Event : 'start' is a required property"]
    google.problems.clear()


def test_methods_that_are_none(google: Google, program: Program) -> None:
    assert program.ask("GET", "calendars/primary/appointments").status_code == 404
    assert program.ask("PUT", "calendars/primary/events", {}).status_code == 404
    assert len(google.problems) == 2
    google.problems.clear()


def test_a_mistake_of_a_test_is_found_too(google: Google, program: Program, mara: Account) -> None:
    mara.primary.add("Dentist", NINE, TEN, colour="red")
    program.entries(mara.primary)
    assert len(google.problems) == 1
    google.problems.clear()


@pytest.mark.parametrize("name", ["Channel", "CalendarList", "Event", "Events"])
def test_the_schemas_of_the_document_are_schemas(name: str) -> None:
    validator(name).check_schema(validator(name).schema)


def test_every_schema_of_the_document_can_be_read() -> None:
    assert all(validator(name) for name in document()["schemas"])
    assert {"events.list", "events.insert", "channels.stop", "calendarList.list"} <= {one.name for one in methods()}


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"id": "abcde", "status": "confirmed", "sequence": 1, "start": at(NINE), "recurrence": ["RRULE:FREQ=DAILY"]},
        {"id": 1},
        {"status": "maybe"},
        {"sequence": "1"},
        {"sequence": True},
        {"sequence": 2**31},
        {"start": {"dateTime": "2027-03-01 09:00"}},
        {"start": {"date": "2027-13-01"}},
        {"start": []},
        {"updated": "2027-03-01T09:00:00.000Z"},
        {"recurrence": "RRULE:FREQ=DAILY"},
        {"recurrence": [1]},
        {"attendees": [{"self": True}, {"self": "true"}]},
        {"extendedProperties": {"private": {"a": "b"}}},
        {"extendedProperties": {"private": {"a": 1}}},
        {"extendedProperties": {"secret": {}}},
        {"reminders": {"useDefault": False, "overrides": [{"method": "popup", "minutes": 10}]}},
        {"reminders": {"overrides": [{"method": "shout"}]}},
        {"workingLocationProperties": {"homeOffice": {"anything": [1]}, "type": "homeOffice"}},
        [],
    ],
    ids=str,
)
def test_the_quick_look_sees_what_jsonschema_sees(event: object) -> None:
    assert quick_look("Event")(event) == validator("Event").is_valid(event)


def test_an_answer_of_another_shape_is_a_problem() -> None:
    assert problems_of_item("Events", {"kind": "calendar#events", "entries": []})
    assert not problems_of_item(
        "Events", {"kind": "calendar#events", "items": [{"id": "abcde", "status": "cancelled"}]}
    )


def test_what_this_google_cannot_do_is_no_silence(google: Google, capsys: pytest.CaptureFixture[str]) -> None:
    answer = requests.post(f"{google.url}/o/oauth2/v2/auth", {"decision": "allow"}, timeout=10)
    assert answer.status_code == 500
    assert google.problems == ["POST /o/oauth2/v2/auth: KeyError('asked')"]
    google.problems.clear()
    assert "KeyError" in capsys.readouterr().err
