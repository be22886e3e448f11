"""Attributes of a form's fields, as templates give them."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from wtforms.widgets import html_params


def attributes(given: Mapping[str, Any]) -> Markup:
    """Return attributes as HTML has them: a true one is its name alone, and one that is False or None is left out."""
    written = html_params(**given)
    return Markup(f" {written}" if written else "")
