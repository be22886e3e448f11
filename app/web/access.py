"""Who may call a view. Default deny: a view that does not say so stops the start-up."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import Flask, abort, current_app, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.web.rendering import see_other

View = Callable[..., Any]

PUBLIC = "public"
PERSONAL_LINK = "personal_link"
SIGNED_IN = "signed_in"
THERAPIST = "therapist"
OPERATOR = "operator"

EVERYONE = (PUBLIC, PERSONAL_LINK)


def public(view: View) -> View:
    """Anybody, known or not."""
    return _declare(view, PUBLIC)


def personal_link(view: View) -> View:
    """Whoever holds the link; the view itself looks the link up."""
    return _declare(view, PERSONAL_LINK)


def signed_in(view: View) -> View:
    """Therapists and operators alike."""
    return _declare(view, SIGNED_IN)


def therapist_only(view: View) -> View:
    return _declare(view, THERAPIST)


def operator_only(view: View) -> View:
    return _declare(view, OPERATOR)


def _declare(view: View, access: str) -> View:
    view.access = access  # type: ignore[attr-defined]
    return view


def access_of(endpoint: str | None) -> str | None:
    """Return what the view behind an endpoint declared; None for an address that leads nowhere."""
    view = current_app.view_functions.get(endpoint) if endpoint else None
    return getattr(view, "access", None)


def init_app(app: Flask) -> None:
    if "static" in app.view_functions:
        public(app.view_functions["static"])
    app.before_request(enforce)


def check(app: Flask) -> None:
    """Call when every view is registered. Raises RuntimeError naming the views that declare nothing."""
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    undeclared = sorted(name for name in endpoints if not hasattr(app.view_functions[name], "access"))
    if undeclared:
        raise RuntimeError(f"These views do not say who may call them: {', '.join(undeclared)}.")


def enforce() -> ResponseReturnValue | None:
    """Before each request: strangers sign in, the wrong role learns nothing."""
    access = access_of(request.endpoint)
    if access is None or access in EVERYONE:
        return None
    if not current_user.is_authenticated:
        return see_other("sign_in.show", next=_page_to_come_back_to())
    if not _may(access):
        abort(404)
    return None


def _may(access: str) -> bool:
    if access == THERAPIST:
        return bool(current_user.is_therapist)
    if access == OPERATOR:
        return bool(current_user.is_operator)
    return access == SIGNED_IN


def _page_to_come_back_to() -> str | None:
    # A form cannot be sent again after signing in; only a page can be opened again.
    return request.full_path.rstrip("?") if request.method in {"GET", "HEAD"} else None


def safe_next(url: str | None, fallback: str = "/dashboard") -> str:
    """The address if it is a path on this site, else the fallback. Browsers read `/\\evil` as `//evil`."""
    return url if url and _is_local_path(url) else fallback


def _is_local_path(url: str) -> bool:
    for _ in range(4):
        parts = urlsplit(url) if "[" not in url and "]" not in url else None
        if parts is None or parts.scheme or parts.netloc or not url.startswith("/") or url.startswith("//"):
            return False
        if "\\" in url or any(not character.isprintable() for character in url):
            return False
        decoded = unquote(url)
        if decoded == url:
            return True
        url = decoded
    return False  # nobody encodes an honest path four times
