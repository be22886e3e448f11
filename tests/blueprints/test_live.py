"""Open pages ask whether anything has changed: cheaply, and nobody learns what is not theirs."""

import re

import pytest

from app.booking.personal_link import PersonalLink
from app.database import db
from app.practice.user import SignIn
from app.web.security import HEADERS
from tests import world
from tests.blueprints.pages import form_token, read, sign_in
from tests.statements import statements

SWAP = {"HX-Request": "true"}


def seen_on(http, path: str) -> str:
    return next(one.attributes["data-seen"] for one in read(http.get(path).text).all("main"))


def ask(http, seen: str, path: str = "/live"):
    return http.get(path, headers={"If-None-Match": f'"{seen}"'})


@pytest.fixture
def desk(http, mara, request_of_ines):
    """Mara's browser, with a request by Ines in her diary."""
    sign_in(http)
    return http


@pytest.fixture
def link(request_of_ines) -> str:
    token = PersonalLink.to_session(request_of_ines.id).token
    db.session.commit()
    return f"/s/{token}"


@pytest.mark.parametrize("path", ["/dashboard", "/sessions", "/sessions/{}", "/calendar", "/sessions/{}/relocation"])
def test_while_nothing_happens_a_page_is_answered_304(desk, request_of_ines, path):
    seen = seen_on(desk, path.format(request_of_ines.id))
    answer = ask(desk, seen)
    assert (answer.status_code, answer.data) == (304, b"")
    assert answer.headers["Cache-Control"] == "no-store"
    assert set(HEADERS.items()) <= set(answer.headers.items())
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in answer.headers


def test_asking_costs_one_indexed_read(desk, link):
    seen, of_client = seen_on(desk, "/dashboard"), seen_on(desk, link)
    for path, number in (("/live", seen), (f"{link}/live", of_client)):
        with statements() as sent:
            assert ask(desk, number, path).status_code == 304
        assert len(sent) == 1, sent


def test_what_others_did_is_told_and_counted(desk, mara, request_of_ines):
    seen = seen_on(desk, "/dashboard")
    request_of_ines.cancel(by="client")
    world.JONAS.asks(mara, world.in_days(4))
    news = ask(desk, seen).json
    assert news["to_answer"] == 1
    assert re.fullmatch(r"Ines K\. cancelled the session\. Jonas P\. asked for .*\. 1 to answer\.", news["said"])
    assert ask(desk, news["seen"]).status_code == 304


def test_much_at_once_is_told_in_a_word(desk, mara):
    seen = seen_on(desk, "/dashboard")
    for day in (4, 5, 6):
        world.Person(f"Client {day}", f"c{day}@example.net").asks(mara, world.in_days(day))
    assert ask(desk, seen).json["said"] == "Several sessions have changed. 4 to answer."


def test_what_the_therapist_did_elsewhere_is_shown_and_not_told(desk, request_of_ines):
    seen = seen_on(desk, "/dashboard")
    request_of_ines.confirm()
    db.session.commit()
    news = ask(desk, seen).json
    assert (news["said"], news["to_answer"], news["session"]) == ("", 0, None)


def test_a_form_learns_whether_its_own_session_has_changed(desk, mara, request_of_ines):
    path = f"/sessions/{request_of_ines.id}/rearrangement?reason=own"
    form = read(desk.get(path).text).by_id("rearrangement")
    seen, watch = seen_on(desk, path), f"/live?session={request_of_ines.id}"
    world.JONAS.asks(mara, world.in_days(4))
    news = ask(desk, seen, watch).json
    assert str(news["session"]) == form.attributes["data-revision"]
    request_of_ines.cancel(by="client")
    db.session.commit()
    assert str(ask(desk, news["seen"], watch).json["session"]) != form.attributes["data-revision"]


def test_a_change_of_ones_own_need_not_be_fetched_again(desk, mara, request_of_ines):
    seen = seen_on(desk, "/dashboard")
    typed = {"csrf_token": form_token(desk, "/settings")}
    answer = desk.post(f"/bookings/{request_of_ines.id}/confirmation", data=typed, headers=SWAP)
    before, after, to_answer = answer.headers["Holdfast-Seen"].split("-")
    assert (before, to_answer) == (seen.partition(".")[0], "0")
    assert ask(desk, f"{after}.{seen.partition('.')[2]}").status_code == 304


