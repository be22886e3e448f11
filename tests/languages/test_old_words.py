"""Sentences that people had to read twice are said in other words, and do not come back."""

import re
from pathlib import Path

import pytest

from tests.guards.test_source import APP, sources

OLD = [
    "Your time is agreed", "It is agreed", "Nothing stands until", "Nobody answered in time, so",
    "Not possible for you?", "No more requests can be taken", "Was this change not your wish",
    "Calendars outside", "closes time here",
    "close time here", "On the clocks of", "Tell me on this device", "It names nobody", "Save measures",
    "lie outside your times", "How did it go?", "A word for yourself", "A few words", "leads nowhere now",
    "how it stands", "things stand", "session stands", "sessions stand",
    "needs your answer", "stands here", "stand here", "takes bookings", "no bookings", "calendar elsewhere",
]  # fmt: skip
IN_COMMENTS = re.compile(r"\{#.*?#\}", re.DOTALL)
DOCSTRINGS = re.compile(r'"""(.|\n)*?"""|#.*')


def read_by_people() -> dict[Path, str]:
    """Return the text of templates, of Python without comments and docstrings, and of the service worker's pushes."""
    said = {path: IN_COMMENTS.sub("", path.read_text()) for path in (APP / "templates").rglob("*.*")}
    said |= {path: DOCSTRINGS.sub("", path.read_text()) for path in sources()}
    return said | {path: path.read_text() for path in (APP / "static" / "js" / "service-worker").glob("push.js")}


@pytest.mark.parametrize("old", OLD)
def test_an_old_sentence_is_said_nowhere(old):
    assert [str(path.relative_to(APP)) for path, said in read_by_people().items() if old in said] == []


@pytest.mark.parametrize(
    "sentence",
    [
        "You're booked", "Nothing is fixed until", "None of these work?", "Didn't ask for this change?",
        "Busy times there block times here", "Notifications on this device", "Note to yourself",
        "Did the session take place?", "The old address no longer works", "in time you've closed",
        "You already have requests waiting", "It never shows a name, place or time",
    ],
)  # fmt: skip
def test_a_plain_sentence_is_said(sentence):
    assert any(sentence in said for said in read_by_people().values())
