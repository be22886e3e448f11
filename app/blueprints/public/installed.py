"""What makes the desk an app on a therapist's phone: the manifest and the service worker."""

from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from app import assets
from app.web.access import public

bp = Blueprint("installed", __name__)

# The worker starts no other script and fetches only from us; the pictures are a notification's.
WORKER_POLICY = (
    "default-src 'none'; connect-src 'self'; img-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
)


@bp.get("/manifest.webmanifest")
@public
def manifest() -> Response:
    answer = jsonify(_manifest())
    answer.mimetype = "application/manifest+json"
    answer.headers["Cache-Control"] = "no-cache"
    answer.headers["Content-Security-Policy"] = "default-src 'none'"
    return answer


@bp.get("/favicon.ico")
@public
def favicon() -> Response:
    """The icon for whoever asks without having read a page: bookmarks, feed readers, older browsers."""
    icon = assets.content("icon-192.png")
    if icon is None:
        abort(404)
    return _for_everybody(Response(icon, mimetype="image/png"))


@bp.get("/robots.txt")
@public
def robots() -> Response:
    """Every page may be opened by crawlers: the private ones say `noindex`, which only who opens them can read."""
    return _for_everybody(Response("User-agent: *\nDisallow:\n", mimetype="text/plain"))


@bp.get("/service-worker.js")
@public
def service_worker() -> Response:
    """Asked for again with each page that is opened, so that a new version comes soon."""
    script = assets.content("service-worker.js")
    if script is None:
        abort(404)
    answer = Response(script, mimetype="text/javascript")
    answer.headers["Cache-Control"] = "no-cache"
    answer.headers["Content-Security-Policy"] = WORKER_POLICY
    answer.add_etag()
    answer.make_conditional(request)
    return answer


def _for_everybody(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "public, max-age=86400"
    answer.headers["Content-Security-Policy"] = "default-src 'none'"
    return answer


def _manifest() -> dict[str, Any]:
    icon = _icon("icon-192.png", 192)
    return {
        "id": "/",
        "name": "Holdfast",
        "short_name": "Holdfast",
        "description": "The booking desk of your practice: requests, sessions, offers.",
        "lang": "en",
        "dir": "ltr",
        "start_url": "/dashboard",
        "scope": "/",
        "display": "standalone",
        "theme_color": "#faf7f3",
        "background_color": "#faf7f3",
        "categories": ["business", "productivity"],
        "icons": [
            icon,
            _icon("icon-512.png", 512),
            _icon("maskable-192.png", 192, "maskable"),
            _icon("maskable-512.png", 512, "maskable"),
        ],
        "shortcuts": [
            {"name": "Today", "url": "/dashboard", "icons": [icon]},
            {"name": "To answer", "url": "/dashboard#to-answer", "icons": [icon]},
        ],
    } | ({"screenshots": assets.screenshots()} if assets.screenshots() else {})


def _icon(name: str, size: int, purpose: str = "any") -> dict[str, str]:
    return {"src": assets.asset(name), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
