"""The consent page, and the tokens that follow."""

import base64
import hashlib
import html
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.google import INVALID_GRANT, READING, UNAVAILABLE, WRITING, Account, Google
from tests.google.program import Program, reason

VERIFIER = "a" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
BACK = "http://127.0.0.1:5000/settings/calendars/google/callback"


@pytest.fixture
def mara(google: Google) -> Account:
    return google.account("mara@gmail.example", name="Mara Lindt")


class Person:
    """Somebody in front of the consent page."""

    def __init__(self, google: Google) -> None:
        self.google = google
        google.settings("http://127.0.0.1:5000")

    def opens(self, **more: str) -> requests.Response:
        asked = {
            "client_id": self.google.client_id,
            "redirect_uri": BACK,
            "response_type": "code",
            "scope": " ".join(sorted(READING)),
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            "access_type": "offline",
            "prompt": "consent",
            "state": "s1",
        }
        address = f"{self.google.url}/o/oauth2/v2/auth"
        return requests.get(address, params=asked | more, allow_redirects=False, timeout=10)

    def decides(self, page: requests.Response, decision: str, *without: str) -> dict[str, str]:
        """What the program is told when they press a button; they may have taken some ticks away."""
        fields = re.findall(r'<input [^>]*name="([^"]+)" value="([^"]*)"', page.text)
        form = {name: html.unescape(value) for name, value in fields if name.removeprefix("scope:") not in without}
        address = f"{self.google.url}/o/oauth2/v2/auth"
        answer = requests.post(address, {**form, "decision": decision}, allow_redirects=False, timeout=10)
        assert answer.status_code == 302
        back = answer.headers["Location"]
        assert back.startswith(f"{BACK}?")
        return {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}

    def allows(self, **more: str) -> dict[str, str]:
        return self.decides(self.opens(**more), "allow")


def ask_token(google: Google, **fields: str) -> requests.Response:
    client = {"client_id": google.client_id, "client_secret": google.client_secret}
    return requests.post(f"{google.url}/token", client | fields, timeout=10)


def exchange(google: Google, code: str, **more: str) -> requests.Response:
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
    return ask_token(google, **(fields | more))


def test_the_page_says_who_and_what(google: Google, mara: Account) -> None:
    page = Person(google).opens()
    assert page.status_code == 200
    for words in ("Mara Lindt (mara@gmail.example)", "calendar.events.readonly", "Allow", "Deny"):
        assert words in page.text


def test_the_page_begins_with_the_account_that_was_named(google: Google, mara: Account) -> None:
    otto = google.account("otto@gmail.example")
    for hint, chosen in ((otto.email, otto.email), ("unknown@gmail.example", mara.email), ("", mara.email)):
        assert f'value="{chosen}" checked' in Person(google).opens(login_hint=hint).text


def test_allowed_there_is_a_code_and_then_tokens(google: Google, mara: Account) -> None:
    back = Person(google).allows()
    assert back["state"] == "s1"
    tokens = exchange(google, back["code"]).json()
    assert set(tokens) == {"access_token", "expires_in", "refresh_token", "scope", "token_type"}
    assert set(tokens["scope"].split()) == READING


def test_denied_there_is_an_error(google: Google, mara: Account) -> None:
    person = Person(google)
    assert person.decides(person.opens(), "deny") == {"state": "s1", "error": "access_denied"}


def test_one_scope_may_be_refused(google: Google, mara: Account) -> None:
    person, one = Person(google), next(iter(READING))
    back = person.decides(person.opens(), "allow", one)
    assert set(exchange(google, back["code"]).json()["scope"].split()) == READING - {one}


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "somebody"},
        {"redirect_uri": f"{BACK}/"},
        {"response_type": "token"},
        {"access_type": "always"},
        {"scope": "https://www.googleapis.com/auth/everything"},
        {"scope": ""},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_who_asks_wrongly_is_told_so_and_sent_nowhere(google: Google, mara: Account, wrong: dict[str, str]) -> None:
    answer = Person(google).opens(**wrong)
    assert answer.status_code == 400
    assert "Location" not in answer.headers


