"""Headers on every answer, and who may look at what."""

import gzip
import re
import secrets

import pytest
from flask import Blueprint, Flask
from werkzeug.test import TestResponse

from app.booking.personal_link import PersonalLink
from app.database import db
from app.forms.tokens import unmasked
from app.practice.user import User
from app.web import access
from app.web.security import KEPT_BY_CALENDARS
from tests.blueprints.pages import form_token, nonce_of, read, sign_in
from tests.world import CHEAP_HASH, PASSWORD

SWAP = {"HX-Request": "true", "HX-Target": "section#week"}


@pytest.fixture
def link(request_of_ines) -> str:
    token = PersonalLink.to_session(request_of_ines.id).token
    db.session.commit()
    return f"/s/{token}"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/t/mara-lindt", 200),
        ("/sign-in", 200),
        ("/dashboard", 303),
        ("/nowhere", 404),
        ("/s/wrong", 404),
        ("/sign-out", 405),
        ("/static/icons/holdfast.svg", 200),
        ("/static/nowhere.css", 404),
    ],
)
def test_every_answer_is_protected(http, mara, path, status):
    answer = http.get(path)
    assert answer.status_code == status
    assert answer.headers["Strict-Transport-Security"] == "max-age=63072000"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Referrer-Policy"] in ("same-origin", "no-referrer")


def test_the_policy_lets_only_our_own_script_run(http, mara):
    first, second = http.get("/t/mara-lindt"), http.get("/t/mara-lindt")
    assert nonce_of(first) != nonce_of(second)
    policy = first.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "require-trusted-types-for 'script'; trusted-types htmx" in policy
    assert {script.attributes["nonce"] for script in read(first.text).all("script")} == {nonce_of(first)}


def test_a_fragment_carries_its_own_nonce(http, mara):
    week = http.get("/t/mara-lindt", headers=SWAP)
    nonces = {each.attributes["hx-nonce"] for each in read(week.text).elements if "hx-nonce" in each.attributes}
    assert nonces == {nonce_of(week)}
    assert week.text.lstrip().startswith("<section id=")
    assert "HX-Request" in week.headers["Vary"]
    assert "HX-Request" in http.get("/t/mara-lindt").headers["Vary"]


def test_boosted_and_restored_pages_are_whole(http, mara):
    for more in ({"HX-Boosted": "true"}, {"HX-History-Restore-Request": "true"}):
        assert "<!doctype html>" in http.get("/t/mara-lindt", headers=SWAP | more).text


def test_nothing_private_is_kept_by_a_browser(http, mara, link):
    for path, headers in ((link, {}), ("/sign-in", {}), ("/nowhere", {}), ("/t/mara-lindt", SWAP), ("/dashboard", {})):
        assert http.get(path, headers=headers).headers["Cache-Control"] == "no-store", path
    sign_in(http)
    for path in ("/dashboard", "/sessions", "/settings"):
        assert http.get(path).headers["Cache-Control"] == "no-store", path


def test_only_what_calendars_read_is_kept_by_them_and_only_while_it_is_there(app, http):
    kept = [rule for rule in app.url_map.iter_rules() if rule.endpoint in KEPT_BY_CALENDARS]
    assert sorted(rule.endpoint for rule in kept) == ["feeds.of_session", "feeds.of_therapist"]
    for rule in kept:
        assert access.access_of(rule.endpoint) == access.PERSONAL_LINK
        assert rule.rule.endswith(".ics")
    for path in ("/feeds/wrong.ics", "/feeds/sessions/1/wrong.ics"):
        assert http.get(path).headers["Cache-Control"] == "no-store", path


def test_only_public_pages_may_be_found_by_a_search_engine(http, mara, link):
    for path in ("/", "/t/mara-lindt", f"/t/mara-lindt?type={mara.session_types[0].id}"):
        assert "X-Robots-Tag" not in http.get(path).headers, path
    private = [http.get(path) for path in (link, "/sign-in", "/nowhere", "/s/wrong")]
    sign_in(http)
    for answer in (*private, http.get("/dashboard")):
        assert answer.headers["X-Robots-Tag"] == "noindex", answer.request.path


