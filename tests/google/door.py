"""What comes in: whose it is, whether it is a request at all, in which mood Google is, and the answer."""

import json
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tests.google import control
from tests.google.accounts import PREFIX, Grant, insufficient_scopes
from tests.google.answers import Answer, Refused, Request, refusal
from tests.google.consent import Consent
from tests.google.discovery import BASE, Method, find, problems_of_answer, problems_of_request
from tests.google.events import Events
from tests.google.faults import Call, Fault
from tests.google.selection import chosen, tree

if TYPE_CHECKING:
    from tests.google.service import Google

OAUTH = {
    ("GET", "/o/oauth2/v2/auth"): "oauth.auth",
    ("POST", "/o/oauth2/v2/auth"): "oauth.decision",
    ("POST", "/token"): "oauth.token",
    ("POST", "/revoke"): "oauth.revoke",
}


@dataclass(frozen=True)
class Asked:
    """One request that came, and what became of it."""

    kind: str
    account: str
    calendar: str
    status: int  # 0: the connection was closed instead
    request: Request


class Door:
    def __init__(self, google: "Google") -> None:
        self.google = google
        self._consent, self._events = Consent(google), Events(google)

    def answer(self, request: Request) -> Answer:
        """To whatever comes in by the socket."""
        try:
            return self._answer(request)
        except Exception as error:
            traceback.print_exc()
            self.google.problems.append(f"{request.verb} {request.path}: {error!r}")
            return refusal(500, "backendError", "Backend Error")

    def _answer(self, request: Request) -> Answer:
        kind = OAUTH.get((request.verb, request.path))
        if kind:
            return self._act(Call(kind), request, lambda: self._consent.answer(kind, request))
        if request.path.startswith(control.BASE):
            return control.answer(self.google, request)
        found = find(request.verb, request.path) if request.path.startswith(BASE) else None
        if found is None:
            self.google.problems.append(f"nothing here for {request.verb} {request.path}")
            return self._noted(Call("unknown"), request, refusal(404, "notFound", "Not Found"))
        return self._answer_calendar(*found, request)

    def _answer_calendar(self, method: Method, path: dict[str, str], request: Request) -> Answer:
        problems = problems_of_request(method, request)
        if problems:
            self.google.problems += [f"{method.name}: {problem}" for problem in problems]
            return self._noted(Call(method.name), request, refusal(400, "badRequest", "; ".join(problems)))
        try:
            grant = self.google.grants.by_access(request.headers.get("authorization", ""))
        except Refused as refused:
            return self._noted(Call(method.name), request, refused.answer)
        call = Call(
            method.name, grant.account.email, _real_id(path.get("calendarId", ""), grant), "syncToken" in request.query
        )
        return self._act(call, request, lambda: self._checked(method, path, request, grant))

    def _checked(self, method: Method, path: dict[str, str], request: Request, grant: Grant) -> Answer:
        if not method.scopes & {scope.removeprefix(PREFIX) for scope in grant.scopes}:
            raise insufficient_scopes()
        answer = self._events.answer(method, path, request, grant)
        if method.name == "events.list":  # it looks at each entry once
            return answer
        problems = problems_of_answer(method, answer.body)
        self.google.problems += [f"answer to {method.name}: {problem}" for problem in problems]
        return refusal(400, "badRequest", "; ".join(problems)) if problems else _partly(answer, request)

    def _act(self, call: Call, request: Request, act: Callable[[], Answer]) -> Answer:
        fault = self.google.faults.for_call(call, self.google.now())
        if fault and fault.answer:
            return self._noted(call, request, fault.answer)
        if fault and fault.hangs:
            self.google.faults.wait()
        try:
            with self.google.lock:
                answer = act()
        except Refused as refused:
            answer = refused.answer
        return self._noted(call, request, _after(fault, answer))

    def _noted(self, call: Call, request: Request, answer: Answer) -> Answer:
        status = 0 if answer.lost else answer.status
        self.google.asked.append(Asked(call.kind, call.account, call.calendar, status, request))
        return answer


def _partly(answer: Answer, request: Request) -> Answer:
    """What the parameter `fields` wants of it."""
    if not answer.body or "fields" not in request.query:
        return answer
    return replace(answer, body=json.dumps(chosen(tree(request.asked("fields")), json.loads(answer.body))).encode())


def _after(fault: Fault | None, answer: Answer) -> Answer:
    return Answer(lost=True) if fault and fault.then_lost else answer


def _real_id(calendar_id: str, grant: Grant) -> str:
    return grant.account.email if calendar_id == "primary" else calendar_id
