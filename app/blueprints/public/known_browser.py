"""A browser in which somebody has signed in before: its tries at that account are counted apart.

So strangers who try wrong passwords for an address cannot keep its owner out. The cookie opens nothing. After OWASP's
*device cookies*.
"""

import secrets

from flask import Response, current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer

from app.practice import throttle

MOST_ACCOUNTS = 4  # in one browser: a practice's reception, or a therapist who is operator too


def of_account(email: str) -> str | None:
    """The id of this browser if its cookie names this account and was not misused."""
    browser = _accounts().get(throttle.account_key(email))
    return None if browser is None or throttle.end_if_misused(browser) else browser


def remember(response: Response, email: str, browser: str | None) -> None:
    """Let this browser be known for this account from now on; `browser` is its id if it is known already."""
    account = throttle.account_key(email)
    others = {key: known for key, known in _accounts().items() if key != account}
    newest_last = [*others.items(), (account, browser or secrets.token_urlsafe(16))]
    response.set_cookie(
        cookie_name(),
        _signer().dumps(dict(newest_last[-MOST_ACCOUNTS:])),
        max_age=throttle.BROWSER_IS_KNOWN,
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        httponly=True,
        samesite="Strict",  # signing in is asked for by our own page only
    )


def cookie_name() -> str:
    """Beside the cookie of the sign-in, and with its prefix, which binds it to this one host."""
    return f"{current_app.config['SESSION_COOKIE_NAME']}-browser"


def _accounts() -> dict[str, str]:
    """Ids of this browser by account, the one that signed in last at the end."""
    longest = throttle.BROWSER_IS_KNOWN.total_seconds()
    try:
        accounts = _signer().loads(request.cookies.get(cookie_name(), ""), max_age=int(longest))
    except BadData:
        return {}
    return accounts if isinstance(accounts, dict) else {}


def _signer() -> URLSafeTimedSerializer:
    assert current_app.secret_key
    return URLSafeTimedSerializer(current_app.secret_key, salt="known browser")