def test_a_public_page_may_be_kept_but_is_asked_for_again(http, mara):
    assert http.get("/").headers["Cache-Control"] == "private, no-cache"


def test_a_personal_link_tells_no_other_site_its_address(http, link):
    assert http.get(link).headers["Referrer-Policy"] == "no-referrer"


def test_a_form_without_its_token_changes_nothing(http, mara, link, request_of_ines):
    answer = http.post(f"{link}/cancellation")
    assert answer.status_code == 400
    assert "reload the page" in answer.text
    db.session.expire_all()
    assert request_of_ines.status == "requested"


def test_a_swapped_form_without_its_token_stays_and_gets_a_fresh_one(http, mara, link):
    answer = http.post(f"{link}/cancellation", headers={"HX-Request": "true", "HX-Target": "section#session"})
    assert answer.status_code == 400
    assert answer.headers["HX-Retarget"] == "#notice"
    fresh = next(each.attributes["data-form-token"] for each in read(answer.text).all("span"))
    again = http.post(f"{link}/cancellation", data={"csrf_token": fresh})
    assert again.status_code == 303


def test_strangers_are_asked_to_sign_in_and_come_back(http, mara):
    answer = http.get("/sessions?page=2")
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/sessions?page%3D2")
    assert http.get("/dashboard", headers={"HX-Request": "true"}).headers["HX-Redirect"].startswith("/sign-in")
    typed = {"csrf_token": form_token(http)}
    assert http.post("/sign-out", data=typed).location == "/sign-in"


def test_the_wrong_person_learns_nothing(http, mara, otto, request_of_ines):
    sign_in(http, "otto@example.com")
    pages = [http.get(path) for path in ("/operator", f"/sessions/{request_of_ines.id}", "/sessions/999", "/nowhere")]
    assert [page.status_code for page in pages] == [404] * 4
    told = {re.search(r"<main\b[^>]*>(.*)</main>", page.text, re.DOTALL)[1] for page in pages}
    assert len(told) == 1, "the frame of the desk is around each; only what is in it could tell"


def test_an_operator_is_no_therapist(http, app):
    db.session.add(User(email="olive@example.com", name="Olive", password_hash=CHEAP_HASH, is_operator=True))
    db.session.commit()
    sign_in(http, "olive@example.com")
    assert http.get("/operator").status_code == 200
    assert http.get("/dashboard").status_code == 404


def test_after_signing_out_the_old_cookie_opens_nothing(http, mara):
    sign_in(http)
    cookie = http.get_cookie(http.application.config["SESSION_COOKIE_NAME"])
    answer = http.post("/sign-out", data={"csrf_token": form_token(http, "/settings")})
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert http.get_cookie(http.application.config["SESSION_COOKIE_NAME"]) is None
    assert cookie
    http.set_cookie(cookie.key, cookie.value)
    assert http.get("/dashboard").status_code == 303


@pytest.mark.parametrize(
    "url",
    [
        *("//evil.example", "/\\evil.example", "/%2f%2fevil.example", "/%5cevil.example", "/%252f%252fevil.example"),
        *("https://evil.example", "javascript:alert(1)", "/\tevil", "/a\r\nLocation:/b", "evil", "", None),
    ],
)
def test_signing_in_never_leads_to_another_site(url):
    assert access.safe_next(url) == "/dashboard"


@pytest.mark.parametrize("url", ["/sessions/3", "/sessions?from=2026-11-24", "/sessions/3/rearrangement?reason=own"])
def test_signing_in_leads_back_to_the_page_that_was_wanted(url):
    assert access.safe_next(url) == url


def test_a_view_that_does_not_say_who_may_call_it_stops_the_start():
    app, bp = Flask("undeclared"), Blueprint("bp", __name__)
    bp.get("/open")(access.public(lambda: ""))
    app.register_blueprint(bp)
    access.init_app(app)
    access.check(app)
    app.get("/forgotten")(lambda: "")
    with pytest.raises(RuntimeError, match="who may call them: <lambda>"):
        access.check(app)


