"""The catalogues: complete, up to date, and fit to stand where the English sentence stood."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po
from flask_babel import gettext, ngettext

from app.language import CATALOGUES, NAMES, speaking

ROOT = Path(__file__).parents[2]
TRANSLATED = [language for language in NAMES if language != "en"]
KEYWORDS = DEFAULT_KEYWORDS | {"lazy_gettext": None, "marked": None}


def in_source() -> set[object]:
    """Every sentence that clients read, by the mapping that `make words` goes by."""
    mappings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["babel"]["mappings"]
    methods = [(one["pattern"], one["method"]) for one in mappings]
    options = {one["pattern"]: {key: one[key] for key in one.keys() - {"pattern", "method"}} for one in mappings}
    found = extract_from_dir(ROOT / "app", methods, options, keywords=KEYWORDS)
    return {sentence for _file, _line, sentence, _comments, _context in found}


def read(language: str) -> Catalog:
    with (CATALOGUES / language / "LC_MESSAGES" / "messages.po").open("rb") as written:
        return read_po(written, locale=language)


def sentences(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def forms(text: object) -> list[str]:
    return [str(one) for one in text] if isinstance(text, (tuple, list)) else [str(text)]


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)\w", text))


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_has_the_sentences_of_the_source_and_no_others(language):
    known = {
        tuple(message.id) if isinstance(message.id, (tuple, list)) else message.id
        for message in sentences(read(language))
    }
    assert known == in_source(), "run `make words`, then translate what is new"


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_translated_and_nobody_only_guessed(language):
    open_ones = [message.id for message in sentences(read(language)) if message.fuzzy or not all(forms(message.string))]
    assert open_ones == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_tells_what_the_sentence_tells(language):
    for message in sentences(read(language)):
        one, *many = forms(message.id)
        for text, sentence in zip(forms(message.string), [one, *many], strict=True):
            assert placeholders(text) == placeholders(sentence), text


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_brings_no_markup_of_its_own(language):
    """It stands in pages and in their attributes as it is: tags are those of the sentence, quotes those of print."""
    for message in sentences(read(language)):
        for text in forms(message.string):
            assert re.findall(r"<[^>]*>", text) == re.findall(r"<[^>]*>", forms(message.id)[0]), text
            assert not re.search(r'["&]', text), text


@pytest.mark.parametrize("language", TRANSLATED)
def test_french_keeps_its_signs_with_their_words_and_no_sentence_ends_in_a_space(language):
    for message in sentences(read(language)):
        for text in forms(message.string):
            assert text == text.strip(), text
            assert not re.search(r" [:;?!»]|« ", text), text


@pytest.mark.parametrize(
    ("language", "one", "two"),
    [
        ("en", "1 therapist", "2 therapists"),
        ("de", "1 Ergebnis", "2 Ergebnisse"),
        ("fr", "1 thérapeute", "2 thérapeutes"),
        ("es", "1 terapeuta", "2 terapeutas"),
    ],
)
def test_one_and_many_differ(app, language, one, two):
    with speaking(language):
        assert ngettext("%(num)s therapist", "%(num)s therapists", 1) == one
        assert ngettext("%(num)s therapist", "%(num)s therapists", 2) == two


def test_what_nobody_translated_stays_english(app):
    with speaking("de"):
        assert gettext("A sentence of tomorrow.") == "A sentence of tomorrow."
