"""Rules of the house that only the source can show."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import SETTINGS

ROOT = Path(__file__).parents[2]
APP = ROOT / "app"
NETWORK = {"smtplib", "requests", "urllib.request", "http.client", "socket", "httpx", "urllib3", "aiohttp"}
OUTSIDE = ("integrations/", "running/")  # the world's own folder, and the processes that serve


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders or ("",) for path in (APP / folder).rglob("*.py"))


def name_of(path: Path) -> str:
    return str(path.relative_to(APP))


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Each call in a file with its dotted name: `db.session.commit`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def words(path: Path) -> str:
    """The code without docstrings and comments."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            node.value.value = ""
    return ast.unparse(tree)


def test_only_rendering_knows_htmx():
    knowing = {name_of(path) for path in sources() if any(s in words(path).lower() for s in ("htmx", "hx-", "hx_"))}
    # extensions.py makes the instance, create_app ties it, security.py names the policy its extension needs.
    allowed = {"__init__.py", "extensions.py", "web/rendering.py", "web/security.py"}
    assert knowing <= allowed


def test_three_scripts_know_htmx():
    """What swaps, what carries unsent words over a swap, and what asks for one, which does nothing by itself."""
    scripts = (APP / "static" / "js").glob("*.js")
    assert {path.name for path in scripts if "htmx" in path.read_text()} <= {
        "htmx.js",
        "swaps.js",
        "unsent.js",
        "pieces.js",
    }


def test_only_the_clock_reads_the_time():
    reading = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "datetime.datetime.now"}
    found = {name_of(path) for path in sources() for name, _ in calls(path) if name in reading}
    assert found == {"clock.py"}


def test_only_views_and_jobs_commit():
    committing = {name_of(path) for path in sources() for name, _ in calls(path) if name.endswith("session.commit")}
    allowed = ("blueprints/", "jobs/", "commands.py", "demo/__init__.py")
    assert {name for name in committing if not name.startswith(allowed)} == set()


def test_whoever_changes_a_diary_in_bulk_says_so():
    """The directory and the pages' caches learn of changes from what is flushed; a bulk statement is not."""
    watched = {"Hold", "TimeOff", "ExtraTime", "BusyTime", "WorkingTime", "Location", "SessionType", "Therapist"}
    watched |= {"working_time_location", "extra_time_location"}
    in_bulk = {
        name_of(path)
        for path in sources()
        for name, call in calls(path)
        if name in ("delete", "insert", "update") and call.args and ast.unparse(call.args[0]) in watched
    }
    # They write what is derived, or say themselves what they changed.
    telling = {"calendars/reading/keeping.py", "calendars/writing/moved_there.py", "scheduling/hold.py"}
    assert in_bulk <= {"scheduling/changes.py", "scheduling/openings.py"} | telling
    for name in telling:
        assert "changes.note(" in (APP / name).read_text()


def test_views_talk_to_nobody_outside():
    for path in sources("web", "blueprints", "booking", "forms", "practice", "scheduling", "messages"):
        assert not imports(path) & NETWORK, name_of(path)


def test_only_integrations_talk_to_the_network():
    talking = {name_of(path) for path in sources() if imports(path) & (NETWORK - {"socket"})}
    assert {name for name in talking if not name.startswith(OUTSIDE)} == set()


@pytest.mark.parametrize("lower", ["practice", "scheduling", "booking", "messages"])
def test_what_the_practice_is_knows_nothing_of_pages_and_jobs(lower):
    for path in sources(lower):
        above = {
            name for name in imports(path) if name.startswith(("app.web", "app.blueprints", "app.jobs", "app.forms"))
        }
        assert not above, name_of(path)


def test_the_pure_files_import_nothing_of_ours():
    for name in ("scheduling/slots.py", "scheduling/spans.py", "scheduling/local_time.py"):
        assert not {module for module in imports(APP / name) if module.startswith("app")}, name


def test_views_are_thin():
    """Fetch, one verb, commit, render. A view that grows has a rule in it that belongs to a noun."""
    for path in sources("blueprints"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and any("bp." in ast.unparse(one) for one in node.decorator_list):
                length = (node.end_lineno or 0) - node.lineno + 1
                assert length <= 25, f"{name_of(path)}: {node.name} has {length} lines"


def test_no_view_decides_who_comes_first():
    """Conditional updates are the nouns' business."""
    for path in sources("web", "blueprints"):
        assert not {"sqlalchemy.update", "sqlalchemy.delete", "sqlalchemy.insert"} & imports(path), name_of(path)


def test_every_setting_is_described_once():
    names = [setting.name for setting in SETTINGS]
    assert len(names) == len(set(names))
    for setting in SETTINGS:
        assert len(setting.meaning.split()) >= 1, setting.name
        assert setting.meaning.strip() == setting.meaning


def test_every_setting_that_is_read_is_known():
    """Nothing reads the environment behind config.py's back, but for the processes that `make run` starts."""
    reading = {name_of(path) for path in sources() if "os.environ" in words(path) or "getenv" in words(path)}
    assert {name for name in reading if not name.startswith("running/")} <= {"__init__.py", "config.py"}


def test_no_path_of_a_machine_is_in_the_source():
    for path in sources():
        assert not re.search(r"[\"'](/home/|/root/|/tmp/|/Users/)", path.read_text()), name_of(path)
