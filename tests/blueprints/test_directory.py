"""Finding a therapist: each filter alone and together, the order, the pages, and what the cards promise."""

import re
from datetime import datetime, timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
import time_machine

from app import clock
from app.database import db
from app.jobs.sweeps import run
from app.practice.session_type import SessionType
from app.practice.therapist import Therapist
from app.scheduling import directory
from app.scheduling.time_off import TimeOff
from app.wording import clock_time, short_day
from tests.blueprints import odd_text
from tests.blueprints.pages import read
from tests.engines.fixtures import Http
from tests.statements import statements
from tests.world import INES, add_therapist, in_days

LONDON = "Europe/London"
EVERY_WISH = {"kind": "video", "type": "first_talk", "language": "German"}


@pytest.fixture(autouse=True)
def _languages_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "KEEP_SECONDS", 0)


@pytest.fixture
def practice(app) -> dict[str, Therapist]:
    """Mara: everywhere, in English and German. Otto: first talks by video, in German. Noor: in a room, in Dutch."""
    mara, otto, noor = (add_therapist(name) for name in ("Mara Lindt", "Otto Brandt", "Noor de Vries"))
    mara.languages, otto.languages, noor.languages = "English, German", "German", "Dutch,Low German"
    otto.session_types.append(SessionType(name="First talk", kind="first_talk", minutes=20))
    for location in otto.locations:
        location.active = location.kind == "video"
    for location in noor.locations:
        location.active = location.name == "Room 1"
    noor.session_types[0].kind = "couples"
    known()
    return {"mara": mara, "otto": otto, "noor": noor}


def known() -> None:
    """The directory has heard of every change."""
    db.session.commit()
    run("refresh_openings")


def close(therapist: Therapist, first: int, last: int) -> None:
    """Days from today on which nothing can be booked."""
    db.session.add(
        TimeOff(therapist_id=therapist.id, starts_at=in_days(first, "00:00"), ends_at=in_days(last, "23:59"))
    )


def names(http: Http, **asked: object) -> list[str]:
    answer = http.get(f"/?{urlencode(asked)}")
    assert answer.status_code == 200
    return [heading.text for heading in read(answer.text).all("h2")]


def links(http: Http, **asked: object) -> dict[str, str]:
    page = read(http.get(f"/?{urlencode(asked)}").text)
    return {" ".join(link.text.split()): link.attributes["href"] for link in page.all("a")}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["Mara Lindt", "Noor de Vries", "Otto Brandt"]),
        ({"kind": "in_person"}, ["Mara Lindt", "Noor de Vries"]),
        ({"kind": "video"}, ["Mara Lindt", "Otto Brandt"]),
        ({"kind": "phone"}, ["Mara Lindt"]),
        ({"type": "first_talk"}, ["Otto Brandt"]),
        ({"type": "couples"}, ["Noor de Vries"]),
        ({"type": "group"}, []),
        ({"language": "German"}, ["Mara Lindt", "Otto Brandt"]),
        ({"language": "Low German"}, ["Noor de Vries"]),
        ({"language": "English"}, ["Mara Lindt"]),
        ({"kind": "video", "type": "individual"}, ["Mara Lindt", "Otto Brandt"]),
        ({"kind": "video", "language": "English"}, ["Mara Lindt"]),
        ({"kind": "in_person", "type": "first_talk"}, []),
        (EVERY_WISH, ["Otto Brandt"]),
    ],
)
def test_each_wish_alone_and_together(practice, http, asked, found):
    assert names(http, **asked) == found


def test_free_on_a_day(practice, http):
    close(practice["mara"], 5, 5)
    close(practice["otto"], 4, 4)
    known()
    fourth, fifth = in_days(4).date(), in_days(5).date()
    assert names(http, on=fourth) == ["Mara Lindt", "Noor de Vries"]
    assert names(http, on=fifth) == ["Noor de Vries", "Otto Brandt"]
    assert names(http, on=fifth, kind="video", sort="soonest") == ["Otto Brandt"]
    assert names(http, on=fifth - timedelta(days=30)) == []
    assert names(http, on=fifth + timedelta(days=300)) == []


