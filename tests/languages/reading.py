"""What a person reads and hears of a page or a mail, piece by piece."""

import re
from html.parser import HTMLParser

SAID = (
    "aria-label",
    "data-busy",
    "data-announce",
    "alt",
    "title",
    "placeholder",
    "data-left",
    "data-unreachable",
    "data-unanswered",
    "says",
)
# The same in every language: names of people and places, addresses, and figures.
NAMES = re.compile(
    r"Holdfast|Mara|Lindt|Mara Lindt|Ines Keller|Jonas Peters|Room [12]|[12] Harley Street"
    r"|ML|English|Deutsch|Français|Español|Berlin|London|A clinic day was moved\.|As I said\.|[\W\d]*|.*https?://.*"
    r"|\+44 20 7946 0123|12 Harley Street.*|London W1G 9PG|First session"
    r"|\d\d:\d\d–\d\d:\d\d (London|Berlin)(, Room [12])?"
    r"|A clinic day was moved, I am sorry\.|> .*|10:00–10:50 London · 11:00–11:50 Berlin|name@example.com"
)


class Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.pieces += [text for name, text in attributes if name in SAID and text]

    def handle_data(self, data: str) -> None:
        if self.cdata_elem is None:
            self.pieces += data.split(" · ")


def pieces(page: str) -> set[str]:
    """Every piece of text, of a page or a plain text, that is not the same in all languages by itself."""
    told = (" ".join(piece.split()) for piece in Reader(page).pieces)
    return {piece for piece in told if not NAMES.fullmatch(piece.strip(" ,:()·"))}


def lines(text: str) -> set[str]:
    told = (" ".join(line.split()) for line in text.splitlines())
    return {line for line in told if not NAMES.fullmatch(line)}
