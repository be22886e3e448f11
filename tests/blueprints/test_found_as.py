"""How public pages are found: what a search engine shows of them, and under which address."""

from app.database import db
from tests.blueprints.pages import Document, read
from tests.engines.fixtures import Http


def page(http: Http, path: str) -> Document:
    return read(http.get(path).text)


def description(found: Document) -> str:
    return next(
        each.attributes["content"] for each in found.all("meta") if each.attributes.get("name") == "description"
    )


def test_the_directory_says_what_it_is_for(http, mara):
    assert "therapist" in description(page(http, "/"))


def test_a_therapist_is_described_in_their_own_words(http, mara):
    mara.headline = 'Calm & "clear" help'
    db.session.commit()
    assert description(page(http, "/t/mara-lindt")).startswith('Mara Lindt: Calm & "clear" help. ')


def test_a_therapist_without_a_headline_is_described_by_name(http, mara):
    mara.headline = ""
    db.session.commit()
    assert description(page(http, "/t/mara-lindt")).startswith("Mara Lindt. ")


def test_each_week_of_a_therapist_is_the_same_page_to_a_search_engine(http, mara):
    for path in ("/t/mara-lindt", "/t/mara-lindt?from=2026-12-01"):
        links = [link for link in page(http, path).all("link") if link.attributes.get("rel") == "canonical"]
        base = http.application.config["PUBLIC_URL"].rstrip("/")
        assert [link.attributes["href"] for link in links] == [f"{base}/t/mara-lindt"]
