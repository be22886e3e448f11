"""Pushes over HTTP (RFC 8030): encrypted for one browser, signed by us, with a time limit, errors told apart."""

from collections.abc import Mapping
from typing import Any

import requests
from pywebpush import WebPushException, webpush
from requests.auth import AuthBase

from app.integrations.errors import GatewayError
from app.integrations.push import Push, keys
from app.integrations.push.endpoints import is_allowed

SECONDS = 5.0  # to connect, and to answer; pywebpush by itself waits for hours
TAKEN = (200, 201, 202)
GONE = (404, 410)
LATER = (401, 403, 408, 429)  # the first two: our key or clock is not liked, which is ours to mend


class WebPushGateway:
    def __init__(self, config: Mapping[str, Any]) -> None:
        self._config = config
        self._connections = Connections()

    def __enter__(self) -> "WebPushGateway":
        return self

    def __exit__(self, *_error: object) -> None:
        self._connections.close()

    def send(self, push: Push) -> None:
        if not self._config["VAPID_PRIVATE_KEY"]:
            raise GatewayError("No key for pushes is set (VAPID_PRIVATE_KEY).", retry=False)
        if not is_allowed(push.endpoint, self._config["PUSH_HOSTS"]):
            raise GatewayError("The address is not one of a push service that we know.", retry=False)
        try:
            self._send(push)
        except WebPushException as refused:
            raise _told_apart(refused) from None
        except (requests.RequestException, OSError) as error:
            # The error's own words repeat the address, which is a secret of the browser's.
            raise GatewayError(
                f"The push service cannot be reached: {type(error).__name__}", retry=True, away=True
            ) from None
        except ValueError as error:
            raise GatewayError(f"The push could not be encrypted: {type(error).__name__}", retry=False) from None

    def _send(self, push: Push) -> None:
        webpush(
            {"endpoint": push.endpoint, "keys": {"p256dh": push.p256dh, "auth": push.auth}},
            data=push.payload,
            vapid_private_key=keys.signer(self._config["VAPID_PRIVATE_KEY"]),
            vapid_claims={"sub": self._config["VAPID_SUBJECT"]},
            ttl=push.seconds,
            headers={
                "Content-Type": "application/octet-stream",
                "Topic": push.topic,
                "Urgency": "high" if push.urgent else "normal",
            },
            timeout=SECONDS,
            requests_session=self._connections,
        )


class Connections(requests.Session):
    """Neither follows a redirect nor reads what the service says beside its status."""

    def post(self, url: Any, data: Any = None, json: Any = None, **options: Any) -> requests.Response:
        response = super().post(url, data, json, stream=True, allow_redirects=False, auth=AsSigned(), **options)
        response.close()
        response._content = b""
        if 300 <= response.status_code < 400:
            raise WebPushException("redirected", response=response)
        return response


class AsSigned(AuthBase):
    """Keeps the machine's own password file (.netrc) from replacing our signature."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


def _told_apart(refused: WebPushException) -> GatewayError:
    status = refused.status_code
    if status is None:
        return GatewayError("The push could not be encrypted.", retry=False)
    if status in GONE:
        return GatewayError(f"The push service does not know this browser any more: {status}", retry=False, gone=True)
    if status in LATER or status >= 500:
        text = f"The push service does not take it now: {status}"
        return GatewayError(text, retry=True, away=True, wait=_seconds(refused.retry_after))
    return GatewayError(f"The push service refused it: {status}", retry=False)


def _seconds(retry_after: str | None) -> float:
    """A date is not read: our own waiting is long enough."""
    return float(retry_after) if retry_after and retry_after.isdecimal() and len(retry_after) < 7 else 0.0
