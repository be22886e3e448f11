"""The built stylesheet and script."""

import re

import pytest

from app.assets import asset, is_built


def test_they_are_built():
    assert is_built(), "run make build"


@pytest.mark.parametrize(("name", "kind"), [("app.css", "text/css"), ("app.js", "text/javascript")])
def test_a_browser_keeps_them_for_ever_and_gets_them_compressed(http, name, kind):
    assert re.fullmatch(rf"/static/dist/app-[A-Z0-9]{{8}}\.{name[4:]}", asset(name))
    answer = http.get(asset(name), headers={"Accept-Encoding": "br, gzip"})
    assert answer.status_code == 200
    assert answer.mimetype == kind
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Encoding"] == "br"


def test_static_files_carry_the_security_headers_too(http):
    for path in (asset("app.css"), "/static/icons/holdfast.svg", "/static/nothing.css"):
        headers = http.get(path).headers
        for name in ("Strict-Transport-Security", "X-Content-Type-Options", "Content-Security-Policy"):
            assert name in headers, (path, name)
