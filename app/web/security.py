"""Headers on every answer: errors, redirects and static files too."""

import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request, session

from app.web.access import PERSONAL_LINK, PUBLIC, access_of
from app.web.rendering import wants_fragment

HEADERS = {
    "Strict-Transport-Security": "max-age=63072000",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
OF_PAGES = {
    # What could watch, locate or charge somebody; each page carries this, so nothing harmless is listed.
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "X-Frame-Options": "DENY",  # for what knows no Content-Security-Policy
}
# In none of our files anything runs when it is opened by itself: see their policy in assets.py. A first visit pays for
# each word of each of them.
OF_FILES = {"Permissions-Policy": "camera=()"}

# Calendars elsewhere read these, at an address that is theirs alone. They keep what they read in any case; where they
# may, they ask next time only whether it has changed.
KEPT_BY_CALENDARS = frozenset({"feeds.of_therapist", "feeds.of_session"})

# Nothing is allowed that a page of ours does not use. Two Trusted Types policies: `htmx`, whose extension hx-csp
# only lets elements act that carry this answer's nonce; and `service-worker`, which knows that one address.
POLICY = (
    "default-src 'none'",
    "script-src 'nonce-{nonce}'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "form-action 'self'{forms}",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types htmx service-worker",
)


def init_app(app: Flask) -> None:
    app.add_template_global(csp_nonce)
    app.after_request(protect)


def csp_nonce() -> str:
    """This answer's nonce: scripts and htmx elements without it do nothing."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def protect(response: Response) -> Response:
    """Add what is missing; a view that needs another policy (a mail shown in a frame) sets its own."""
    if current_app.config["HSTS_SUBDOMAINS"]:
        https = f"{HEADERS['Strict-Transport-Security']}; includeSubDomains"
        response.headers.setdefault("Strict-Transport-Security", https)
    for name, value in (HEADERS | OF_PAGES).items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", _policy())
    response.headers.setdefault("Referrer-Policy", _referrer_policy())
    if is_for_one_person(response):
        response.headers["Cache-Control"] = "private, no-cache" if _is_calendar(response) else "no-store"
        response.headers["X-Robots-Tag"] = "noindex"
    elif response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "private, no-cache")
    return response


def _is_calendar(response: Response) -> bool:
    return request.endpoint in KEPT_BY_CALENDARS and response.status_code in (200, 304)


def let_forms_lead_to(address: str) -> None:
    """This answer's forms may be answered by leading on to another site: browsers hold the policy against that too."""
    parts = urlsplit(address)
    g.forms_lead_to = f" {parts.scheme}://{parts.netloc}"


def _policy() -> str:
    return "; ".join(POLICY).format(nonce=csp_nonce(), forms=g.get("forms_lead_to", ""))


def _referrer_policy() -> str:
    # The address of a personal link is itself the key to the session.
    return "no-referrer" if access_of(request.endpoint) == PERSONAL_LINK else "same-origin"


def is_for_one_person(response: Response) -> bool:
    """True when nobody else may get this answer, not even from the same browser's memory."""
    return (
        access_of(request.endpoint) not in (PUBLIC, None)
        or wants_fragment()
        or response.status_code >= 400
        or "csrf_token" in g  # the answer carries a form token
        or session.modified
        or "Set-Cookie" in response.headers
    )
