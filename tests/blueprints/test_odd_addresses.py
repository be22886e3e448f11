"""Addresses that nobody meant: each is answered with a page of ours, and none breaks anything."""

import re
from itertools import product
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.booking.personal_link import PersonalLink
from app.database import db
from tests import world
from tests.blueprints import odd_text
from tests.dump import dump

ODD = {
    "type": odd_text.IDS,
    "location": odd_text.IDS,
    "zone": odd_text.ZONES,
    "from": odd_text.DATES,
    "start": odd_text.MOMENTS,
}
QUERIES = [{field: text} for field, texts in ODD.items() for text in texts]


@pytest.mark.parametrize("path", ["/t/mara-lindt", "/t/mara-lindt/request"])
def test_odd_choices_are_answered_with_a_page_to_choose_from(mara, http, path):
    for query in QUERIES:
        answer = http.get(f"{path}?{urlencode(query)}")
        known = (200, 303) if not {"type", "location"} & query.keys() else (200, 303, 404)
        assert answer.status_code in known, query
        if path == "/t/mara-lindt":
            assert "Choose a time" in answer.text, query


@pytest.mark.parametrize(
    ("day", "zone"), [("9000-12-31", "Pacific/Niue"), ("2037-03-28", "Europe/London"), ("9000-01-01", "Asia/Kathmandu")]
)
def test_days_beyond_the_horizon_are_empty_and_lead_back_to_what_is_free(mara, http, day, zone):
    answer = http.get(f"/t/mara-lindt?from={day}&zone={zone}")
    assert answer.status_code == 200
    assert 'class="slot"' not in answer.text
    assert "Free before: " in answer.text


def test_days_that_are_over_are_this_week(mara, http):
    this_week = http.get("/t/mara-lindt").text
    slots = re.findall(r'data-start="[^"]+"', this_week)
    assert slots
    for day in ("1970-01-01", "1971-01-01", "2026-01-01"):
        assert re.findall(r'data-start="[^"]+"', http.get(f"/t/mara-lindt?from={day}").text) == slots


def test_a_very_long_address_is_no_trouble(mara, http):
    for path in ("/", "/t/mara-lindt", "/sign-in"):
        assert http.get(f"{path}?{urlencode({'zone': 'x' * 50_000, 'next': '/' + 'y' * 50_000})}").status_code == 200
    many = "&".join(f"from={number}" for number in range(5000))
    assert http.get(f"/t/mara-lindt?{many}").status_code == 200


def test_odd_page_numbers_show_a_page(mara, http):
    for number in ["0", "-5", "abc", odd_text.HUGE, "1.5", "", "%00"]:
        assert http.get(f"/?page={number}").status_code == 200, number


def test_a_session_with_an_odd_number_is_not_there(mara, visitor):
    desk = visitor("mara@example.com")
    token = desk.form_token("/settings")
    for number in ["0", "-1", "99999999999999999999", str(10**30), "1.5", "abc", "1%00", "%D9%A3"]:
        for path in ("", "/rearrangement", "/relocation"):
            assert desk.open(f"/sessions/{number}{path}").status == 404, number
        for path in (f"bookings/{number}/confirmation", f"bookings/{number}/offer", f"times-off/{number}/reopening"):
            assert desk.http.post(f"/{path}", data={"csrf_token": token}).status_code in (404, 405), path


def test_a_therapist_with_an_odd_name_is_not_there(mara, http):
    for slug in ["%00", "mara-lindt%00", "%F0%9F%99%82", "x" * 5000, "MARA-LINDT", "%2e%2e%2fx", "%ff", "'"]:
        for path in ("", "/request"):
            assert http.get(f"/t/{slug}{path}").status_code == 404, slug


def test_odd_reasons_are_no_reasons(request_of_ines, visitor):
    desk = visitor("mara@example.com")
    for path, reason in product(
        ("rearrangement", "relocation"), [*odd_text.TEXTS, "", "asked\x00", "ASKED", "disputed"]
    ):
        page = desk.open(f"/sessions/{request_of_ines.id}/{path}?reason={quote(reason)}")
        assert page.status == 200
        assert "My client asked for this change" in page.text


def test_letters_with_odd_names_are_not_there(http, app, tmp_path):
    app.config["MAILBOX_DIR"] = str(tmp_path)
    for path, name in product(
        ("", "/html", "/raw"), ["%00", "..%2f..%2fetc%2fpasswd", "....", "x" * 300, "%F0%9F%99%82", "a%00.eml", "~root"]
    ):
        assert http.get(f"/mailbox/{name}{path}").status_code == 404, name


def test_nothing_but_static_files_is_served(http, app):
    for path in ["..%2fconfig.py", "%2e%2e/config.py", "%00", "js/%2e%2e/%2e%2e/config.py", "x" * 5000]:
        assert http.get(f"/static/{path}").status_code == 404, path


def test_other_methods_do_nothing(http, request_of_ines):
    link = f"/s/{PersonalLink.to_session(request_of_ines.id).token}"
    db.session.commit()
    before = dump()
    methods = ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "OPTIONS"]
    for method, path in product(
        methods, ("/", link, f"{link}/cancellation", "/sign-in", f"/bookings/{request_of_ines.id}/confirmation")
    ):
        assert http.open(path, method=method).status_code < 500, (method, path)
    assert dump() == before


def test_odd_headers_are_no_trouble(mara, http):
    for name in ("HX-Request", "HX-Target", "HX-Current-URL", "HX-Boosted", "HX-Prompt", "Cookie", "Accept", "Range"):
        for text in ("", "true", "🌍".encode().decode("latin-1"), "a" * 3000, '{"', "%00", "URI-AutoEncoded: true"):
            assert http.get("/t/mara-lindt", headers={name: text}).status_code == 200, (name, text)
    for cookie in ("holdfast=", "holdfast=x.y.z", "holdfast=" + "A" * 4000, "holdfast=.eJw", "=;=;"):
        assert http.get("/sign-in", headers={"Cookie": cookie}).status_code == 200


ANY = st.text(max_size=30) | st.sampled_from([*odd_text.TEXTS, *odd_text.MOMENTS, *odd_text.IDS, *odd_text.ZONES])
FUZZ = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@FUZZ
@given(st.fixed_dictionaries({}, optional=dict.fromkeys([*ODD, "page", "next", "reason", "alternative"], ANY)))
def test_whatever_is_in_the_address_a_page_answers(http, mara, query):
    written = urlencode(query, errors="surrogatepass")
    for path in ("/t/mara-lindt", "/t/mara-lindt/request", "/", "/sign-in"):
        assert http.get(f"{path}?{written}").status_code < 500


@FUZZ
@given(
    st.dictionaries(
        st.sampled_from(["name", "email", "phone", "words", "start", "location", "type", "zone", "from"]),
        ANY,
        max_size=6,
    )
)
def test_whatever_is_typed_a_page_answers(mara, visitor, typed):
    client = visitor()
    valid = {
        "start": f"{world.in_days(3):%Y-%m-%dT%H:%MZ}",
        "name": "Ines Keller",
        "email": "ines@example.net",
        "csrf_token": client.form_token(),
    }
    answer = client.http.post(
        "/t/mara-lindt/requests",
        data=urlencode(valid | typed, errors="surrogatepass"),
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code in (303, 409, 422, 429)
