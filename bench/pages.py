"""Pages of the demo practice on SQLite, in one process and without a network."""

import tempfile
from pathlib import Path

from flask_migrate import upgrade

from app import create_app
from app.home import Home
from bench.measure import report, seconds

RUNS = 100


def run() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Home(Path(folder)).prepare()
        app = create_app({"HOLDFAST_CONFIG": "testing", "HOLDFAST_HOME": folder, "MAILBOX_DIR": folder})
        with app.app_context():
            upgrade()
            from app import demo

            demo.fill()
        http = app.test_client()
        for path in ("/", "/t/mara-lindt"):
            assert http.get(path).status_code == 200
            taken = seconds(lambda path=path: http.get(path), RUNS)  # type: ignore[misc]
            report(f"GET {path}", taken * 1000, "ms", RUNS)
