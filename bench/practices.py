"""Databases with a practice in them, and the program served on them."""

import contextlib
import re
import shutil
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar
from pathlib import Path

import psycopg
from flask import Flask
from flask_migrate import upgrade

from app import create_app
from app.home import Home
from bench import bare
from bench.servers import running, served
from tests.engines import keeper

SECRET = "only-for-measuring-0123456789abcdef0123456789"


class Practice:
    """One database with the demo practice, and the bare rows beside it."""

    def __init__(self, folder: Path, url: str) -> None:
        self.url = url
        Home(folder).prepare()
        self.environ = {
            "HOLDFAST_CONFIG": "testing",
            "HOLDFAST_HOME": str(folder),
            "MAILBOX_DIR": str(folder),
            "DATABASE_URL": url,
            "SECRET_KEY": SECRET,
            "REDIS_URL": "",
        }
        self.app: Flask = create_app(self.environ)
        with self.app.app_context():
            upgrade()
            from app import demo

            self.password = demo.fill()
        bare.fill(bare.bare_app(self.bare_url))

    @property
    def bare_url(self) -> str:
        return self.url.replace("postgresql://", "postgresql+psycopg://")

    @contextlib.contextmanager
    def served(self) -> Iterator[str]:
        with self.running() as (url, _):
            yield url

    @contextlib.contextmanager
    def running(self) -> Iterator[tuple[str, int]]:
        with running(["-m", "flask", "--app", "wsgi", "web"], self.environ, "/healthz") as found:
            yield found

    @contextlib.contextmanager
    def bare_served(self) -> Iterator[str]:
        with served(["-m", "bench.bare"], {"BARE_DATABASE_URL": self.bare_url}) as url:
            yield url

    def sign_in(self, url: str, email: str = "mara@example.com") -> str:
        """The cookies of a signed-in browser, as a header says them."""
        cookies = CookieJar()
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))
        page = browser.open(f"{url}/sign-in").read().decode()
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token, "the sign-in page has no form token"
        typed = {"csrf_token": token[1], "email": email, "password": self.password}
        browser.open(f"{url}/sign-in", urllib.parse.urlencode(typed).encode())
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in cookies)


@contextlib.contextmanager
def on_sqlite() -> Iterator[Practice]:
    with tempfile.TemporaryDirectory() as folder:
        yield Practice(Path(folder), f"sqlite:///{folder}/holdfast.sqlite3")


@contextlib.contextmanager
def on_postgresql() -> Iterator[Callable[[str], Practice]]:
    """A cluster of our own; makes a practice in a new database of it with each call."""
    folder = Path(tempfile.mkdtemp(prefix="holdfast-bench-"))
    folder.chmod(0o711)  # PostgreSQL runs as another user
    try:
        address = keeper.postgresql(folder)

        def make(name: str) -> Practice:
            with psycopg.connect(address.format("postgres"), autocommit=True) as connection:
                connection.execute(f'CREATE DATABASE "{name}"')
            (folder / name).mkdir()
            return Practice(folder / name, address.format(name))

        yield make
    finally:
        keeper.stop_servers()
        shutil.rmtree(folder, ignore_errors=True)
