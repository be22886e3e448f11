"""In which language we speak: the sentences of each, and which of them is spoken now.

Clients read the language of their browser when they book, and from then on the language kept with them, whatever
browser opens their links. Therapists and operators read English.
"""

import io
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask
from flask_babel import Babel, Domain, refresh
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

ENGLISH = "en"
NAMES = {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español"}
LOCALES = {code: Locale.parse("en_GB" if code == ENGLISH else code) for code in NAMES}
CATALOGUES = Path(__file__).parent / "translations"

# Not in Flask's `g`: pages ask for it with each sentence. Every request begins by setting it (web/languages.py).
_spoken: ContextVar[str] = ContextVar("spoken", default=ENGLISH)


class Catalogues(Domain):
    """The sentences of all languages, read from what translators write: nothing has to be compiled before."""

    def get_translations(self) -> NullTranslations:
        return catalogue(spoken())


babel = Babel()
babel.domain_instance = Catalogues()


def init_app(app: Flask) -> None:
    babel.init_app(app, default_locale="en_GB", locale_selector=lambda: LOCALES[spoken()])
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        say,
        lambda one, many, number: catalogue(_spoken.get()).ungettext(one, many, number),
        newstyle=True,
    )
    # The same as Jinja's own, without what it does for sentences that have no places to fill: most of a page.
    app.jinja_env.globals["_"] = _told
    app.add_template_global(spoken, "page_language")
    app.add_template_filter(languages_said)


def spoken() -> str:
    """The language of what is being written now: `en`, `de`, `fr` or `es`."""
    return _spoken.get()


def say(sentence: str) -> str:
    """A sentence of ours without places for names or times; quick, for pages that say many."""
    return str(catalogue(_spoken.get()).ugettext(sentence))


@pass_eval_context
def _told(context: EvalContext, sentence: str, **values: Any) -> str:
    told: str = catalogue(_spoken.get()).ugettext(sentence)
    if context.autoescape:
        told = Markup(told)
    return told % values if values else told


def speak(language: str | None) -> None:
    """The rest of this answer is in this language; in English when we do not know it."""
    _spoken.set(language if language in NAMES else ENGLISH)
    refresh()


@contextmanager
def speaking(language: str | None) -> Iterator[None]:
    """Speak this language in the block, and the one before again after it."""
    before = _spoken.get()
    speak(language)
    try:
        yield
    finally:
        speak(before)


def language_name(code: str) -> str:
    """Return the name of one of our languages in the language spoken: *German*."""
    return LOCALES[_spoken.get()].languages.get(code, code)


def languages_said(written: str) -> str:
    """Return the sentence on the languages of a therapist: *Parle allemand, anglais*."""
    return _languages(written, _spoken.get())


def languages_headed(written: str) -> str:
    """The same standing by itself: *Allemand, anglais*."""
    said = languages_said(written)
    return said[:1].upper() + said[1:]


def languages_by_name(written: Iterable[str]) -> dict[str, str]:
    """Languages and what they are called here, in the order of these names."""
    called = {name: languages_headed(name) for name in written}
    return dict(sorted(called.items(), key=lambda pair: folded(pair[1])))


def folded(text: str) -> str:
    """Return a text as it is compared and sorted: *Vídeo* as *video*."""
    return "".join(each for each in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(each))


@lru_cache(maxsize=1000)
def _languages(written: str, language: str) -> str:
    if language == ENGLISH:
        return written
    names = LOCALES[language].languages
    each = (name.strip() for name in written.split(","))
    return ", ".join(names.get(_codes().get(name.casefold(), ""), name) for name in each if name)


@cache
def _codes() -> dict[str, str]:
    """The codes of languages by what they are called in English, as therapists write them."""
    return {name.casefold(): code for code, name in LOCALES[ENGLISH].languages.items()}


def marked(sentence: str) -> str:
    """A sentence of ours that is translated where it is shown, not where it is written down."""
    return sentence


@cache
def catalogue(language: str) -> NullTranslations:
    """Return the translations of a language; an untranslated sentence stays English."""
    if language == ENGLISH:
        return NullTranslations()
    with (CATALOGUES / language / "LC_MESSAGES" / "messages.po").open("rb") as written:
        sentences = read_po(written, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, sentences)
    compiled.seek(0)
    return Translations(compiled)
