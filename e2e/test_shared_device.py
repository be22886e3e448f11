"""Two people, one after the other, in one browser: neither finds anything of the other's.

The back/forward cache is on, as in every real browser; the tests' default flags would switch it off and hide a hole.
"""

from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from e2e.conftest import CHROMIUM
from e2e.steps import Therapist
from e2e.test_offline import CACHED, CONTROLLED, FIXED, KEEP, READY
from tests.world import INES, JONAS

WITH_BACK_CACHE = ["--disable-back-forward-cache"]
# Whatever a page of this origin could read again.
STORED = """async () => ({
  databases: (await indexedDB.databases()).map((each) => each.name),
  local: Object.keys(localStorage),
  session: Object.keys(sessionStorage),
  caches: await caches.keys(),
  cookies: document.cookie,
})"""
NOTHING = {"databases": [], "local": [], "session": [], "caches": [], "cookies": ""}


@pytest.fixture
def size() -> str:
    return "desk"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"], ignore_default_args=WITH_BACK_CACHE
        )
        yield browser
        browser.close()
