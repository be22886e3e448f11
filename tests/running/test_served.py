"""The program as it is served: its parts find each other."""

from tests.waiting import wait_until


def test_a_served_practice_is_ready(served):
    browser = served.browser()
    wait_until(lambda: browser.open("/readyz").status == 200)


def test_without_a_worker_it_says_so(serve):
    served = serve("web", "redis")
    browser = served.browser()
    wait_until(lambda: '"redis":true' in browser.open("/readyz").text.replace(" ", ""))
    answer = browser.open("/readyz")
    assert answer.status == 503
    assert '"worker":false' in answer.text.replace(" ", "")
