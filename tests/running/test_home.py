"""HOLDFAST_HOME: whatever lies in it is its owner's alone."""

import os
import sqlite3
import stat
from pathlib import Path

import pytest

from app import create_app
from app.home import Home, NotPrivate
from app.integrations.mail.mailbox import keep
from tests.engines.fixtures import SECRET


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def started(home: Path, **settings: str) -> None:
    create_app({"HOLDFAST_CONFIG": "testing", "HOLDFAST_HOME": str(home), "SECRET_KEY": SECRET, **settings})


def open_to_all(folder: Path) -> Path:
    """A folder as an older program or a person left it, with something of each kind in it."""
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    (folder / "redis" / "appendonlydir").mkdir(parents=True)
    (folder / "mailbox").mkdir()
    for name in ("holdfast.sqlite3-wal", "secret-key", "redis/appendonlydir/appendonly.aof"):
        (folder / name).touch()
    sqlite3.connect(folder / "holdfast.sqlite3").execute("create table t (n)").connection.close()
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return folder


@pytest.mark.parametrize("begin", [started, lambda home: Home(home).prepare()], ids=["any command", "make run"])
def test_a_folder_that_others_could_read_is_closed_to_them(tmp_path, begin):
    folder = open_to_all(tmp_path / "home")
    begin(folder)
    for path in (folder, *folder.rglob("*")):
        assert rights(path) == (0o700 if path.is_dir() else 0o600), path


def test_the_database_and_its_logs_are_made_for_their_owner_only(tmp_path):
    """Wherever it lies, and whatever the mask of the person who starts the program."""
    file = tmp_path / "data" / "practice.sqlite3"
    mask = os.umask(0)
    try:
        started(tmp_path / "home", DATABASE_URL=f"sqlite:///{file}")
        connection = sqlite3.connect(file)
        connection.execute("pragma journal_mode=wal")
        connection.execute("create table t (n)")
        kept = keep(tmp_path, b"Subject: private")
        assert rights(file.parent) == 0o700
        assert {rights(path) for path in (*file.parent.iterdir(), kept)} == {0o600}
        assert len(list(file.parent.iterdir())) == 3
        connection.close()
    finally:
        os.umask(mask)


def test_a_folder_for_everybody_is_refused_and_left_as_it_is(tmp_path):
    tmp_path.chmod(0o1777)
    with pytest.raises(NotPrivate, match="give Holdfast a folder of its own"):
        started(tmp_path)
    assert rights(tmp_path) == 0o1777


def test_a_folder_of_somebody_else_is_refused_with_what_to_do(tmp_path, monkeypatch):
    folder = open_to_all(tmp_path / "home")

    def not_ours(_path: Path, _mode: int) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "chmod", not_ours)  # the tests may run as root, who may do everything
    with pytest.raises(NotPrivate, match=f"chmod -R go-rwx '{folder}'"):
        started(folder)
