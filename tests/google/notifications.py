"""Watch channels, and the notices that go to them from a thread of their own."""

import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from tests.google.answers import Answer, as_json, bad_request, not_found

if TYPE_CHECKING:
    from tests.google.accounts import Account
    from tests.google.calendars import Calendar
    from tests.google.service import Google

LONGEST = timedelta(days=7)


@dataclass
class Channel:
    id: str
    token: str
    address: str
    calendar: "Calendar"
    account: "Account"
    expires_at: datetime
    resource_id: str
    messages: int = 0
    stopped: bool = False


@dataclass(frozen=True)
class Notice:
    address: str
    headers: dict[str, str]

    @property
    def state(self) -> str:
        return self.headers["X-Goog-Resource-State"]


@dataclass
class Notices:
    """`made` holds all of them, sent or not; with `on` False none is sent."""

    google: "Google"
    on: bool = True
    repeat: int = 1  # so often each
    made: list[Notice] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)  # statuses, 0 for nobody there
    channels: list[Channel] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._senders = ThreadPoolExecutor(4, "notices")
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def watch(self, asked: dict[str, Any], calendar: "Calendar", account: "Account") -> Answer:
        if asked.get("type") not in ("web_hook", "webhook"):
            raise bad_request("Unknown channel type", "channelTypeUnknown")
        if not str(asked.get("address", "")).startswith(("https://", "http://127.0.0.1", "http://localhost")):
            raise bad_request("WebHook callback must be HTTPS", "push.webhookUrlNotHttps")
        if not asked.get("id") or any(one.id == asked["id"] for one in self.channels):
            raise bad_request(f"Channel id {asked.get('id', '')} not unique", "channelIdNotUnique")
        channel = Channel(
            id=asked["id"],
            token=asked.get("token", ""),
            address=asked["address"],
            calendar=calendar,
            account=account,
            expires_at=self._end(asked),
            resource_id=f"resource-{calendar.store.generation}",  # the same for all channels of a calendar
        )
        self.channels.append(channel)
        self._tell(channel, "sync")
        return as_json(self._described(channel))

    def _described(self, channel: Channel) -> dict[str, str]:
        told = {
            "kind": "api#channel",
            "id": channel.id,
            "resourceId": channel.resource_id,
            "resourceUri": f"{self.google.url}/calendar/v3/calendars/{channel.calendar.id}/events?alt=json",
            "expiration": str(int(channel.expires_at.timestamp() * 1000)),
        }
        return told | ({"token": channel.token} if channel.token else {})

    def _end(self, asked: dict[str, Any]) -> datetime:
        now = self.google.now()
        latest = now + (self.google.longest_channel or LONGEST)
        if "expiration" in asked:
            return min(latest, datetime.fromtimestamp(int(asked["expiration"]) / 1000, UTC))
        seconds = asked.get("params", {}).get("ttl")
        return min(latest, now + timedelta(seconds=int(seconds))) if seconds else latest

    def stop(self, asked: dict[str, Any], account: "Account") -> Answer:
        for channel in self.channels:
            if (channel.id, channel.resource_id) == (asked.get("id"), asked.get("resourceId")) and self._is_open(
                channel
            ):
                if channel.account is not account:
                    break
                channel.stopped = True
                return Answer(204)
        raise not_found()

    def open(self, calendar: "Calendar | None" = None) -> list[Channel]:
        """Those that are told of changes now."""
        return [one for one in self.channels if self._is_open(one) and calendar in (None, one.calendar)]

    def _is_open(self, channel: Channel) -> bool:
        return not channel.stopped and channel.expires_at > self.google.now()

    def changed(self, calendar: "Calendar") -> None:
        for channel in self.open(calendar):
            for _ in range(self.repeat):
                self._tell(channel, "exists")

    def _tell(self, channel: Channel, state: str) -> None:
        channel.messages += 1
        headers = {
            "X-Goog-Channel-ID": channel.id,
            "X-Goog-Resource-ID": channel.resource_id,
            "X-Goog-Resource-State": state,
            "X-Goog-Resource-URI": self._described(channel)["resourceUri"],
            "X-Goog-Message-Number": str(channel.messages),
            "X-Goog-Channel-Expiration": format_datetime(channel.expires_at, usegmt=True),
        }
        notice = Notice(channel.address, headers | ({"X-Goog-Channel-Token": channel.token} if channel.token else {}))
        self.made.append(notice)
        if self.on:
            self._senders.submit(self.send, notice)

    def send(self, notice: Notice) -> int:
        request = urllib.request.Request(notice.address, b"", notice.headers, method="POST")
        try:
            with self._opener.open(request, timeout=10) as answer:
                status = int(answer.status)
        except urllib.error.HTTPError as error:
            status = error.code
        except OSError:
            status = 0
        self.answered.append(status)
        return status

    def close(self) -> None:
        self.on = False
        self._senders.shutdown(wait=False, cancel_futures=True)
