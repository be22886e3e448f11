"""A therapist in front of Google's consent page, on the way from our page and back to it."""

import html
import re
from urllib.parse import urlsplit

import requests

from tests.browser import Page
from tests.google import Google
from tests.visitor import Visitor

HERE = "/settings/calendars"


def asked(visitor: Visitor, button: str = "Connect Google Calendar", **typed: str) -> str:
    """The address at Google to which this button leads."""
    form, fields = visitor.open(HERE).filled(button, **typed)
    answer = visitor.http.post(form.action, data=dict(fields))
    assert answer.status_code == 303, answer.text
    return answer.location


def decides(address: str, decision: str = "allow", account: str = "", without: str = "") -> str:
    """What they do there; the address to which Google sends them back. `without`: a tick that they take away."""
    page = requests.get(address, timeout=10)
    assert page.status_code == 200, page.text
    fields = re.findall(r'<input type="(?:hidden|checkbox)" name="([^"]+)" value="([^"]*)"', page.text)
    form = {name: html.unescape(value) for name, value in fields if not (without and name.endswith(without))}
    chosen = re.search(r'name="account" value="([^"]*)" checked', page.text)
    form |= {"account": account or (chosen[1] if chosen else ""), "decision": decision}
    answer = requests.post(address.partition("?")[0], form, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def connects(visitor: Visitor, google: Google, account: str = "") -> Page:
    """From the button to the page that says that it is done."""
    page = visitor.open(decides(asked(visitor), account=account or next(iter(google.accounts))))
    return visitor.press(page, "Finish connecting")
