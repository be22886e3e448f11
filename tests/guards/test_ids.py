"""An id that no row can have is answered as one that no row has, wherever an address or a form can name one."""

import re

import pytest

from tests.guards.test_source import APP, sources

BEYOND = [-1, 0, 2**31, 2**63, 2**64, 10**30]
NOBODYS = 2**31 - 1
READ = re.compile(r"""(?:args|form|values|wanted)\s*\.get(?:list)?\(\s*["'](\w+)["']""")
FIELDS = sorted(
    {name for path in sources("web", "blueprints", "forms") for name in READ.findall(path.read_text())} | {"page"}
)
# Of these fields, those by which rows are looked up.
NAMING = ["alternative", "busy", "calendar", "calendars", "change", "connection"]
NAMING += ["location", "session", "split", "start", "type"]


def test_ids_are_read_in_one_way():
    reading = [
        path for path in sources("web", "blueprints", "forms") if re.search(r"type=int\b|coerce=int", path.read_text())
    ]
    assert [str(path.relative_to(APP)) for path in reading] == []
    assert {"session", "location", "connection", "calendar", "calendars", "alternative", "type"} <= set(FIELDS)


@pytest.mark.parametrize("number", BEYOND)
def test_an_address_with_an_id_beyond_the_column_is_not_there(app, desk, visitor, number):
    mara = visitor("mara@example.com")
    token = mara.form_token("/settings")
    for rule in app.url_map.iter_rules():
        if "<int:" not in rule.rule:
            continue
        address = re.sub("<int:[^>]+>", str(number), rule.rule).replace("<token>", "some")
        answer = (
            mara.http.get(address) if "GET" in rule.methods else mara.http.post(address, data={"csrf_token": token})
        )
        assert answer.status_code == 404, address


def odd_fields() -> list[dict[str, int]]:
    """Each field that names a row by itself, and all fields of all forms at once."""
    alone = [{name: 2**63} for name in NAMING]
    return alone + [dict.fromkeys(FIELDS, number) for number in BEYOND]


def test_a_page_asked_for_with_an_id_beyond_the_column_is_answered(app, desk, visitor):
    mara = visitor("mara@example.com")
    for address in desk.addresses_of(app, "GET", in_every_state=False):
        for fields in odd_fields():
            answer = mara.http.get(address, query_string=fields, headers={"If-None-Match": '"1.0"'})
            assert answer.status_code < 500 or address == "/readyz", (address, fields)


def test_a_form_sent_with_an_id_beyond_the_column_is_answered(app, desk, visitor):
    mara = visitor("mara@example.com")
    token, given = mara.form_token("/settings"), set()
    for address in desk.addresses_of(app, "POST", in_every_state=False):
        for fields in odd_fields() if address != "/sign-out" else []:
            answer = mara.http.post(address, data=fields | {"csrf_token": token})
            assert answer.status_code < 500, (address, fields)
            given.add(answer.status_code)
    assert {303, 404, 422} <= given, "the form token was taken"


@pytest.mark.parametrize("number", BEYOND)
def test_an_id_that_no_row_can_have_is_not_there(desk, visitor, number):
    mara = visitor("mara@example.com")
    assert mara.http.get(f"/live?session={number}").status_code == 404
    assert mara.http.get(f"/working-times?change={number}").status_code == 404
    token = mara.form_token("/settings")
    for address, field in (("google", "connection"), (f"{desk.connection}/choice", "calendars")):
        sent = {"csrf_token": token, field: number}
        assert mara.http.post(f"/settings/calendars/{address}", data=sent).status_code == 404, field


def test_what_is_no_number_counts_as_not_given(desk, visitor):
    mara = visitor("mara@example.com")
    for text in ("", "one", "1.5", "\u0663"):
        assert mara.http.get("/live", query_string={"session": text}).json["session"] is None, text
    assert mara.http.get(f"/live?session={NOBODYS}").json["session"] is None
