"""What is wrong with a field is said at the field: every form is sent with everything in it wrong."""

import re
from urllib.parse import urlsplit

from tests.blueprints.pages import Document, Element, read
from tests.browser import Page
from tests.world import in_days

# Where something can be typed or chosen.
FORMS = """
/bookings
/bookings/<int:booking_id>/cancellation
/bookings/<int:booking_id>/offer
/bookings/<int:booking_id>/rearrangement
/bookings/<int:booking_id>/relocation
/o/<token>/acceptance
/o/<token>/refusal
/s/<token>/cancellation
/sessions/<int:booking_id>/alternatives
/settings/calendars/addresses
/sick-days
/sick-days/preview
/sign-in
/t/<slug>/requests
/times-off
/working-times
/working-times/<int:working_time_id>/break
/working-times/<int:working_time_id>/change
/working-times/copies
/working-times/extra
/working-times/rules
/working-times/rules/<int:session_type_id>
"""
NO_SUCH_THING = "no such thing"
EMPTY = ("name", "from_date", "to_date", "weekday", "to", "starts", "ends", "until", "hours", "horizon", "minutes")
SENSELESS = ("email", "date", "time", "location", "zone", "address", "type")
WRONG = dict.fromkeys(EMPTY, "") | dict.fromkeys(SENSELESS, NO_SUCH_THING)
WRONG |= {f"alternatives-1-{name}": NO_SUCH_THING for name in ("date", "time", "location")}
WRONG |= {"words": "x" * 2001, "why": "x" * 201, "kind": "hours", "start": f"{in_days(12):%Y-%m-%dT%H:%MZ}"}
GIVEN = ("hidden", "checkbox")  # in which nothing can be wrong that a person did
# Said above a form: that fields are marked, that it comes too late, or that a button was not pressed.
OF_NO_FIELD = "Please look at the marked|This session has changed|This offer has ended|Choose why this is changing"


def test_what_is_wrong_with_a_field_is_tied_to_it(app, desk, visitor):
    del desk.offer_links["relocated"]  # no times to choose from
    silent = set(FORMS.split())
    for email, reason in (("mara@example.com", "asked"), ("mara@example.com", "own"), ("", "")):
        browser = visitor(email)
        typed = WRONG | {"reason": reason, "csrf_token": browser.form_token("/settings" if email else "/sign-in")}
        for form in FORMS.split():
            for address in desk.filled(form):
                page = read(browser.http.post(address, data=typed).text)
                found = errors(page)
                assert [error.text for error in found if not tied(page, error)] == [], address
                if found:
                    silent.discard(form)
    assert silent == set()


def test_every_form_is_among_them(app, desk, visitor):
    known = [re.sub("<[^>]+>", "[^/]+", form) for form in FORMS.split()]
    for email in ("mara@example.com", "olive@example.com", ""):
        browser = visitor(email)
        for address in desk.addresses_of(app, "GET"):
            for action in asked_in(browser.open(address)):
                assert any(re.fullmatch(form, action) for form in known), f"{action} on {address}"


def test_a_refusal_says_that_it_is_ours(desk, visitor):
    """Scripts put no other in the place of a form (js/swaps.js). Something is wrong, not theirs, or nowhere."""
    asks = {"HX-Request": "true"}
    for email in ("mara@example.com", "otto@example.com", ""):
        browser = visitor(email)
        typed = WRONG | {"csrf_token": browser.form_token("/settings" if email else "/sign-in")}
        for address in [address for form in FORMS.split() for address in desk.filled(form)] + ["/nowhere"]:
            for answer in (
                browser.http.post(address, data=typed, headers=asks),
                browser.http.post(address, headers=asks),
                browser.http.get(address, headers=asks),
            ):
                assert answer.status_code < 400 or "HX-Request" in answer.headers["Vary"], f"{answer} of {address}"


def asked_in(page: Page) -> set[str]:
    """Where the forms send what is typed or chosen in them: without a word, to their own page."""
    fields = [
        one for one in read(page.text).all("input", "select", "textarea") if one.attributes.get("type") not in GIVEN
    ]
    forms = [around for one in fields for around in one.inside if around.tag == "form"]
    here = urlsplit(page.url).path
    return {form.attributes.get("action", here) for form in forms if form.attributes.get("method") == "post"}


def errors(page: Document) -> list[Element]:
    said = [one for one in page.elements if {"problem", "field__error"} & set(one.attributes.get("class", "").split())]
    return [one for one in said if not re.match(OF_NO_FIELD, one.text.strip())]


def tied(page: Document, error: Element) -> bool:
    """A wrong field, or the group in which it stands, is described by it."""
    wrong = [one for one in page.elements if one.attributes.get("aria-invalid") == "true"]
    described = [around for one in wrong for around in (one, *one.inside)]
    return any(error.attributes.get("id") in one.attributes.get("aria-describedby", "").split() for one in described)
