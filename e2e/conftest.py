"""Who takes part in a journey, and the browser in which it happens."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from e2e.everything import Everything, fill
from e2e.hands import KEYS, TOUCH, Hands
from e2e.practice import Practice
from e2e.steps import Client, Operator, Therapist
from e2e.watch import Watch
from tests.engines.databases import Database
from tests.engines.fixtures import new_app
from tests.served import ALL, Served, Warm

# Most journeys are made in Chromium without its windows and bars: the same pages, in half the time. It shows no
# notifications and keeps no page for Back, so where that matters the whole browser is taken.
CHROMIUM = "/usr/bin/chromium"
CHROMIUM_SHELL = "/usr/bin/chromium-headless-shell"
SIZES = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1280, "height": 800}}
WINDOWS = SIZES | {"keyboard": SIZES["desk"]}
SELDOM = {"SWEEP_SECONDS": "5"}  # practices that stand for a whole run: what is pressed there rings for itself
PATIENCE = 30_000  # milliseconds; the machine that tests may be busy with other tests

# What is pressed before a page's scripts are there waits for them as long as tests wait for anything: see js/start.js,
# where it is a second. What htmx puts off by a second stays as it is.
UNHURRIED = f"""(() => {{
  const before = window.setTimeout;
  const ours = () => !new Error().stack.includes("/static/");
  window.setTimeout = (act, wait, ...more) => before(act, wait === 1000 && ours() ? {PATIENCE} : wait, ...more);
}})()"""

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    with launched(playwright, CHROMIUM_SHELL) as browser:
        yield browser


@contextmanager
def launched(playwright: Playwright, path: str, **options: Any) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"], **options)
    yield browser
    browser.close()


@contextmanager
def served_practice(database: Database, warm: Warm, folder: Path, **settings: str) -> Iterator[Practice]:
    """Everything served on an empty database; afterwards no two holds of one therapist overlap in it."""
    database.empty()
    served = Served(database, folder, warm, **settings)
    try:
        served.start(*ALL)
        yield Practice(served, new_app(database, folder))
    finally:
        served.close()
    assert database.overlapping_holds() == []


@pytest.fixture(scope="session")
def practice(
    new_db: Callable[[str], Database], warm: Warm, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Practice]:
    """One practice for all journeys that keep to their own therapist."""
    with served_practice(new_db("sqlite"), warm, tmp_path_factory.mktemp("practice"), **SELDOM) as practice:
        yield practice


@pytest.fixture(scope="session")
def everything(
    new_db: Callable[[str], Database], warm: Warm, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Everything]:
    """Another practice, only to be looked at."""
    with served_practice(new_db("sqlite"), warm, tmp_path_factory.mktemp("everything"), **SELDOM) as practice:
        yield fill(practice)


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> str:
    """Every journey is made twice: on a phone and at a desk; some also by keyboard, see `also_by_keyboard`."""
    return str(request.param)


@pytest.fixture
def hands(size: str) -> Hands:
    """With what people act."""
    return KEYS if size == "keyboard" else TOUCH


@pytest.fixture
def scripts(request: pytest.FixtureRequest) -> bool:
    """Return whether the browsers run scripts; see `with_and_without_scripts`."""
    return bool(getattr(request, "param", True))


@pytest.fixture(autouse=True)
def watch() -> Iterator[Watch]:
    """No journey may make the browser complain."""
    watch = Watch()
    yield watch
    assert watch.problems == []


@pytest.fixture
def open_browser(
    request: pytest.FixtureRequest, chromium: Browser, practice: Practice, watch: Watch, size: str, scripts: bool
) -> Iterator[Callable[..., Page]]:
    """A browser of somebody's own: `open_browser("Europe/Berlin")`."""
    workers: Literal["allow", "block"] = "block" if request.node.get_closest_marker("without_worker") else "allow"
    with ExitStack() as opened:

        def open_one(zone: str = "Europe/London", language: str = "en-GB") -> Page:
            context = chromium.new_context(
                base_url=practice.url,
                viewport=WINDOWS[size],  # type: ignore[arg-type]
                has_touch=size == "phone",
                java_script_enabled=scripts,
                timezone_id=zone,
                locale=language,
                reduced_motion="reduce",
                service_workers=workers,
            )
            opened.callback(context.close)
            context.set_default_timeout(PATIENCE)
            context.add_init_script(UNHURRIED)
            watch.over(context)
            return context.new_page()

        yield open_one


@pytest.fixture
def mara(practice: Practice, open_browser: Callable[..., Page], hands: Hands) -> Iterator[Therapist]:
    """A therapist who has just joined, signed in."""
    with practice.therapist("Mara Lindt") as (email, slug):
        mara = Therapist(open_browser(), partial(practice.mails, email), "Mara Lindt", email, slug)
        mara.hands = hands
        mara.signs_in()
        yield mara


@pytest.fixture
def new_client(practice: Practice, open_browser: Callable[..., Page], hands: Hands) -> Callable[..., Client]:
    def make(name: str, zone: str = "Europe/London", language: str = "en-GB") -> Client:
        email = practice.new_address(name)
        client = Client(open_browser(zone, language), partial(practice.mails, email), name, email)
        client.hands = hands
        return client

    return make


@pytest.fixture
def ines(new_client: Callable[..., Client]) -> Client:
    """Lives in Berlin."""
    return new_client("Ines Keller", "Europe/Berlin")


@pytest.fixture
def jonas(new_client: Callable[..., Client]) -> Client:
    return new_client("Jonas Peters")


@pytest.fixture
def olive(practice: Practice, open_browser: Callable[..., Page], hands: Hands) -> Operator:
    """The operator, signed in."""
    email = practice.add_operator()
    olive = Operator(open_browser(), partial(practice.mails, email), "Olive Operator", email)
    olive.hands = hands
    olive.signs_in()
    return olive
