"""Styles moved onto the elements of mails, once for all letters of one form."""

from html.parser import HTMLParser

import pytest
from css_inline import CSSInliner

from app.messages import inlining, mail
from app.messages.inlining import inlined
from tests.messages.samples import CASES, message

PLAIN = (
    "<!doctype html><html><head><style>p { color: red; } @media print { p { color: black; } }</style></head>"
    '<body><p>%s</p><p>  </p><a href="%s">there</a></body></html>'
)


class Somewhere:
    session = offer = calendars = "https://holdfast.example/somewhere"

    def desk(self, booking_id: int) -> str:
        return f"https://holdfast.example/{booking_id}"

    def time(self, alternative_id: int) -> str:
        return f"https://holdfast.example/?alternative={alternative_id}&more=yes"


class Read(HTMLParser):
    """All that a reader makes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[object] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs) -> None:
        self.said.append((tag, attrs))

    def handle_endtag(self, tag) -> None:
        self.said.append(f"end of {tag}")

    def handle_data(self, data) -> None:
        self.said += data.split()


@pytest.mark.parametrize("words", ["Hello", "a > b &amp; c", "two\nlines", "\ue000", "&nbsp;"])
def test_a_letter_reads_as_if_it_had_been_worked_out_by_itself(words):
    by_itself = CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
    for letter in (PLAIN % ("once before", "/"), PLAIN % (words, "https://example.org/?a=1&amp;b=2")):
        assert Read(inlined(letter)).said == Read(by_itself.inline(letter)).said


@pytest.mark.parametrize("case", CASES, ids=str)
def test_each_of_our_letters_reads_as_if_it_had_been_worked_out_by_itself(app, case):
    made = message(case)
    says = mail._context(made.facts, case.recipient, mail.LinksToCome())
    says["links"] = Somewhere()
    letter = mail._rendered(case.name, "body.html", says)
    by_itself = CSSInliner(load_remote_stylesheets=False, keep_at_rules=True).inline(letter)
    assert Read(inlined(letter)).said == Read(by_itself).said
    assert 'style="' in by_itself


def test_letters_of_one_form_are_worked_out_once():
    inlining._styled.cache_clear()
    for words in ("One", "Two", "Three"):
        assert words in inlined(PLAIN % (words, f"/{words}"))
    assert inlining._styled.cache_info().misses == 1
