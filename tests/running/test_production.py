"""What production refuses to start without, and what it says of a proxy that it was not told of."""

import pytest
from flask import Flask

from app.config import BadSetting, load
from app.web import proxies
from tests.engines.fixtures import SECRET, new_app
from tests.wire import Wire

ENOUGH = {
    "HOLDFAST_CONFIG": "production",
    "SECRET_KEY": SECRET,
    "PUBLIC_URL": "https://holdfast.example",
    "TRUSTED_HOSTS": "holdfast.example",
    "MAIL_SERVER": "127.0.0.1",
}


@pytest.fixture
def production(database, tmp_path):
    def make(**settings: str) -> Flask:
        return new_app(database, tmp_path, **(ENOUGH | settings))

    return make


@pytest.mark.parametrize("missing", ["SECRET_KEY", "PUBLIC_URL", "TRUSTED_HOSTS", "MAIL_SERVER"])
def test_production_does_not_start_without(missing, tmp_path):
    settings = ENOUGH | {"HOLDFAST_HOME": str(tmp_path)}
    assert load(settings)
    with pytest.raises(BadSetting, match=f"{missing} must"):
        load(settings | {missing: " "})


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
def test_forwarded_headers_that_are_not_trusted_are_told(production, caplog, header):
    http = production().test_client()
    asked = {"base_url": "https://holdfast.example"}
    assert "warnings" not in http.get("/readyz", **asked).json
    before = http.get("/readyz", **asked).status_code
    http.get("/", headers={header: "203.0.113.9"}, **asked)
    answer = http.get("/readyz", **asked)
    assert answer.json["warnings"] == [proxies.SENTENCE]
    assert answer.status_code == before, "a header that anybody can send takes nothing off the air"
    assert [record.message for record in caplog.records].count(proxies.SENTENCE) == 1


def test_forwarded_headers_of_a_trusted_proxy_are_nothing_to_tell(production):
    http = production(TRUSTED_PROXIES="1").test_client()
    answer = http.get("/readyz", headers={"X-Forwarded-For": "203.0.113.9"}, base_url="https://holdfast.example")
    assert "warnings" not in answer.json


@pytest.mark.parametrize(("trusted", "said"), [("0", 1), ("1", 0)])
def test_the_start_says_that_no_proxy_is_trusted(production, caplog, trusted, said):
    proxies.warn(production(TRUSTED_PROXIES=trusted))
    assert len([record for record in caplog.records if "TRUSTED_PROXIES is 0" in record.message]) == said


def test_every_web_worker_knows_what_one_of_them_has_seen(serve):
    served = serve("web")
    with Wire(served.port) as wire:
        wire.ask("GET /healthz", "X-Forwarded-For: 203.0.113.9")
    answers = [served.browser().open("/readyz").text for _ in range(12)]  # each on another connection, of any worker
    assert all("TRUSTED_PROXIES is 0" in text for text in answers)
