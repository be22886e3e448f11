"""Opening a page changes nothing, however often and by whomever it is opened."""

import pytest

from tests.dump import dump

PEOPLE = {"anybody": "", "Mara": "mara@example.com", "Otto": "otto@example.com", "the operator": "olive@example.com"}


@pytest.mark.parametrize("who", PEOPLE)
def test_get_and_head_of_every_address_change_no_row(app, desk, visitor, who):
    browser = visitor(PEOPLE[who])
    # Whoever is turned away is turned away in every state alike.
    addresses = desk.addresses_of(app, "GET", in_every_state=who in ("anybody", "Mara"))
    before = dump()
    for _ in range(2):
        for address in addresses:
            opened, asked = browser.http.get(address), browser.http.head(address)
            assert opened.status_code < 500 or address == "/readyz", address
            assert asked.status_code == opened.status_code, address
    assert dump() == before


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_is_sent_by_a_button_does_nothing_without_it(app, desk, visitor, method):
    """A scanner that opens the addresses of forms finds nothing there, also with a form's fields in the address."""
    browser = visitor("mara@example.com")
    token = browser.form_token("/settings")
    before = dump()
    pages = set(desk.addresses_of(app, "GET"))
    for address in desk.addresses_of(app, "POST", in_every_state=False):
        answer = browser.http.open(address, method=method, query_string={"csrf_token": token, "alternative": "1"})
        assert answer.status_code in ((200, 303) if address in pages else (404, 405)), address
    assert dump() == before


def test_the_fields_of_a_form_do_not_count_in_the_address(app, desk, visitor):
    """POST with everything in the query string: neither the form's token nor its fields are taken from there."""
    browser = visitor()
    link = f"/o/{desk.offer_links['offered']}"
    page = browser.open(link)
    _, fields = page.filled("Accept this time")
    token = dict(fields)["csrf_token"]
    before = dump()
    assert browser.http.post(f"{link}/acceptance", query_string={"csrf_token": token}).status_code == 400
    answer = browser.http.post(f"{link}/acceptance", query_string={"alternative": "1"}, data={"csrf_token": token})
    assert answer.status_code == 422
    assert dump() == before


def test_without_its_token_no_form_is_taken(app, desk, visitor):
    for email in PEOPLE.values():
        browser = visitor(email)
        before = dump()
        for address in desk.addresses_of(app, "POST", in_every_state=False):
            assert browser.http.post(address).status_code == _refusal(address), address
        assert dump() == before


def test_the_token_of_another_browser_is_none(app, desk, visitor):
    browser, before = visitor(), dump()
    token = visitor().form_token()
    browser.open("/sign-in")
    for address in desk.addresses_of(app, "POST", in_every_state=False):
        assert browser.http.post(address, data={"csrf_token": token}).status_code == _refusal(address), address
    assert dump() == before


def _refusal(address: str) -> int:
    """Programs that tell us something have no form; what they must know instead, nobody else does."""
    return 404 if address.startswith("/hooks/") else 400
