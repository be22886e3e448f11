"""What may be a person's name.

Names come in every script and shape, so nothing is asked of one but that it can be seen and is no address: our first
mail to an address that nobody has confirmed greets its reader by the name that somebody typed.
"""

import re

TITLES = r"(?:dr|prof|st|mr|mrs|ms|mme|sr|sra|fr|rev|ing|mag|dipl|med|phil|rer|nat)"
# Of the web or of a mail, as mail programs make links of it; *Dr.Keller* is none.
ADDRESS = re.compile(
    rf"://|@|\bwww\.|(?<![\w.-])(?!(?:{TITLES}\.)+[^\W\d_]+(?![\w.]))[\w-]{{2,}}(?:\.[\w-]{{2,}})+", re.IGNORECASE
)
SENTENCE = re.compile(r"[\d!?:;/=<>]")
# *Dr.Keller* and *J.R. Smith*; not *t.me* or *X.COM*, of which mail programs may make links.
SHORTENED = re.compile(rf"\b(?:(?i:{TITLES})|[^\W\d_])\.(?![a-z]|[A-Z]{{2}})")
DOT_INSIDE = re.compile(r"\w\.\w")
MOST_WORDS = 4


def holds_address(name: str) -> bool:
    """Return whether a mail program would make a link of something in the name."""
    return ADDRESS.search(name) is not None


def is_plain(name: str) -> bool:
    """Return whether a name can be nothing else, so that a mail may greet a stranger with it."""
    if holds_address(name) or SENTENCE.search(name) or len(name.split()) > MOST_WORDS:
        return False
    return not DOT_INSIDE.search(SHORTENED.sub("", name))
