"""The manifest, the service worker and the offline page: what browsers are told before anybody is signed in."""

import json
import re

import pytest

from app.assets import STATIC, asset, content
from app.booking.personal_link import PersonalLink
from app.database import db
from tests import world
from tests.blueprints.pages import read, sign_in


@pytest.fixture
def manifest(http) -> dict:
    answer = http.get("/manifest.webmanifest")
    assert answer.mimetype == "application/manifest+json"
    return answer.get_json()


def test_the_app_starts_with_today_and_has_a_name_of_its_own(manifest):
    assert (manifest["id"], manifest["scope"], manifest["start_url"]) == ("/", "/", "/dashboard")
    assert manifest["display"] == "standalone"
    assert [(each["name"], each["url"]) for each in manifest["shortcuts"]] == [
        ("Today", "/dashboard"),
        ("To answer", "/dashboard#to-answer"),
    ]


def test_every_picture_of_the_manifest_is_there_and_never_changes(http, manifest):
    pictures = manifest["icons"] + manifest.get("screenshots", [])
    assert {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]} == {
        (size, purpose) for size in ("192x192", "512x512") for purpose in ("any", "maskable")
    }
    for picture in pictures:
        answer = http.get(picture["src"])
        assert (answer.status_code, answer.mimetype) == (200, picture["type"])
        assert "immutable" in answer.headers["Cache-Control"]


def test_the_screenshots_have_a_shape_that_browsers_show(manifest):
    """As Chromium asks for it: neither small nor huge, the long side at most 2.3 times the short one."""
    for picture in manifest.get("screenshots", []):
        width, height = map(int, picture["sizes"].split("x"))
        assert 320 <= min(width, height) <= max(width, height) <= min(3840, 2.3 * min(width, height))
        assert (width > height) == (picture["form_factor"] == "wide")


def test_only_the_desk_can_be_installed(http, request_of_ines):
    """Public pages have its icon for bookmarks; what a client opens from a mail leaves nothing in their browser."""

    def links(path: str) -> set[str]:
        found = {link.attributes["rel"] for link in read(http.get(path).text).all("link")}
        return found & {"manifest", "apple-touch-icon"}

    for path in ("/", "/t/mara-lindt", "/sign-in"):
        assert links(path) == {"apple-touch-icon"}, path
    token = PersonalLink.to_session(request_of_ines.id).token
    assert links(f"/s/{token}") | links("/s/nobody") == set()
    sign_in(http)
    assert links("/dashboard") == {"manifest", "apple-touch-icon"}


def test_browsers_that_ask_for_an_icon_without_reading_a_page_get_one(http):
    answer = http.get("/favicon.ico")
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert answer.data == content("icon-192.png")
    assert answer.headers["Cache-Control"] == "public, max-age=86400"


def test_crawlers_may_open_every_page(http):
    answer = http.get("/robots.txt")
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    assert answer.text == "User-agent: *\nDisallow:\n"
    assert "X-Robots-Tag" not in answer.headers


def test_the_worker_is_asked_for_again_each_time_and_may_do_little(http):
    answer = http.get("/service-worker.js")
    assert (answer.status_code, answer.mimetype) == (200, "text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; connect-src 'self';")
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    same = http.get("/service-worker.js", headers={"If-None-Match": answer.headers["ETag"]})
    assert same.status_code == 304


def test_its_list_is_fixed_public_and_there(http):
    script = (content("service-worker.js") or b"").decode()
    found = re.search(r'\["/offline"[^\]]*\]', script)
    assert found
    fixed = set(json.loads(found[0]))
    assert fixed == {"/offline", asset("app.css"), asset("offline.js")}
    assert all(http.get(address).status_code == 200 for address in fixed)
    assert re.search(r'"holdfast-[A-Z2-7]{8}"|`holdfast-', script)


def test_the_offline_page_is_the_same_for_everybody(http, mara):
    before = http.get("/offline")
    assert "no-store" not in before.headers["Cache-Control"]
    assert "Set-Cookie" not in before.headers
    sign_in(http)
    page = http.get("/offline")
    assert "Mara" not in page.text
    assert [form for form in read(page.text).all("form")] == []
    assert asset("offline.js") in page.text
    assert asset("desk.js") not in page.text


def test_the_offline_page_is_kept_in_the_language_of_the_browser(http):
    page = http.get("/offline", headers={"Accept-Language": "de-DE,de;q=0.9,en;q=0.5"}).text
    assert "Holdfast ist nicht erreichbar" in page
    assert "?lang=" not in page  # no other language can be fetched from it


def test_the_page_and_its_worker_stay_small():
    for name, most in (("offline.js", 1024), ("service-worker.js", 3 * 1024)):
        built = next((STATIC / "dist").glob(f"{name.removesuffix('.js')}-????????.js.br"))
        assert built.stat().st_size <= most, name


def test_what_a_device_keeps_names_nobody_and_no_place(http, mara, really_today):
    session = world.INES.is_booked(mara, world.in_days(2, "10:00"), words="It is about my sleep.")
    session.starts_at, session.ends_at = world.in_days(0, "10:00"), world.in_days(0, "10:50")
    db.session.commit()
    sign_in(http)
    answer = http.get("/dashboard/kept")
    assert answer.headers["Cache-Control"] == "no-store"
    kept = answer.get_json()
    assert kept["sessions"] == [{"time": "10:00–10:50", "initials": "I. K.", "kind": "In person", "status": ""}]
    assert kept["date"] == f"{world.in_days(0):%Y-%m-%d}"
    for private in ("Ines", "Keller", "Room", "Harley", "sleep", "Mara", "mara@example.com"):
        assert private not in answer.text


def test_it_holds_todays_live_sessions_alone(http, mara, really_today):
    tomorrow, today = (world.in_days(day, "10:00") for day in (1, 0))
    world.JONAS.is_booked(mara, tomorrow)
    cancelled = world.ADA.is_booked(mara, world.in_days(2, "10:00"))
    cancelled.cancel(by="client")
    cancelled.starts_at, cancelled.ends_at = today, world.in_days(0, "10:50")
    db.session.commit()
    sign_in(http)
    assert http.get("/dashboard/kept").get_json()["sessions"] == []


def test_each_therapist_has_a_mark_of_their_own(http, mara, otto):
    marks = []
    for email in ("mara@example.com", "otto@example.com"):
        other = http.application.test_client()
        sign_in(other, email)
        marks.append(other.get("/dashboard/kept").get_json()["owner"])
    assert len({*marks}) == 2
    assert http.get("/dashboard/kept").status_code == 303