def test_the_soonest_come_first(practice, http):
    close(practice["mara"], 0, 6)
    close(practice["noor"], 0, 3)
    known()
    assert names(http, sort="soonest") == ["Otto Brandt", "Noor de Vries", "Mara Lindt"]
    assert names(http, sort="soonest", kind="in_person") == ["Noor de Vries", "Mara Lindt"]
    assert names(http, sort="soonest", type="individual") == ["Otto Brandt", "Mara Lindt"]
    assert names(http, sort="soonest", language="German", kind="phone") == ["Mara Lindt"]


def test_who_has_no_free_time_is_told_so_and_left_out_of_what_is_free(practice, http):
    close(practice["mara"], 0, 90)
    known()
    page = http.get("/").text
    assert page.count("No free time in the next 60 days") == 1
    assert names(http) == ["Mara Lindt", "Noor de Vries", "Otto Brandt"]
    assert "Mara Lindt" not in names(http, sort="soonest") + names(http, kind="video") + names(http, type="individual")
    assert links(http)["Mara Lindt"] == "/t/mara-lindt"


def test_the_card_tells_a_time_that_the_page_behind_it_offers_first(practice, http):
    page = http.get("/?kind=video&type=first_talk").text
    told = re.search(r"Next free:</span> <strong>(.+?)</strong> <span[^>]*>(.+?)</span>", page)
    assert told
    assert told[2] == "London time"
    address = unescape(links(http, kind="video", type="first_talk")["Otto Brandt"])
    slots = [link for link in read(http.get(address).text).all("a") if "data-start" in link.attributes]
    first = slots[0]
    assert told[1].endswith(f", {first.text.strip()}")
    otto = practice["otto"]
    video = next(location for location in otto.locations if location.kind == "video")
    assert f"location={video.id}" in address
    first_talk = next(one for one in otto.session_types if one.kind == "first_talk")
    assert f"type={first_talk.id}" in address


def test_what_was_just_booked_is_no_longer_told(practice, http):
    before = re.findall("<strong>(.+?)</strong>", http.get("/?language=English").text)
    mara = practice["mara"]
    address = unescape(links(http, language="English")["Mara Lindt"])
    first = next(link for link in read(http.get(address).text).all("a") if "data-start" in link.attributes)
    start = datetime.fromisoformat(first.attributes["data-start"])
    INES.asks(mara, start)
    known()
    assert re.findall("<strong>(.+?)</strong>", http.get("/?language=English").text) != before


def test_time_that_passes_needs_no_worker(practice, http):
    """The notice moves on while every worker is away: nothing is told that can no longer be booked."""
    tomorrow = in_days(2, "13:10")
    with time_machine.travel(tomorrow, tick=False):
        told = re.findall("<strong>(.+?)</strong>", http.get("/?language=English").text)
        first = tomorrow + timedelta(hours=24, minutes=20)  # the notice, and then the next half hour
        assert told == [f"{short_day(first, LONDON)}, {clock_time(first, LONDON)}"]
        assert names(http, on=tomorrow.date()) == []
        assert len(names(http, on=tomorrow.date() + timedelta(days=1))) == 3
    with time_machine.travel(in_days(2, "19:30"), tick=False):
        assert names(http, on=tomorrow.date() + timedelta(days=1)) == []


def test_who_is_not_listed_is_not_found(practice, http):
    practice["otto"].listed = False
    assert names(http, **EVERY_WISH) == []
    assert names(http) == ["Mara Lindt", "Noor de Vries"]
    assert "Otto Brandt" not in names(http, sort="soonest")


def test_many_are_shown_a_page_at_a_time(app, http):
    for number in range(29):
        add_therapist(f"Therapist {number:02}", email=f"t{number}@example.com", slug=f"t-{number:02}")
    with time_machine.travel(clock.now(), tick=False):
        known()
    for asked in ({}, {"sort": "soonest"}, {"kind": "phone", "on": in_days(5).date()}):
        pages = [names(http, **asked, page=page) for page in (1, 2, 3)]
        assert [len(page) for page in pages] == [12, 12, 5]
        assert len({name for page in pages for name in page}) == 29
        assert names(http, **asked, page=4) == []
        there = links(http, **asked, page=2)
        assert "page" not in there["Previous page"]
        assert "page=3" in there["More therapists"]
        for name, text in asked.items():
            assert f"{name}={text}" in there["More therapists"]
        assert "More therapists" not in links(http, **asked, page=3)
    assert "Therapists 13 to 24" in http.get("/?page=2").text


