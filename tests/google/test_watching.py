"""Watch channels: who is told of which change, until when."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.google import Account, Google
from tests.google.program import NINE, TEN, Program, reason
from tests.listening import Handler, Listening
from tests.waiting import wait_until


class Listener(Listening):
    """Where notices arrive."""

    def __init__(self) -> None:
        super().__init__(self._handler())
        self.heard: list[dict[str, str]] = []
        self.address = f"{self.origin}/hooks/google-calendar"

    def numbers(self) -> list[int]:
        return sorted(int(one["x-goog-message-number"]) for one in self.heard)

    def _handler(listener) -> type[Handler]:
        class Notices(Handler):
            def do_POST(self) -> None:
                self.body()
                listener.heard.append(self.asked_by())
                self.send_response(204)
                self.end_headers()

        return Notices


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as listener:
        yield listener


@pytest.fixture
def mara(google: Google) -> Account:
    return google.account("mara@gmail.example")


@pytest.fixture
def program(google: Google, mara: Account) -> Program:
    return Program(google, mara)


def test_first_a_sync_then_each_change(google: Google, program: Program, mara: Account, listener: Listener) -> None:
    channel = program.watch(mara.primary, listener.address).json()
    wait_until(lambda: len(listener.heard) == 1)
    mara.primary.add("Dentist", NINE, TEN)
    wait_until(lambda: len(listener.heard) == 2)
    sync, change = listener.heard
    assert (sync["x-goog-resource-state"], change["x-goog-resource-state"]) == ("sync", "exists")
    assert change["x-goog-channel-id"] == "channel-1"
    assert change["x-goog-channel-token"] == "secret"
    assert change["x-goog-resource-id"] == channel["resourceId"]
    assert change["x-goog-channel-expiration"].endswith("GMT")
    assert listener.numbers() == [1, 2]


def test_what_the_program_writes_echoes(google: Google, program: Program, mara: Account, listener: Listener) -> None:
    program.watch(mara.primary, listener.address)
    google.notices.repeat = 100
    program.insert(mara.primary, id="holdfast0123")
    wait_until(lambda: listener.numbers() == list(range(1, 102)))


def test_a_change_elsewhere_is_not_told(program: Program, google: Google, mara: Account) -> None:
    google.notices.on = False
    program.watch(mara.primary, "http://127.0.0.1:9/hooks")
    mara.calendar("Private").add("Dentist", NINE, TEN)
    assert [notice.state for notice in google.notices.made] == ["sync"]


def test_two_channels_are_both_told(program: Program, google: Google, mara: Account) -> None:
    google.notices.on = False
    first = program.watch(mara.primary, "http://127.0.0.1:9/hooks").json()
    second = program.watch(mara.primary, "http://127.0.0.1:9/hooks", id="channel-2").json()
    assert first["resourceId"] == second["resourceId"]
    mara.primary.add("Dentist", NINE, TEN)
    assert [notice.state for notice in google.notices.made] == ["sync", "sync", "exists", "exists"]


def test_until_it_expires(program: Program, google: Google, mara: Account) -> None:
    google.notices.on = False
    now = google.now()
    ends = int((now + timedelta(hours=1)).timestamp() * 1000)
    assert program.watch(mara.primary, "http://127.0.0.1:9/hooks", expiration=str(ends)).json()["expiration"] == str(
        ends
    )
    google.now = lambda: now + timedelta(hours=2)
    mara.primary.add("Dentist", NINE, TEN)
    assert len(google.notices.made) == 1
    assert google.notices.open() == []


def test_never_longer_than_google_likes(program: Program, google: Google, mara: Account) -> None:
    google.notices.on = False
    google.longest_channel = timedelta(minutes=5)
    asked = str(int((google.now() + timedelta(days=30)).timestamp() * 1000))
    given = int(program.watch(mara.primary, "http://127.0.0.1:9/hooks", expiration=asked).json()["expiration"])
    assert given < (google.now() + timedelta(minutes=6)).timestamp() * 1000
    by_ttl = program.watch(mara.primary, "http://127.0.0.1:9/hooks", id="c2", params={"ttl": "60"}).json()["expiration"]
    assert int(by_ttl) < given


def test_until_it_is_stopped(program: Program, google: Google, mara: Account) -> None:
    google.notices.on = False
    channel = program.watch(mara.primary, "http://127.0.0.1:9/hooks").json()
    body = {"id": channel["id"], "resourceId": channel["resourceId"]}
    assert program.ask("POST", "channels/stop", body | {"resourceId": "other"}).status_code == 404
    assert program.ask("POST", "channels/stop", body).status_code == 204
    assert program.ask("POST", "channels/stop", body).status_code == 404
    mara.primary.add("Dentist", NINE, TEN)
    assert len(google.notices.made) == 1


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"address": "http://practice.example/hooks"}, "push.webhookUrlNotHttps"),
        ({"type": "mail"}, "channelTypeUnknown"),
        ({"id": "channel-1"}, "channelIdNotUnique"),
    ],
)
def test_channels_that_google_does_not_open(
    program: Program, google: Google, mara: Account, wrong: dict[str, str], why: str
) -> None:
    google.notices.on = False
    program.watch(mara.primary, "http://127.0.0.1:9/hooks")
    again = {"id": "channel-2"} | wrong
    address = again.pop("address", "http://127.0.0.1:9/hooks")
    assert reason(program.watch(mara.primary, address, **again)) == (400, why)


def test_nobody_there_to_hear_it_disturbs_nobody(program: Program, google: Google, mara: Account) -> None:
    program.watch(mara.primary, "http://127.0.0.1:9/hooks")
    wait_until(lambda: google.notices.answered == [0])