def test_a_client_is_told_only_that_the_page_has_changed(http, request_of_ines, link):
    seen = seen_on(http, link)
    assert ask(http, seen, f"{link}/live").status_code == 304
    request_of_ines.confirm()
    db.session.commit()
    answer = ask(http, seen, f"{link}/live")
    assert set(answer.json) == {"seen"}
    assert ask(http, answer.json["seen"], f"{link}/live").status_code == 304


def test_an_offer_that_is_withdrawn_changes_the_clients_page(http, offer_to_ines):
    token = PersonalLink.to_offer(offer_to_ines.booking_id, offer_to_ines.id).token
    db.session.commit()
    seen = seen_on(http, f"/o/{token}")
    assert ask(http, seen, f"/o/{token}/live").status_code == 304
    offer_to_ines.withdraw()
    db.session.commit()
    assert ask(http, seen, f"/o/{token}/live").status_code == 200


def test_a_clients_own_change_need_not_be_fetched_again(http, link):
    seen = seen_on(http, link)
    answer = http.post(f"{link}/cancellation", data={"csrf_token": form_token(http, link)}, headers=SWAP)
    before, after = answer.headers["Holdfast-Seen"].split("-")
    assert before == seen
    assert ask(http, after, f"{link}/live").status_code == 304


def test_what_happens_to_others_changes_nothing_here(desk, otto, link):
    seen, of_client = seen_on(desk, "/dashboard"), seen_on(desk, link)
    world.ADA.asks(otto, world.in_days(4))
    assert ask(desk, seen).status_code == 304
    assert ask(desk, of_client, f"{link}/live").status_code == 304


def test_a_stranger_learns_nothing(http, mara, link):
    assert ask(http, "0.0").location == "/sign-in?next=/live"
    for path in ("/s/wrong/live", "/o/wrong/live", link.replace("/s/", "/o/") + "/live"):
        assert ask(http, "0", path).status_code == 404


@pytest.mark.parametrize("cookie", ["", "x", "e30.aSHHaQ.wrong", "e30", "%00", "é"])
def test_a_cookie_that_is_none_of_ours_opens_nothing(http, mara, cookie):
    http.set_cookie(http.application.config["SESSION_COOKIE_NAME"], cookie)
    assert ask(http, f"{mara.diary_revision}.0").status_code == 303


@pytest.mark.parametrize("path", ["/live", "/s/wrong/live", "/o/wrong/live", "/x/wrong/live"])
def test_having_seen_nothing_is_no_number(http, mara, path):
    assert ask(http, "None", path).status_code == (303 if path == "/live" else 404)


def test_a_sign_in_of_nobody_opens_nothing(desk, mara):
    with desk.session_transaction() as session:
        session["_user_id"] = None
    assert ask(desk, f"{mara.diary_revision}.0").status_code == 303


def test_under_a_name_that_is_not_ours_nothing_is_told(desk, link, monkeypatch):
    seen, of_client = seen_on(desk, "/dashboard"), seen_on(desk, link)
    monkeypatch.setitem(desk.application.config, "TRUSTED_HOSTS", ["desk.example"])
    assert ask(desk, seen).status_code == 400
    assert ask(desk, of_client, f"{link}/live").status_code == 400
    monkeypatch.setitem(desk.application.config, "TRUSTED_HOSTS", ["localhost"])
    assert ask(desk, seen).status_code == 304


def test_it_ends_with_the_sign_in(desk, mara):
    seen = seen_on(desk, "/dashboard")
    db.session.execute(db.update(SignIn).values(ended_at=SignIn.started_at))
    assert ask(desk, seen).status_code == 303


@pytest.mark.parametrize("seen", ["", "x", "-1.5", "99.99999999999999999999", "77.2.3", "%00", "9" * 400])
def test_what_nobody_can_have_seen_is_an_old_page(desk, link, seen):
    assert ask(desk, seen).status_code == 200
    assert ask(desk, seen, f"{link}/live").status_code == 200


def test_the_title_says_how_many_wait_for_an_answer(desk, request_of_ines):
    assert "<title>(1) Today · Holdfast</title>" in desk.get("/dashboard").text
    request_of_ines.confirm()
    db.session.commit()
    assert "<title>Today · Holdfast</title>" in desk.get("/dashboard").text


@pytest.mark.parametrize("path", ["/sessions", "/calendar", "/settings", "/working-times", "/sessions/{}/relocation"])
def test_every_page_of_the_desk_says_so_and_goes_on_asking(desk, request_of_ines, path):
    page = desk.get(path.format(request_of_ines.id)).text
    assert "<title>(1) " in page
    assert 'data-watch="/live' in page