def test_each_wish_can_be_taken_back_alone(practice, http):
    day = in_days(4).date()
    there = links(http, **EVERY_WISH, on=day, sort="soonest")
    without = {name: link for name, link in there.items() if name.startswith("Remove filter")}
    assert len(without) == 5
    assert without["Remove filter: By video ×"] == f"/?type=first_talk&language=German&on={day}&sort=soonest"
    assert without["Remove filter: Next free first ×"] == f"/?kind=video&type=first_talk&language=German&on={day}"
    assert there["Clear all"] == "/"
    assert not [name for name in links(http) if name.startswith("Remove filter")]


def test_an_empty_answer_says_which_wish_to_loosen(practice, http):
    page = http.get("/?kind=in_person&type=first_talk&language=German").text
    assert "Nobody has free time that fits all of this." in page
    there = links(http, kind="in_person", type="first_talk", language="German")
    assert there["In person, by video or by phone"] == "/?type=first_talk&language=German"
    assert there["Any kind of session"] == "/?kind=in_person&language=German"
    assert "Any language" not in there, "without the language there is still nobody"
    for address in (there["In person, by video or by phone"], there["Any kind of session"]):
        assert read(http.get(address).text).all("h2")


def test_a_full_day_leads_to_the_next_one_that_is_free(practice, http):
    there = links(http, kind="phone", on=in_days(300).date())
    assert there["Any day, next free first"] == "/?kind=phone&sort=soonest"


def test_the_form_shows_what_was_asked(practice, http):
    page = read(http.get(f"/?{urlencode(EVERY_WISH)}&on=2026-12-01&sort=soonest").text)
    chosen = [option.attributes["value"] for option in page.all("option") if "selected" in option.attributes]
    assert chosen == ["video", "first_talk", "German", "soonest"]
    assert page.by_id("on").attributes["value"] == "2026-12-01"
    offered = [
        option.attributes["value"]
        for option in page.all("option")
        if "language" in option.inside[-1].attributes["name"]
    ]
    assert offered == ["", "Dutch", "English", "German", "Low German"]


def test_an_empty_form_asks_for_everybody(practice, http):
    assert len(names(http, kind="", type="", language="", on="", sort="")) == 3


ODD = [*odd_text.TEXTS, *odd_text.IDS, *odd_text.ZONES, "In_Person", "video,phone", "%", "_", "Germ%"]


def test_odd_wishes_are_no_wishes(practice, http):
    for text in ODD:
        asked = urlencode({"kind": text, "type": text, "language": text, "sort": text}, errors="surrogatepass")
        answer = http.get(f"/?{asked}")
        assert answer.status_code == 200, text
        assert len(read(answer.text).all("h2")) == 3, text
    for text in odd_text.DATES:
        assert http.get(f"/?{urlencode({'on': text})}").status_code == 200, text
    for text in ("2027-02-30", "tomorrow", "0001-01-01", "\x00"):
        assert len(names(http, on=text)) == 3


def test_a_language_with_odd_characters_is_found_by_its_whole_name(practice, http):
    practice["mara"].languages = "100%_/x, O'Zapft"
    db.session.commit()
    assert names(http, language="100%_/x") == ["Mara Lindt"]
    assert names(http, language="O'Zapft") == ["Mara Lindt"]


def test_in_place_only_the_therapists_change_and_the_address_follows(practice, http):
    answer = http.get("/?kind=video&type=&language=&on=&sort=soonest", headers={"HX-Request": "true"})
    assert answer.text.lstrip().startswith('<section id="therapists"')
    assert answer.headers["HX-Push-Url"] == "/?kind=video&sort=soonest"
    assert "HX-Request" in answer.headers["Vary"]


ASKED = ["", "kind=video", "type=individual&language=German", "sort=soonest", "kind=phone&sort=soonest"]


@pytest.mark.parametrize("asked", ASKED)
def test_a_page_takes_as_many_statements_whatever_is_in_it(practice, http, asked):
    with statements() as few:
        http.get(f"/?{asked}")
    for number in range(25):
        add_therapist(
            f"Therapist {number:02}", email=f"t{number}@example.com", slug=f"t-{number:02}"
        ).languages = "German"
    known()
    with statements() as many:
        http.get(f"/?{asked}")
    # The list of languages, otherwise kept for a minute, is one of them.
    assert len(many) == len(few) == 2
