"""The bar of the desk says where one is."""

import pytest

from tests.blueprints.pages import read, sign_in


@pytest.mark.parametrize(
    ("address", "current"),
    [
        ("/dashboard", {"Today": "page"}),
        ("/settings/calendars", {"You": "page"}),
        ("/working-times/extra", {"Working times": "page", "You": "true"}),
        ("/times-off", {"Working times": "page", "You": "true"}),
    ],
)
def test_it_marks_the_part_of_the_desk_and_what_leads_there_on_a_phone(http, mara, address, current):
    sign_in(http)
    assert marked(http.get(address).text) == current


def test_the_way_back_from_a_session_is_the_tab_that_is_marked(http, request_of_ines):
    sign_in(http)
    text = http.get(f"/sessions/{request_of_ines.id}").text
    (back,) = [one for one in read(text).all("a") if one.attributes.get("class") == "back"]
    assert marked(text) == {"Sessions": "page"}
    assert (back.text, back.attributes["href"]) == ("← Sessions", "/sessions")


def marked(page: str) -> dict[str, str]:
    tabs = [one for one in read(page).all("a") if "tabs__tab" in one.attributes.get("class", "")]
    return {one.text.strip(): one.attributes["aria-current"] for one in tabs if "aria-current" in one.attributes}