def test_what_broke_is_told_in_our_words_and_logged_without_the_address(http, app, link, caplog, monkeypatch):
    monkeypatch.setitem(app.config, "TESTING", False)
    monkeypatch.setattr(app, "testing", False)

    def broken(*_args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(PersonalLink, "find", broken)
    answer = http.get(link)
    assert answer.status_code == 500
    assert "then try once more" in answer.text
    assert answer.headers["Content-Security-Policy"]
    assert "/s/<token>" in caplog.text
    assert link not in caplog.messages[0]


GZIP = {"Accept-Encoding": "br, gzip"}


def unpacked(answer: TestResponse) -> str:
    return gzip.decompress(answer.data).decode()


@pytest.mark.parametrize("path", ["/", "/t/mara-lindt", "/?kind=video"])
def test_public_pages_are_sent_compressed(http, mara, path):
    plain, packed = http.get(path), http.get(path, headers=GZIP)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert unpacked(packed).replace(nonce_of(packed), "") == plain.text.replace(nonce_of(plain), "")
    assert packed.content_length == len(packed.data) < len(plain.data) / 2


def test_who_cannot_read_gzip_gets_the_page_as_it_is(http, mara):
    assert "Content-Encoding" not in http.get("/", headers={"Accept-Encoding": "gzip;q=0, br"}).headers


def test_a_page_for_one_person_is_compressed_when_nothing_in_its_address_was_chosen(http, mara, link):
    sign_in(http)
    for path in ("/dashboard", link):
        assert http.get(path, headers=GZIP).headers["Content-Encoding"] == "gzip", path
    for path in ("/dashboard?more=guess", "/sessions?page=1", f"{link}?csrf_token=guess", "/sign-in?next=/guess"):
        assert "Content-Encoding" not in http.get(path, headers=GZIP).headers, path


def test_the_length_of_a_page_for_one_person_tells_little(http, mara, monkeypatch):
    sign_in(http)
    lengths = set()
    for blur in (0, 30, 60):  # the masked tokens alone make a difference of a few bytes
        monkeypatch.setattr(secrets, "randbelow", lambda most, blur=blur: min(blur, most - 1))
        answer = http.get("/dashboard", headers=GZIP)
        lengths.add(len(answer.data))
        assert "Today" in unpacked(answer)
    assert len(lengths) == 3


def test_refusals_and_what_was_sent_by_a_form_are_not_compressed(http, mara, link):
    assert "Content-Encoding" not in http.get("/nowhere", headers=GZIP).headers
    answer = http.post("/sign-in", data={"csrf_token": form_token(http), "email": "guess"}, headers=GZIP)
    assert "Content-Encoding" not in answer.headers


def test_a_form_token_is_never_written_the_same_way_twice(http, mara):
    first, second = form_token(http), form_token(http)
    assert unmasked(first).split(".")[0] == unmasked(second).split(".")[0]
    first_pieces, second_pieces = ({token[n : n + 8] for n in range(len(token) - 8)} for token in (first, second))
    assert not first_pieces & second_pieces


def test_a_page_that_was_open_before_tokens_were_masked_still_works(http, mara):
    typed = {"email": "mara@example.com", "password": PASSWORD, "csrf_token": unmasked(form_token(http))}
    assert http.post("/sign-in", data=typed).status_code == 303


@pytest.mark.parametrize("sent", ["", "x", "guess", "ÿ", "=" * 9, "A" * 43, "a.b.c", "."])
def test_what_was_never_a_form_token_is_refused_as_such(http, mara, sent):
    assert http.post("/sign-in", data={"csrf_token": sent}).status_code == 400


def test_https_for_names_below_the_host_is_the_operators_choice(app, http):
    app.config["HSTS_SUBDOMAINS"] = True
    assert http.get("/").headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
