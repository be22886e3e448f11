"""The list of alternatives while a therapist builds it. It lives in the form alone until it is offered."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from app import cleaning
from app.booking.booking import Booking
from app.booking.rearrangement import MOST_ALTERNATIVES, Terms, needs_consent
from app.booking.suggesting import SUGGESTED, suggest
from app.forms.new_time import NewTime, NoMoment
from app.refusals import NotPossible
from app.scheduling.spans import Span

ROW = re.compile(r"alternatives-(\d{1,4})-(?:date|time|location)")


@dataclass
class AlternativesForm:
    reason: str
    rows: list[NewTime] = field(default_factory=list)
    words: str = ""
    warned: str = ""
    words_error: str | None = None
    problem: str | None = None

    @classmethod
    def typed(cls, form: MultiDict[str, str]) -> "AlternativesForm":
        """Read the form as it was sent. Raises NotPossible for a reason that needs no consent or is none at all."""
        # Another reason pressed above the list takes along what was typed into it.
        reason = form.get("other_reason") or form.get("reason", "")
        if not needs_consent(reason):
            raise NotPossible("Choose why this is changing.")
        words, words_error = cleaning.words(form.get("words"))
        rows = [NewTime.typed(form, f"alternatives-{number}-") for number in _row_numbers(form)]
        typed = cls(reason, rows, words, form.get("warned", ""), words_error)
        typed._number()
        return typed

    def add_row(self, row: NewTime) -> None:
        """One more."""
        if len(self.rows) >= MOST_ALTERNATIVES:
            self.problem = f"Offer at most {MOST_ALTERNATIVES} alternatives."
            return
        self.rows.append(row)
        self._number()

    def remove_row(self, number: str) -> None:
        """Take out the row with this number, if there is one; the rest move up."""
        self.rows = [row for row in self.rows if str(row.index) != number]
        self._number()

    def suggestions(self, booking: Booking) -> dict[str, Terms]:
        """Good times that are not in the list yet nor overlap one that is, each by the key of its row."""
        room = MOST_ALTERNATIVES - len(self.rows)
        found = suggest(booking, list(self._spans(booking)), min(SUGGESTED, room)) if room > 0 else []
        return {NewTime.of_terms(terms, booking.therapist.tz).key: terms for terms in found}

    def terms(self, booking: Booking) -> list[Terms] | None:
        """Return the terms to offer, or None when something must be looked at first: rows and `problem` say what."""
        found = [row.terms(booking, offered=True) for row in self.rows]
        if self.words_error:
            self.problem = self.problem or "Please look at the marked fields; nothing was offered yet."
        if self.problem:
            return None
        if any(row.errors for row in self.rows):
            self.problem = "Please look at the marked alternatives; nothing was offered yet."
            return None
        if self._unseen_warnings():
            self.problem = "Please look at the warnings. Press Offer alternatives again if this is what you want."
            return None
        return [terms for terms in found if terms]

    def _spans(self, booking: Booking) -> Iterator[Span]:
        """When the rows are; what cannot be read as a time is in nobody's way."""
        for row in self.rows:
            with suppress(NoMoment):
                starts_at = row.starts_at(booking.therapist)
                yield starts_at, starts_at + (booking.ends_at - booking.starts_at)

    def _unseen_warnings(self) -> bool:
        """Return whether a row warns of something that the therapist has not been shown yet."""
        seen = set(self.warned.split("|"))
        warnings = [row.warned_of for row in self.rows if row.warning]
        self.warned = "|".join(warnings)
        return any(key not in seen for key in warnings)

    def _number(self) -> None:
        for number, row in enumerate(self.rows, start=1):
            row.index = number


def _row_numbers(form: MultiDict[str, str]) -> list[int]:
    numbers = {int(match[1]) for name in form if (match := ROW.fullmatch(name))}
    # A few more than may be offered, so that an eleventh is told about and not silently dropped.
    return sorted(numbers)[: 2 * MOST_ALTERNATIVES]
