"""What a page of times says after a change: that it is done, how to take it back, and whom it leaves outside."""

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import request
from flask_login import current_user

from app.blueprints.desk.outside_times import outside_context
from app.booking.outside import Left, offered_to_come, sessions_to_come
from app.booking.possible import verbs_of
from app.forms.sick_day import LONGEST
from app.scheduling.spans import Span
from app.sealed import seal, unseal
from app.web.lookup import found
from app.wording import shown_in


@dataclass(frozen=True)
class Told:
    """Travels sealed in the page's address and in its undo form, so that nothing has to be kept until it is read.

    Sealed and not only signed: it holds the reason of time off and names of rooms and calendars, and addresses are
    kept by browsers, proxies and logs.
    """

    sentence: str
    where: str = ""  # id of the part of the page that changed
    undo: str = ""  # address to which its undo form is sent
    undo_label: str = "Undo"
    before: Any = None  # what undoing brings back
    after: Any = None
    outside: list[int] = field(default_factory=list)  # ids of the sessions that it left outside
    offered: list[int] = field(default_factory=list)  # ids of the alternatives that it left outside
    time_off: tuple[str, str] | None = None  # bounds of the time off that did
    back: str = ""  # where the person came from, when they are kept here to read it

    def naming(self, left: Left) -> "Told":
        """The same with whom it leaves outside."""
        sessions, alternatives = ([one.id for one in some] for some in (left.sessions, left.alternatives))
        return replace(self, outside=sessions, offered=alternatives)

    @property
    def token(self) -> str:
        return seal(json.dumps([current_user.therapist.id, asdict(self)]))

    @classmethod
    def read(cls, token: str | None) -> "Told | None":
        """Return what a token says; None for one that is not ours, or another therapist's."""
        text = unseal(token or "")
        try:
            therapist_id, told = json.loads(text or "null")
            return cls(**told) if therapist_id == current_user.therapist.id else None
        except (ValueError, TypeError):
            return None

    @classmethod
    def to_undo(cls) -> "Told":
        """Return what the pressed undo form says. Answers 404 for a form of another address."""
        told = cls.read(request.form.get("told"))
        return found(told if told and told.undo == request.path else None)


def told_by_address() -> Told | None:
    """Return what the address says is to be told: after a plain form the answer is another page."""
    return Told.read(request.args.get("told"))


def told_context(told: Told | None) -> dict[str, Any]:
    """What the template needs to tell it, with what was left outside as it stands now."""
    outside = sessions_to_come(current_user.therapist, told.outside) if told and told.outside else []
    return {
        "told": told,
        "outside": outside,
        "offered": offered_to_come(current_user.therapist, told.offered) if told and told.offered else [],
        "movable": {booking.id for booking in outside if "rearrange" in verbs_of(booking)},
        "sick_day": _sick_day(told) if len(outside) > 1 else None,
        **outside_context(current_user.therapist, besides={booking.id for booking in outside}),
    }


def bounds(span: Span) -> tuple[str, str]:
    return span[0].isoformat(), span[1].isoformat()


def _sick_day(told: Told | None) -> str | None:
    """Return the address at which all sessions in some time off are offered other times."""
    if told is None or told.time_off is None:
        return None
    begins, stops = (datetime.fromisoformat(moment) for moment in told.time_off)
    if stops - begins > LONGEST:
        return None  # a sick day may not be as long as this time off
    starts, ends = (shown_in(moment, current_user.therapist.zone) for moment in (begins, stops))
    span = {
        "from_date": f"{starts:%Y-%m-%d}",
        "from_time": f"{starts:%H:%M}",
        "to_date": f"{ends:%Y-%m-%d}",
        "to_time": f"{ends:%H:%M}",
    }
    return f"/sick-days/new?{urlencode(span)}"
