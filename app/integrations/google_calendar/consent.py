"""A person's consent that we read, or also write, their calendars at Google: OAuth with PKCE."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NamedTuple

from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from requests import HTTPError

from app import clock
from app.integrations.errors import GatewayError
from app.integrations.google_calendar import READING, WRITING, Tokens
from app.integrations.google_calendar.answers import later
from app.integrations.google_calendar.errors import Revoked
from app.integrations.google_calendar.transport import ANSWER_SECONDS, CONNECT_SECONDS, limited, reaching_google

CALLBACK = "/settings/calendars/google/callback"
GOOGLES_OWN = {
    "ask": "https://accounts.google.com/o/oauth2/v2/auth",
    "tokens": "https://oauth2.googleapis.com/token",
    "revoke": "https://oauth2.googleapis.com/revoke",
}


class Question(NamedTuple):
    """Where the person is asked, and what we must know again when they come back from there."""

    address: str
    state: str
    verifier: str


def is_offered(config: Mapping[str, Any]) -> bool:
    return bool(config["GOOGLE_CLIENT_ID"])


def asking_address(config: Mapping[str, Any]) -> str:
    """Return the address at which a person is asked for consent."""
    return _addresses(config)["ask"]


def redirect_address(config: Mapping[str, Any]) -> str:
    """Return the redirect address as it must be registered at Google, letter by letter."""
    return f"{config['PUBLIC_URL'].rstrip('/')}{CALLBACK}"


def question(config: Mapping[str, Any], *, writing: bool = False, account: str | None = None) -> Question:
    """Ask whether we may read, or with `writing` also write; `account` is who gave the consent before."""
    scopes = READING | WRITING if writing else READING
    state, verifier = generate_token(43), generate_token(64)
    # What was given before counts on: asking for less takes nothing back, and a second consent adds to the first.
    more = {"access_type": "offline", "prompt": "consent", "include_granted_scopes": "true"}
    more |= {"login_hint": account} if account else {}
    with _client(config) as client:
        address, _ = client.create_authorization_url(
            asking_address(config), state=state, code_verifier=verifier, scope=" ".join(sorted(scopes)), **more
        )
    return Question(address, state, verifier)


def tokens(config: Mapping[str, Any], code: str, verifier: str) -> Tokens:
    """Return the tokens of a person's consent. Raises Revoked for a code that was used or is too old."""
    with _client(config) as client, _told_apart():
        answer = client.fetch_token(
            _addresses(config)["tokens"],
            grant_type="authorization_code",
            code=code,
            code_verifier=verifier,
            allow_redirects=False,
        )
        return _tokens(answer)


def refreshed(config: Mapping[str, Any], refresh_token: str) -> Tokens:
    """A fresh access token. Raises Revoked when the consent is over."""
    with _client(config) as client, _told_apart():
        answer = client.refresh_token(_addresses(config)["tokens"], refresh_token=refresh_token, allow_redirects=False)
        return _tokens(answer)


def revoke(config: Mapping[str, Any], token: str) -> None:
    """End the consent; that it is over already is fine. It ends for all that Holdfast was given by that account."""
    with _client(config) as client, _told_apart():
        answer = client.revoke_token(_addresses(config)["revoke"], token=token, allow_redirects=False)
    if answer.status_code >= 500 or answer.status_code == 429:
        raise later(answer)


@contextmanager
def _client(config: Mapping[str, Any]) -> Iterator[OAuth2Session]:
    with OAuth2Session(
        config["GOOGLE_CLIENT_ID"],
        config["GOOGLE_CLIENT_SECRET"],
        token_endpoint_auth_method="client_secret_post",
        revocation_endpoint_auth_method="client_secret_post",
        redirect_uri=redirect_address(config),
        code_challenge_method="S256",
        default_timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
    ) as client:
        limited(client)
        yield client


def _addresses(config: Mapping[str, Any]) -> dict[str, str]:
    base = config["GOOGLE_OAUTH_URL"]
    if not base:
        return GOOGLES_OWN
    return {"ask": f"{base}/o/oauth2/v2/auth", "tokens": f"{base}/token", "revoke": f"{base}/revoke"}


def _tokens(answer: Mapping[str, Any]) -> Tokens:
    seconds = float(answer.get("expires_in") or 3600)
    return Tokens(
        access=str(answer["access_token"]),
        expires_at=clock.now() + timedelta(seconds=seconds),
        refresh=answer.get("refresh_token"),
        scopes=frozenset(str(answer.get("scope") or "").split()),
    )


@contextmanager
def _told_apart() -> Iterator[None]:
    """Turn what may go wrong into GatewayError: the consent is over, we are not known, or Google is away."""
    with reaching_google():
        try:
            yield
        except OAuthError as refused:
            raise _refusal(refused.error) from None
        except HTTPError as answered:
            raise (later(answered.response) if answered.response is not None else answered) from None
        except (KeyError, ValueError):
            raise GatewayError("Something else than Google answered.", retry=True, away=True) from None


def _refusal(error: object) -> GatewayError:
    if error == "invalid_grant":
        return Revoked()
    known = error if isinstance(error, str) else "too often"  # an object: the answer of a limit, not of the consent
    return GatewayError(f"Google does not accept how this Holdfast asks: {known}.", retry=True, away=True)
