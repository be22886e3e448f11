"""The built stylesheets, scripts and icons, under names that carry their content's hash."""

import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote
from wsgiref.headers import Headers

from flask import Flask
from markupsafe import Markup
from whitenoise import WhiteNoise
from whitenoise.responders import StaticFile

from app.web.security import HEADERS, OF_FILES

STATIC = Path(__file__).parent / "static"
DIST = STATIC / "dist"
MANIFEST = DIST / "manifest.json"
ICONS = DIST / "icons.json"
DRAWN = " ='/:<>"  # what may stand in an address within a page as it is
FRAME = Markup(
    '<svg class="icon" viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="1.7"'
    ' stroke-linecap="round" stroke-linejoin="round"'
    ' aria-hidden="true" focusable="false">{}</svg>'
)


def init_app(app: Flask) -> None:
    """Make `asset()` known to the templates and serve what was built."""
    app.add_template_global(asset)
    app.add_template_global(icon)
    app.add_template_global(written)
    app.add_template_global(drawn)
    serve_static(app)


def asset(name: str) -> str:
    """Address of a built file by its plain name, such as `app.css`."""
    # Without a build there is a page, only unstyled: /readyz and the tests say so, a booking still works.
    return f"/static/dist/{_built().get(name, name)}"


def written(name: str) -> Markup:
    """A built script as it stands in the page itself: what would come too late from an address."""
    return Markup((content(name) or b"").decode().strip())


@cache
def drawn(name: str) -> str:
    """A drawing of static/icons as an address that holds it, so that a first visit asks for one thing less."""
    drawing = (STATIC / "icons" / name).read_text().strip().replace('"', "'")
    return f"data:image/svg+xml,{quote(drawing, safe=DRAWN)}"


def icon(name: str) -> Markup:
    """A drawing of the one set of icons, written into the page: it says nothing that the words beside it do not."""
    return FRAME.format(Markup(_icons().get(name, "")))


def is_built() -> bool:
    return bool(_built())


@cache
def content(name: str) -> bytes | None:
    """A built file by its plain name, for a view that serves it under an address of its own; None without a build."""
    return (DIST / _built()[name]).read_bytes() if name in _built() else None


@cache
def screenshots() -> list[dict[str, str]]:
    """Pictures of the program as a web manifest lists them; none where nobody has taken any."""
    file = DIST / "screenshots.json"
    found: list[dict[str, str]] = json.loads(file.read_text()) if file.exists() else []
    return [each | {"src": f"/static/dist/{each['src']}"} for each in found]


class Files(WhiteNoise):
    """What has its content's hash in its name is never asked for again, so it carries nothing to ask with."""

    def get_static_file(self, path: str, url: str, stat_cache: Any = None) -> StaticFile:
        file = super().get_static_file(path, url, stat_cache)
        if self.immutable_file_test(path, url):
            file.alternatives = [
                (packing, place, _without_validators(told)) for packing, place, told in file.alternatives
            ]
        return file


def _without_validators(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers if name not in ("ETag", "Last-Modified")]


def serve_static(app: Flask) -> None:
    """Serve app/static before Flask is asked, with the same headers as every other answer."""
    files = Files(
        app.wsgi_app,
        root=STATIC,
        prefix="/static/",
        max_age=3600,
        allow_all_origins=False,
        immutable_file_test=r"/dist/.+-[A-Z0-9]{8}\.\w+$",
        add_headers_function=_protect,
    )
    app.wsgi_app = files  # type: ignore[method-assign]


def _protect(headers: Headers, _path: str, _url: str) -> None:
    for name, value in (HEADERS | OF_FILES).items():
        headers[name] = value
    headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    headers["Referrer-Policy"] = "no-referrer"


@cache
def _icons() -> dict[str, str]:
    drawn: dict[str, str] = json.loads(ICONS.read_text()) if ICONS.exists() else {}
    return drawn


@cache
def _built() -> dict[str, str]:
    if not MANIFEST.exists():
        return {}
    names: dict[str, str] = json.loads(MANIFEST.read_text())
    return names
