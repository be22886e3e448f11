"""Styles of mails, moved from their head onto the elements, because many mail programs read them only there.

Letters of one form, the same elements around other words, get the same styles. So each form is worked out once in
a process, and every letter of that form is filled in. A form holds marks where words and addresses belong.
"""

import re
from functools import lru_cache

from css_inline import CSSInliner

# What differs between letters of one form: words between two tags (not the style sheet's), and addresses of links.
_FILLING = re.compile(r'((?<=>)(?<!<style>)\s*[^<\s][^<]*|(?<= href=")[^"]*)')
_MARK = "\ue000"  # for private use: nobody writes it in a mail, and a letter that has it is worked out by itself
_MOST_FORMS = 500

# Those that know dark mode read the rest of the style sheet.
_inliner = CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)


def inlined(letter: str) -> str:
    """Return the letter (a whole HTML page) with its styles on its elements."""
    if _MARK in letter:
        return _inliner.inline(letter)
    parts = _FILLING.split(letter)
    parts[::2] = _styled(_MARK.join(parts[::2]))
    return "".join(parts)


@lru_cache(maxsize=_MOST_FORMS)
def _styled(form: str) -> list[str]:
    return _inliner.inline(form).split(_MARK)
