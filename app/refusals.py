"""Why a verb was refused, each with a sentence for the person who asked."""

from datetime import datetime

from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString


class Refused(Exception):
    """A verb that could not be done; nothing was changed. `sentence` says why and what can be done."""

    sentence: str | LazyString = lazy_gettext("This could not be done.")

    def __init__(self, sentence: str | None = None):
        # Said in the language of the person who asked, now that it is known who that is.
        self.sentence = sentence or str(self.sentence)
        super().__init__(self.sentence)


class TimeTaken(Refused):
    """Somebody else holds this time."""

    sentence = lazy_gettext("This time has just been taken. Please choose another.")


class BookingChanged(Refused):
    """The booking is no longer in a state in which the verb makes sense: somebody was faster."""

    sentence = lazy_gettext("This session has changed meanwhile. This is the session as it is now.")


class RequestLapsed(BookingChanged):
    """Nobody answered the request in time: it has ended, whether or not a job has noticed."""

    sentence = lazy_gettext("This request was not answered in time and has ended.")


class OfferEnded(BookingChanged):
    """The offer has been answered, withdrawn or has expired."""

    sentence = lazy_gettext("This offer has ended. This is the session as it is now.")


class NotPossible(Refused):
    """What was asked for is wrong in itself: the form says so and keeps what was typed."""


class NumberNeeded(NotPossible):
    """The therapist would ring the client, whose number nobody knows."""

    sentence = lazy_gettext("Please give a phone number: your therapist rings you on it.")


class TooManyRequests(Refused):
    """A limit on requests is reached; `retry_at` says when to try again, if time alone helps."""

    def __init__(self, sentence: str, retry_at: datetime | None = None):
        super().__init__(sentence)
        self.retry_at = retry_at
