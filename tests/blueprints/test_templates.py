"""Guards over every template and every page."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.test import TestResponse

from app.booking.personal_link import PersonalLink
from app.booking.rearrangement import offer_location
from app.database import db
from app.practice.client import Client
from app.practice.user import User
from tests.blueprints.pages import VOID, Document, nonce_of, read, sign_in
from tests.world import ADA, CHEAP_HASH, INES, JONAS, Person, in_days, offer_times, sick_day

TEMPLATES = Path(__file__).parents[2] / "app" / "templates"
PAGES = sorted(path for path in TEMPLATES.rglob("*.html") if "mail" not in path.relative_to(TEMPLATES).parts[:1])
# Answers that are no page of ours: files, what machines or the local mailbox read, and the way back from Google.
NO_PAGES = {"feeds", "google_consent", "static", "health", "installed", "kept_today", "live", "mailbox"}
NAMED_OTHERWISE = {"hidden", "submit"}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_each_element_that_sends_requests_carries_the_nonce(path):
    # Without its expressions a template is plain HTML; the attributes' names are left.
    html = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", path.read_text(), flags=re.DOTALL)
    for element in read(html).elements:
        if any(name.startswith(("hx-", "data-hx-")) for name in element.attributes):
            assert "hx-nonce" in element.attributes, f"{element} would be blocked"


@pytest.fixture
def addresses(app: Flask, mara, request_of_ines) -> dict[str, str]:
    """A page of every kind, by endpoint and state; what stands under `desk` and `operator` needs signing in."""
    words = "<b>I</b> can come later"
    confirmed, offered, relocated, past = (
        person.asks(mara, in_days(day), words=words) for day, person in enumerate((INES, JONAS, ADA, JONAS), start=5)
    )
    confirmed.confirm()
    offer = offer_times(offered, in_days(20), in_days(21), in_days(22), words="A clinic day was moved.")
    place = offer_location(relocated, "mistake", mara.locations[1], "The room is painted.")
    past.cancel("therapist", "ill")
    Person("Tom Okafor", "tom@example.net").asks(mara, in_days(12))
    db.session.add(User(email="olive@example.com", name="Olive", password_hash=CHEAP_HASH, is_operator=True))
    session, to_offer = PersonalLink.to_session, PersonalLink.to_offer
    week = in_days(2).strftime("%Y-%m-%dT%H:%MZ")
    addresses = {
        "directory.index": "/",
        "therapists.show": "/t/mara-lindt",
        "therapists.show, nothing free": "/t/mara-lindt?from=2020-01-01",
        "therapists.ask": f"/t/mara-lindt/request?start={week}",
        "sign_in.show": "/sign-in",
        "offline.show": "/offline",
        "client_sessions.show": f"/s/{session(request_of_ines.id).token}",
        "client_sessions.show, confirmed": f"/s/{session(confirmed.id).token}",
        "client_sessions.show, cancelled": f"/s/{session(past.id).token}",
        "client_offers.show": f"/o/{to_offer(offered.id, offer.id).token}",
        "client_offers.show, location": f"/o/{to_offer(relocated.id, place.id).token}",
        "dashboard.show, desk": "/dashboard",
        "calendar.show, desk": f"/calendar?date={in_days(5):%Y-%m-%d}",
        "calendar.show, desk, day": f"/calendar?view=day&date={in_days(2):%Y-%m-%d}",
        "calendar.show, desk, list": f"/calendar?view=list&date={in_days(20):%Y-%m-%d}",
        "calendar.choose, desk": f"/calendar/time?start={in_days(4):%Y-%m-%dT%H:%M}",
        "sessions.index, desk": "/sessions",
        "sessions.show, desk": f"/sessions/{request_of_ines.id}",
        "sessions.show, desk, offered": f"/sessions/{offered.id}",
        "sessions.show, desk, relocated": f"/sessions/{relocated.id}",
        "sessions.rearrange, desk": f"/sessions/{request_of_ines.id}/rearrangement",
        "sessions.rearrange, desk, asked": f"/sessions/{request_of_ines.id}/rearrangement?reason=asked",
        "sessions.rearrange, desk, own": f"/sessions/{request_of_ines.id}/rearrangement?reason=own",
        "sessions.relocate, desk": f"/sessions/{request_of_ines.id}/relocation",
        "sessions.relocate, desk, own": f"/sessions/{request_of_ines.id}/relocation?reason=own",
        "sick_days.new, desk": "/sick-days/new",
        "sick_days.show, desk": f"/sick-days/{sick_day(mara, 12).id}",
        "you.show, desk": "/settings",
        "working_times.show, desk": "/working-times",
        "working_times.show, desk, adding": "/working-times?add=0",
        "working_times.show, desk, changing": f"/working-times?change={mara.working_times[0].id}",
        "working_times.show, desk, splitting": f"/working-times?split={mara.working_times[0].id}",
        "working_times.show, desk, copying": "/working-times?copy=0",
        "times_off.index, desk": "/times-off",
        "extra_times.index, desk": "/working-times/extra",
        "bank_holidays.show, desk": "/working-times/bank-holidays",
        "booking_rules.show, desk": "/working-times/rules",
        "calendars_outside.show, desk": "/settings/calendars",
        "operator.show, operator": "/operator",
    }
    db.session.commit()
    return addresses


def test_every_page_has_what_a_person_needs(visitors, addresses):
    for name, path in addresses.items():
        answer = visitors.open(name, path)
        assert answer.status_code == 200, name
        page = read(answer.text)
        _check_page(name, page)
        _check_piece(name, page, nonce_of(answer))


def test_every_fragment_stands_alone(visitors, addresses):
    for name, path in addresses.items():
        answer = visitors.open(name, path, HX_Request="true")
        assert answer.status_code == 200, name
        assert "<html" not in answer.text, name
        fragment = read(answer.text)
        assert "id" in fragment.elements[0].attributes, f"{name} carries no id of its own"
        _check_piece(name, fragment, nonce_of(answer))


def test_every_page_is_looked_at(app, addresses):
    looked_at = {name.split(",")[0] for name in addresses}
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert {page for page in pages if page.split(".")[0] not in NO_PAGES} <= looked_at


def test_what_a_client_types_is_shown_as_text(visitors, addresses):
    for name, path in addresses.items():
        assert "<b>I</b>" not in visitors.open(name, path).text, name


@pytest.mark.parametrize("path", ["/nowhere", "/s/wrong", "/o/wrong", "/sign-out"])
def test_error_pages_are_pages_too(http, mara, path):
    answer = http.get(path)
    assert answer.status_code in (404, 405)
    _check_page(path, read(answer.text))


class Visitors:
    """A client, a therapist and an operator, each at a browser; a page is opened by whom it is for."""

    def __init__(self, app: Flask) -> None:
        self._anybody, self._mara, self._olive = app.test_client(), app.test_client(), app.test_client()
        sign_in(self._mara)
        sign_in(self._olive, "olive@example.com")

    def open(self, name: str, path: str, **headers: str) -> TestResponse:
        visitor = self._mara if "desk" in name else self._olive if "operator" in name else self._anybody
        return visitor.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.fixture
def visitors(app: Flask, addresses: dict[str, str]) -> Visitors:
    return Visitors(app)


def _check_page(name: str, page: Document) -> None:
    (html,) = page.all("html")
    assert html.attributes["lang"] == "en", name
    (title, *_svg) = page.all("title")
    assert re.fullmatch(r"\S.* · Holdfast", title.text), f"{name} has the title {title.text!r}"
    assert len(page.all("h1")) == 1, f"{name} has {len(page.all('h1'))} h1"
    assert len(page.all("main")) == 1, name
    assert page.by_id("announcer"), name
    assert page.by_id("notice"), name


def _check_piece(name: str, piece: Document, nonce: str) -> None:
    _check_labels(name, piece)
    _check_forms(name, piece)
    ids = [element.attributes["id"] for element in piece.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids)), f"{name} uses an id twice: {sorted(ids)}"
    for element in piece.elements:
        sends = any(attribute.startswith("hx-") for attribute in element.attributes)
        assert not sends or element.attributes["hx-nonce"] == nonce, f"{name}: {element}"
        inline = {attribute for attribute in element.attributes if attribute.startswith("on") or attribute == "style"}
        assert not inline, f"{name}: {element} would be blocked by the policy"
        target = element.attributes.get("hx-target", "")
        assert not target or piece.by_id(target.removeprefix("#")), f"{name}: {target} is not there"


def _check_labels(name: str, piece: Document) -> None:
    labelled = {label.attributes.get("for") for label in piece.all("label")}
    for control in piece.all("input", "select", "textarea"):
        if control.attributes.get("type") in NAMED_OTHERWISE:
            continue
        within = any(each.tag == "label" for each in control.inside)
        assert within or control.attributes.get("id") in labelled, f"{name}: {control} has no label"
    for button in piece.all("button"):
        assert button.text.strip(), f"{name}: {button} says nothing"


def _check_forms(name: str, piece: Document) -> None:
    tokens = [field.inside for field in piece.all("input") if field.attributes.get("name") == "csrf_token"]
    for form in piece.all("form"):
        has_token = any(form in inside for inside in tokens)
        assert has_token == (form.attributes["method"] == "post"), f"{name}: {form}"
        if form.attributes.get("id") != "sign-in":  # that one goes where its page is, for what stands behind the `#`
            assert form.attributes["action"].startswith("/"), f"{name}: {form} would go wherever the page is"


def test_wherever_a_name_is_marked_as_one_its_own_letters_lay_it_out():
    for path in PAGES:
        for element in read(re.sub(r"\{%.*?%\}", "", path.read_text(), flags=re.DOTALL)).elements:
            if "name" in element.attributes.get("class", "").split():
                assert element.attributes.get("dir") == "auto", (path.name, str(element))


class Turned(HTMLParser):
    """Where a name that begins in Hebrew would turn the words around it, or be laid out from left to right."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name, self.found = name, []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        told = [text for name, text in attributes if name not in ("value", "href") and text]
        self.found += [text for text in told if self.name in text.partition("\u2068")[0]]
        if tag not in VOID:
            self._open.append((tag, tag == "bdi" or ("dir", "auto") in attributes))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, text: str) -> None:
        by_itself = any(by_itself for _, by_itself in self._open)
        if self.name in text.partition("\u2068")[0] and not by_itself:
            self.found.append(text.strip())


def test_a_name_is_laid_out_by_its_own_letters_on_every_page(app, http, addresses):
    db.session.execute(update(Client).values(name="נועה Kern (18)"))
    db.session.commit()
    sign_in(http)
    shown = 0
    for name, address in addresses.items():
        if "desk" in name:
            page = http.get(address).text
            turned = Turned("נועה")
            turned.feed(page)
            assert turned.found == [], (name, turned.found)
            shown += "נועה" in page
    assert shown > 10
