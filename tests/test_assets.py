"""The built stylesheet and script."""

import re

import pytest

from app.assets import STATIC, asset, is_built
from tests.blueprints.pages import read, sign_in

KB = 1024
# What a browser fetches once, compressed. A first visit has 36 KB for everything, 20 KB of it for scripts: pages take
# about 5 of them, headers, icon and manifest 5 more.
BUDGET = {
    "start.js": 0.7 * KB,
    "htmx.js": 13.5 * KB,
    "app.js": 3 * KB,
    "desk.js": 5 * KB,
    "side-panel.js": 1.5 * KB,
    "app.css": 5 * KB,
    "desk.css": 7.5 * KB,
    "calendar-places.css": 1.5 * KB,
    "calendar-grid.js": KB,
    "weekday.js": 0.5 * KB,
    "settings.js": KB,
    "unsent.js": 0.7 * KB,
}


def test_they_are_built():
    assert is_built(), "run make build"


KINDS = {"css": "text/css", "js": "text/javascript"}


@pytest.mark.parametrize(("name", "kind"), [(name, KINDS[name.partition(".")[2]]) for name in BUDGET])
def test_a_browser_keeps_them_for_ever_and_gets_them_compressed(http, name, kind):
    stem, ending = name.split(".")
    assert re.fullmatch(rf"/static/dist/{stem}-[A-Z0-9]{{8}}\.{ending}", asset(name))
    answer = http.get(asset(name), headers={"Accept-Encoding": "br, gzip"})
    assert answer.status_code == 200
    assert answer.mimetype == kind
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Encoding"] == "br"


@pytest.mark.parametrize("name", BUDGET)
def test_it_stays_small_enough_for_a_first_visit(name):
    built = STATIC / asset(name).removeprefix("/static/")
    assert built.with_name(f"{built.name}.br").stat().st_size <= BUDGET[name]


def test_only_the_desk_fetches_what_the_desk_needs(http, mara):
    sign_in(http)
    for path, bundle, besides in (("/", "app", ["weekday"]), ("/dashboard", "desk", ["side-panel"])):
        page = read(http.get(path).text)
        scripts = [script.attributes["src"] for script in page.all("script") if "src" in script.attributes]
        assert scripts == [asset(f"{name}.js") for name in ("htmx", bundle, *besides)]
        assert asset(f"{bundle}.css") in [link.attributes["href"] for link in page.all("link")]


def test_static_files_carry_the_security_headers_too(http):
    for path in (asset("app.css"), asset("icon-192.png"), "/static/nothing.css"):
        headers = http.get(path).headers
        for name in ("Strict-Transport-Security", "X-Content-Type-Options", "Content-Security-Policy"):
            assert name in headers, (path, name)
