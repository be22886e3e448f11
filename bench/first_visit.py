"""The first visit on a phone: what Lighthouse (its mobile preset) measures on the pages people open from a link.

Lighthouse is installed in bench/lighthouse by `make bench` only: version 13, because older ones cannot read what the
present Chromium notes; it asks for a newer Node than 20 but runs on it. What it finds wrong is said on stderr.
"""

import json
import os
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select

from app.booking.offer import Offer
from app.booking.personal_link import PersonalLink
from app.database import db
from bench.measure import note, report
from bench.practices import on_sqlite

RUNS = 5
TRIES = 5  # now and then Chromium loses the beginning of what it notes, and the visit counts for nothing
LIGHTHOUSE = Path(__file__).parent / "lighthouse" / "node_modules" / "lighthouse" / "cli" / "index.js"
# Nobody looks for the private pages: they ask not to be found, which Lighthouse takes for a fault.
PUBLIC = {"directory": "/", "therapist_page": "/t/mara-lindt"}
CATEGORIES = ["performance", "accessibility", "best-practices"]
TIMES = {"largest-contentful-paint": "lcp", "total-blocking-time": "tbt"}


def run() -> None:
    if not (LIGHTHOUSE.exists() and shutil.which("chromium")):
        return note("first_visit", "not measured: Lighthouse or Chromium is missing here")
    with on_sqlite() as practice, practice.served() as url:
        cookie = {"Cookie": practice.sign_in(url)}
        for name, path in PUBLIC.items():
            _visit(name, url + path, [*CATEGORIES, "seo"])
        _visit("offer_page", url + _open_offer(practice.app), CATEGORIES)
        _visit("dashboard", url + "/dashboard", CATEGORIES, cookie)


def _open_offer(app: Flask) -> str:
    with app.app_context():
        offer = db.session.scalars(select(Offer).filter_by(outcome=None).order_by(Offer.id)).first()
        assert offer, "the demo practice has an open offer"
        link = PersonalLink.to_offer(offer.booking_id, offer.id)
        db.session.commit()
        return f"/o/{link.token}"


def _visit(name: str, url: str, categories: list[str], headers: dict[str, str] | None = None) -> None:
    """The middle of several first visits, one line for each figure."""
    visits = [visit for _ in range(RUNS) if (visit := _lighthouse(name, url, categories, headers or {}))]
    if not visits:
        return
    for category in categories:
        points = statistics.median(visit["categories"][category]["score"] for visit in visits) * 100
        report(f"first_visit_{name}_{category.replace('-', '_')}", points, "of 100", len(visits))
    for audit, label in TIMES.items():
        report(f"first_visit_{name}_{label}", _middle(visits, audit), "ms", len(visits))
    report(f"first_visit_{name}_cls", _middle(visits, "cumulative-layout-shift"), "", len(visits))
    for label, kinds in (("transfer", None), ("script", {"Script"})):
        report(
            f"first_visit_{name}_{label}",
            statistics.median(_fetched(visit, kinds) for visit in visits) / 1024,
            "KB",
            len(visits),
        )
    for fault in sorted({fault for visit in visits for fault in _faults(visit)}):
        note(f"first_visit_{name}", fault)


def _lighthouse(name: str, url: str, categories: list[str], headers: dict[str, str]) -> dict[str, Any] | None:
    command = [
        *("node", str(LIGHTHOUSE), url, "--quiet", "--output=json", "--no-enable-error-reporting"),
        "--chrome-flags=--headless=new --no-sandbox",
        f"--only-categories={','.join(categories)}",
        f"--extra-headers={json.dumps(headers)}",
    ]
    environ = {"CHROME_PATH": shutil.which("chromium") or ""}
    for _ in range(TRIES):
        with tempfile.NamedTemporaryFile(suffix=".json") as file:  # through a pipe its end is sometimes lost
            told = [*command, f"--output-path={file.name}"]
            done = subprocess.run(told, capture_output=True, text=True, timeout=300, env=os.environ | environ)
            seen: dict[str, Any] = json.loads(Path(file.name).read_text() or "{}")
        if seen and "runtimeError" not in seen:
            return seen
    note(f"first_visit_{name}", seen["runtimeError"]["message"] if seen else done.stderr)
    return None


def _middle(visits: list[dict[str, Any]], audit: str) -> float:
    return statistics.median(visit["audits"][audit]["numericValue"] for visit in visits)


def _fetched(visit: dict[str, Any], kinds: set[str] | None) -> int:
    """Bytes that came over the wire, headers too; of everything or of these kinds."""
    requests = visit["audits"]["network-requests"]["details"]["items"]
    return sum(one["transferSize"] for one in requests if kinds is None or one["resourceType"] in kinds)


def _faults(visit: dict[str, Any]) -> list[str]:
    counted = {ref["id"] for each in visit["categories"].values() for ref in each["auditRefs"] if ref["weight"]}
    audits = visit["audits"]
    return [
        f"{audits[name]['title']} ({audits[name].get('displayValue') or 'not met'})"
        for name in counted
        if audits[name]["score"] is not None and audits[name]["score"] < 0.9
    ]
