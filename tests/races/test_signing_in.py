"""Guessing many passwords at once."""

import pytest

from app.practice import throttle
from tests import world
from tests.races.crowd import Crowd, Tab, statuses

CROWD = 48


@pytest.mark.parametrize("email", ["mara@example.com", "nobody@example.com"])
def test_of_many_tries_at_once_only_as_many_as_the_limit_are_looked_at(web, mara, email):
    tab = Tab(web.url)
    page = tab.open("/sign-in")
    guesses = [tab.ready(page, "Sign in", email=email, password=f"guess {number}") for number in range(CROWD)]
    answers = Crowd(web.url, guesses).release()
    most = throttle.MOST_FROM_ONE_NETWORK
    assert statuses(answers) == [422] * most + [429] * (CROWD - most)


def test_a_stolen_cookie_of_a_known_browser_gives_no_more_tries_at_once(web, mara):
    tab = Tab(web.url)
    tab.sign_in("mara@example.com", world.PASSWORD)
    page = tab.press(tab.open("/settings"), "Sign out")
    page = tab.open("/sign-in")
    guesses = [tab.ready(page, "Sign in", email="mara@example.com", password=f"guess {n}") for n in range(CROWD)]
    looked_at = statuses(Crowd(web.url, guesses).release()).count(422)
    assert looked_at <= throttle.MOST_OF_BROWSER + throttle.MOST_FROM_ONE_NETWORK
