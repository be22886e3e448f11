"""Ways in which a journey is made. Without a word it is made twice, on a phone and at a desk, with scripts."""

import pytest

with_and_without_scripts = pytest.mark.parametrize(
    "scripts", [True, False], ids=["scripts", "no-scripts"], indirect=True
)
on_a_phone = pytest.mark.parametrize("size", ["phone"], indirect=True)
at_a_desk = pytest.mark.parametrize("size", ["desk"], indirect=True)


without_worker = pytest.mark.without_worker


def also_by_keyboard(*sizes: str, scripts: tuple[bool, ...] = (True,)) -> pytest.MarkDecorator:
    """At these sizes (without a word at both), and once more at a desk with the keyboard alone."""
    ways = [(size, runs) for size in sizes or ("phone", "desk") for runs in scripts] + [("keyboard", True)]
    names = [size if runs else f"{size}-no-scripts" for size, runs in ways]
    return pytest.mark.parametrize(("size", "scripts"), ways, ids=names, indirect=True)
