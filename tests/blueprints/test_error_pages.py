"""Pages that say what went wrong, in the place where the person is."""

import pytest

from app.database import db
from app.practice.user import SignIn
from tests.blueprints.pages import read


def tabs(text: str) -> list[str]:
    return [link.attributes["href"] for link in read(text).all("a") if "tabs__tab" in link.attributes.get("class", "")]


@pytest.mark.parametrize("path", ["/nowhere", "/sessions/0", "/t/nobody", "/operator"])
def test_who_is_signed_in_keeps_the_desk_around_a_page_that_is_not_there(mara, visitor, path):
    desk = visitor("mara@example.com")
    page = desk.http.get(path, headers={"Accept-Language": "de"})
    assert page.status_code == 404
    assert tabs(page.text) == tabs(desk.http.get("/dashboard").text) != []
    assert '<html lang="en"' in page.text
    assert "There is nothing here" in page.text
    assert 'class="button" href="/dashboard"' in page.text


def test_an_operator_keeps_the_operators_desk(operator, visitor):
    page = visitor("olive@example.com").http.get("/nowhere")
    assert tabs(page.text) == ["/operator"]
    assert 'class="button" href="/operator"' in page.text


def test_other_refusals_keep_the_desk_too(mara, visitor):
    desk = visitor("mara@example.com")
    assert tabs(desk.http.get("/sign-out").text)
    without_token = desk.http.post("/sick-days")
    assert without_token.status_code == 400
    assert tabs(without_token.text)


@pytest.mark.parametrize("path", ["/nowhere", "/t/nobody", "/s/wrong"])
def test_strangers_see_the_public_page(mara, http, path):
    page = http.get(path, headers={"Accept-Language": "de"})
    assert page.status_code == 404
    assert tabs(page.text) == []
    assert '<html lang="de"' in page.text


def test_a_link_of_a_client_that_leads_nowhere_shows_nobody_a_desk(mara, visitor):
    assert tabs(visitor("mara@example.com").http.get("/s/wrong").text) == []


def test_after_the_sign_in_has_ended_the_page_is_public(mara, visitor):
    desk = visitor("mara@example.com")
    db.session.execute(db.delete(SignIn))
    db.session.commit()
    assert tabs(desk.http.get("/nowhere").text) == []
