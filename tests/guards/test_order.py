"""What may import what: packages have an order, and arrows between them point down."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.guards.test_source import APP, name_of, sources

# From the bottom to the top. Modules beside the packages (clock.py, database.py, ...) may be used by all of them.
ORDER = [
    "practice",
    "scheduling",
    "integrations",
    "calendars",
    "messages",
    "booking",
    "forms",
    "jobs",
    "web",
    "blueprints",
    "demo",
    "running",
]
# Arrows that still point up, most of them for types alone. No new ones: take them out as they go.
UP = {
    ("practice", "messages"),
    ("scheduling", "calendars"),
    ("calendars", "messages"),
    ("calendars", "booking"),
    ("messages", "booking"),
}


def imported(path: Path) -> Iterator[str]:
    """The packages of ours that a file imports from anywhere in it: also inside functions, and for types alone."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "app":
            names = [node.module] if "." in node.module else [f"app.{one.name}" for one in node.names]
            yield from (name.split(".")[1] for name in names)


def test_arrows_between_packages_point_down():
    found = {
        (path.relative_to(APP).parts[0], package): name_of(path)
        for path in sources(*ORDER)
        for package in imported(path)
        if package in ORDER and ORDER.index(package) > ORDER.index(path.relative_to(APP).parts[0])
    }
    new = {arrow: where for arrow, where in found.items() if arrow not in UP}
    assert new == {}, "these import what is above them"
    assert set(found) == UP, "take out of UP what no longer points up"
