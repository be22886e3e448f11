"""A newer version is deployed while somebody is in the middle of a form."""

from collections.abc import Iterator

import pytest

from e2e.conftest import served_practice
from e2e.newer import NEWER, Deployment, deployed
from e2e.practice import Practice
from tests.world import in_days

# Looks for a newer worker, as a browser does with each page that is opened, and waits until it has taken over.
UPDATED = """async () => {
  const taken = new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done));
  await (await navigator.serviceWorker.ready).update();
  await taken;
  const { active } = await navigator.serviceWorker.ready;
  while (active.state !== "activated") await new Promise((done) => (active.onstatechange = done));
  return caches.keys();
}"""
WORDS = "A clinic day was moved."


@pytest.fixture(scope="module")
def running(new_db, warm, tmp_path_factory) -> Iterator[tuple[Practice, Deployment]]:
    folder = tmp_path_factory.mktemp("newer")
    with (
        served_practice(new_db("sqlite"), warm, folder, SWEEP_SECONDS="0.5") as practice,
        deployed(practice.served.port) as deployment,
    ):
        practice.served.url = deployment.url
        yield practice, deployment


@pytest.fixture
def practice(running) -> Practice:
    return running[0]


@pytest.fixture
def size() -> str:
    return "desk"


def test_it_takes_over_and_what_was_typed_can_still_be_sent(running, mara, ines):
    _, deployment = running
    ines.requests(mara, in_days(3))
    mara.page.evaluate("async () => { await navigator.serviceWorker.ready; }")
    mara.starts_an_offer(ines)
    mara.adds(1, in_days(4))
    mara.types("Message", WORDS)
    deployment.newer = True
    with mara.staying_on_the_page():
        assert mara.page.evaluate(UPDATED) == [NEWER.decode()]
        mara.still_reads("Message", WORDS)
    mara.sends_the_offer(ines)
    assert WORDS in ines.is_mailed("Please choose a new time by").text
