"""Google's consent page and what follows from it: codes, tokens, refreshing and revoking."""

import base64
import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from tests.google.accounts import PREFIX, Account, Grant
from tests.google.answers import Answer, Request, as_json, page, redirect
from tests.google.consent_page import consent_page, error_page

if TYPE_CHECKING:
    from tests.google.service import Google

OURS = ("/o/oauth2/v2/auth", "/token", "/revoke")
VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


@dataclass
class Code:
    grant: Grant
    redirect_uri: str
    challenge: str
    offline: bool
    used: bool = False


class Consent:
    def __init__(self, google: "Google") -> None:
        self.google = google
        self.codes: dict[str, Code] = {}

    def answer(self, kind: str, request: Request) -> Answer:
        doors: dict[str, Callable[[Request], Answer]] = {
            "oauth.auth": self.ask,
            "oauth.decision": self.decide,
            "oauth.token": self.token,
            "oauth.revoke": self.revoke,
        }
        return doors[kind](request)

    def ask(self, request: Request) -> Answer:
        """The page, or what is wrong with the request."""
        fault = self._fault_for_the_page(request)
        if fault:
            return page(error_page(fault), 400)
        wrong = self._fault_for_the_program(request)
        if wrong:
            return self._back(request, error=wrong)
        if not self.google.accounts:
            return page(error_page("Nobody has an account here."), 400)
        return page(consent_page(list(self.google.accounts.values()), request, self._scopes(request)))

    def _fault_for_the_page(self, request: Request) -> str:
        """What is never sent back to an address that might not be the program's."""
        if request.asked("client_id") != self.google.client_id:
            return "Error 401: invalid_client"
        if request.asked("redirect_uri") not in self.google.redirect_addresses:
            return "Error 400: redirect_uri_mismatch"
        if request.asked("response_type") != "code":
            return "Error 400: unsupported_response_type"
        if request.asked("access_type", "online") not in ("online", "offline"):
            return "Error 400: invalid_request (access_type)"
        return "" if self._scopes(request) else "Error 400: invalid_scope"

    def _fault_for_the_program(self, request: Request) -> str:
        method, challenge = request.asked("code_challenge_method", "plain"), request.asked("code_challenge")
        return "" if method == "S256" and re.fullmatch(r"[A-Za-z0-9_-]{43}", challenge) else "invalid_request"

    def _scopes(self, request: Request) -> list[str]:
        scopes = request.asked("scope").split()
        return scopes if all(scope.removeprefix(PREFIX) in self.google.scopes for scope in scopes) else []

    def decide(self, request: Request) -> Answer:
        """The form of the page: Allow or Deny, and which of the scopes."""
        form = dict(request.form)
        decided = Request("GET", f"/o/oauth2/v2/auth?{form.pop('asked')}", {})
        if self._fault_for_the_page(decided):
            return self.ask(decided)
        if form.get("decision") != "allow":
            return self._back(decided, error="access_denied")
        account = self.google.accounts[form["account"]]
        allowed = frozenset(scope for scope in self._scopes(decided) if f"scope:{scope}" in form)
        if not allowed:
            return self._back(decided, error="access_denied")
        return self._allow(decided, account, allowed)

    def _allow(self, asked: Request, account: Account, scopes: frozenset[str]) -> Answer:
        grants = self.google.grants
        first = not grants.of(account)
        if asked.asked("include_granted_scopes") == "true":
            scopes |= grants.scopes_of(account)
        offline = asked.asked("access_type") == "offline" and (first or "consent" in asked.asked("prompt").split())
        code = f"4/{secrets.token_urlsafe(24)}"
        self.codes[code] = Code(
            grants.add(account, scopes), asked.asked("redirect_uri"), asked.asked("code_challenge"), offline
        )
        return self._back(asked, code=code, scope=" ".join(sorted(scopes)), authuser="0", prompt="consent")

    def _back(self, asked: Request, **more: str) -> Answer:
        state = {"state": asked.asked("state")} if asked.asked("state") else {}
        return redirect(f"{asked.asked('redirect_uri')}?{urlencode(state | more)}")

    def token(self, request: Request) -> Answer:
        form = request.form
        client = _client_in_header(request) or (form.get("client_id", ""), form.get("client_secret", ""))
        if client != (self.google.client_id, self.google.client_secret):
            return _no("invalid_client", "The OAuth client was not found.", 401)
        if form.get("grant_type") == "authorization_code":
            return self._by_code(form)
        if form.get("grant_type") == "refresh_token":
            grant = self.google.grants.by_refresh(form.get("refresh_token", ""))
            return self._tokens(grant) if grant else _no("invalid_grant", "Token has been expired or revoked.")
        return _no("unsupported_grant_type", "Invalid grant_type")

    def _by_code(self, form: dict[str, str]) -> Answer:
        code = self.codes.get(form.get("code", ""))
        if code is None or code.used or code.grant.revoked:
            return _no("invalid_grant", "Bad Request")
        if form.get("redirect_uri") != code.redirect_uri:
            return _no("redirect_uri_mismatch", "Bad Request")
        if not _proves(form.get("code_verifier", ""), code.challenge):
            return _no("invalid_grant", "Invalid code verifier.")
        code.used = True
        return self._tokens(code.grant, code.grant.refresh if code.offline else "")

    def _tokens(self, grant: Grant, refresh: str = "") -> Answer:
        access, _expires_at = self.google.grants.access(grant)
        tokens = {
            "access_token": access,
            "expires_in": int(self.google.grants.token_lifetime.total_seconds()),
            "scope": " ".join(sorted(grant.scopes)),
            "token_type": "Bearer",
        }
        return as_json(tokens | ({"refresh_token": refresh} if refresh else {}))

    def revoke(self, request: Request) -> Answer:
        """All that this account allowed, whichever of its tokens came."""
        grant = self.google.grants.by_any(request.form.get("token") or request.asked("token"))
        if grant is None:
            return _no("invalid_token", "Token expired or revoked")
        self.google.grants.revoke(grant.account)
        return as_json({})


def _no(error: str, description: str, status: int = 400) -> Answer:
    return as_json({"error": error, "error_description": description}, status)


def _client_in_header(request: Request) -> tuple[str, str] | None:
    kind, _, written = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    name, _, secret = base64.b64decode(written).decode().partition(":")
    return name, secret


def _proves(verifier: str, challenge: str) -> bool:
    made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    return bool(VERIFIER.fullmatch(verifier)) and made == challenge