@pytest.mark.parametrize("wrong", [{"code_challenge": ""}, {"code_challenge_method": "plain"}])
def test_without_a_challenge_there_is_no_page(google: Google, mara: Account, wrong: dict[str, str]) -> None:
    answer = Person(google).opens(**wrong)
    assert "error=invalid_request" in answer.headers["Location"]


def test_a_code_is_good_once(google: Google, mara: Account) -> None:
    code = Person(google).allows()["code"]
    assert exchange(google, code).status_code == 200
    assert exchange(google, code).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"code_verifier": "b" * 43}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:5001/"}, "redirect_uri_mismatch"),
        ({"client_secret": "guessed"}, "invalid_client"),
        ({"code": "4/guessed"}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_who_cannot_prove_it_gets_nothing(google: Google, mara: Account, wrong: dict[str, str], error: str) -> None:
    answer = exchange(google, **({"code": Person(google).allows()["code"]} | wrong))
    assert answer.json()["error"] == error


def test_a_refresh_token_comes_at_the_first_consent_or_when_asked_again(google: Google, mara: Account) -> None:
    person = Person(google)
    assert "refresh_token" in exchange(google, person.allows(prompt="")["code"]).json()
    assert "refresh_token" not in exchange(google, person.allows(prompt="")["code"]).json()
    assert "refresh_token" in exchange(google, person.allows(prompt="consent")["code"]).json()
    assert "refresh_token" not in exchange(google, person.allows(access_type="online")["code"]).json()


def test_a_second_consent_includes_what_was_granted(google: Google, mara: Account) -> None:
    person = Person(google)
    person.allows()
    writing = " ".join(WRITING)
    alone = exchange(google, person.allows(scope=writing)["code"]).json()
    both = exchange(google, person.allows(scope=writing, include_granted_scopes="true")["code"]).json()
    assert set(alone["scope"].split()) == WRITING
    assert set(both["scope"].split()) == READING | WRITING


def test_access_ends_and_is_refreshed(google: Google, mara: Account) -> None:
    google.grants.token_lifetime = timedelta(seconds=60)
    program = Program(google, mara)
    now = google.now()
    google.now = lambda: now + timedelta(seconds=61)
    answer = program.ask("GET", "users/me/calendarList")
    assert reason(answer) == (401, "authError")
    fresh = ask_token(google, grant_type="refresh_token", refresh_token=program.granted.refresh).json()
    assert "refresh_token" not in fresh
    program.http.headers["Authorization"] = f"Bearer {fresh['access_token']}"
    assert program.ask("GET", "users/me/calendarList").status_code == 200


def test_revoked_by_the_program_all_is_over(google: Google, mara: Account) -> None:
    program, other = Program(google, mara), Program(google, mara)
    assert requests.post(f"{google.url}/revoke", {"token": program.granted.refresh}, timeout=10).status_code == 200
    assert requests.post(f"{google.url}/revoke", {"token": program.granted.refresh}, timeout=10).status_code == 400
    for one in (program, other):
        assert one.ask("GET", "users/me/calendarList").status_code == 401
        again = ask_token(google, grant_type="refresh_token", refresh_token=one.granted.refresh)
        assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


def test_revoked_by_hand_all_is_over(google: Google, mara: Account) -> None:
    program = Program(google, mara)
    google.revoke(mara)
    assert program.ask("GET", "users/me/calendarList").status_code == 401


def test_the_token_door_has_moods_too(google: Google, mara: Account) -> None:
    refresh = google.grant(mara).refresh
    google.faults.next(UNAVAILABLE, "oauth.token")
    google.faults.next(INVALID_GRANT, "oauth.token")
    answers = [ask_token(google, grant_type="refresh_token", refresh_token=refresh).status_code for _ in range(3)]
    assert answers == [503, 400, 200]
    assert google.count("oauth.token") == 3


def test_the_client_may_name_itself_in_the_header(google: Google, mara: Account) -> None:
    fields = {"grant_type": "refresh_token", "refresh_token": google.grant(mara).refresh}
    client = google.client_id, google.client_secret
    assert requests.post(f"{google.url}/token", fields, auth=client, timeout=10).status_code == 200
