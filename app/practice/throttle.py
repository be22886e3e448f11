"""Limits on guessing passwords, and on having this server look at addresses: tries are counted in the database.

Whoever tries to sign in is counted before the password is looked at, by three counts: tries at one account from one
network, all tries of one network, and tries at one account from everywhere. Only the last can be filled by strangers
for somebody else, so it is wide, and does not concern a browser in which the owner has signed in before: that one
has a count of its own (OWASP, *device cookies*).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, ip_address

from sqlalchemy import delete, select

from app import clock
from app.database import db, take_turn
from app.keyed import keyed
from app.practice.user import SignInAttempt

WINDOW = timedelta(minutes=15)
MOST_FROM_ONE_NETWORK = 10  # tries at one account
MOST_OF_NETWORK = 50  # tries at all accounts
MOST_FROM_EVERYWHERE = 100  # tries at one account, from ten networks or more
OF_A_LINE = 48  # bits of an IPv6 address: the most that one line is given, whose /64s would be many networks
MOST_OF_BROWSER = 10  # tries at one account by a browser that has signed in there before
BROWSER_IS_KNOWN = timedelta(days=180)  # after its last sign-in
LOOKS_WINDOW = timedelta(hours=1)  # the longest: nothing is counted beyond it
MOST_LOOKS = 10  # at addresses of calendars, for one therapist


class TooManyTries(Exception):
    """A limit is reached; `again_at` says from when on the next try is taken."""

    def __init__(self, again_at: datetime):
        self.again_at = again_at


@dataclass(frozen=True)
class _Limit:
    key: str
    most: int

    def full_until(self) -> datetime | None:
        """When the next try is taken; None: now."""
        return _full_until(self.key, self.most, WINDOW)


def reserve_try(email: str, network: str, browser: str | None = None) -> list[int]:
    """Count a try at signing in, or raise TooManyTries. Returns the rows to give to `release_try`.

    Commit before the password is looked at: of many tries at once, only as many as the limits allow go on.
    `browser` is the id of a browser that is known for this account.
    """
    take_turn("tries at signing in")
    limits = [_limit_of_browser(browser)] if browser else _limits(email, network)
    until = [moment for limit in limits if (moment := limit.full_until())]
    if until:
        raise TooManyTries(max(until))
    return _note(*(limit.key for limit in limits))


def release_try(rows: Sequence[int]) -> None:
    """The password was right, so this try counts no more."""
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.id.in_(rows)))


def end_if_misused(browser: str) -> bool:
    """End a browser's own count for good when it is used up. Returns whether it has ended, now or before."""
    ended = _key("ended browser", browser)
    if db.session.scalar(select(SignInAttempt.id).filter_by(key=ended).limit(1)):
        return True
    if _limit_of_browser(browser).full_until() is None:
        return False
    # Dated ahead, so that it is remembered for as long as any cookie of this browser is taken.
    db.session.add(SignInAttempt(key=ended, at=clock.now() + BROWSER_IS_KNOWN))
    return True


def account_key(email: str) -> str:
    """Names an account to our own eyes only: in a cookie it tells nobody whose it is."""
    return _key("account of browser", email)[:32]


def next_look(therapist_id: int) -> datetime | None:
    """Return when another address is looked at for this therapist; None: now. Call it in their turn."""
    return _full_until(_looks(therapist_id), MOST_LOOKS, LOOKS_WINDOW)


def note_look(therapist_id: int) -> None:
    """Count a look at an address for this therapist."""
    _note(_looks(therapist_id))


def _limits(email: str, address: str) -> list[_Limit]:
    network = network_of(address, bits=OF_A_LINE)
    return [
        _Limit(_key("account in network", f"{email.strip().lower()} {network}"), MOST_FROM_ONE_NETWORK),
        _Limit(_key("network", network), MOST_OF_NETWORK),
        _Limit(_key("account", email), MOST_FROM_EVERYWHERE),
    ]


def _limit_of_browser(browser: str) -> _Limit:
    return _Limit(_key("browser", browser), MOST_OF_BROWSER)


def network_of(address: str, bits: int = 64) -> str:
    """Return the network of an address: of IPv6 its first `bits`, as a single line has 2^64 addresses or more there."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, IPv4Address):
        return str(ip)
    return str(ip.ipv4_mapped or int(ip) >> (128 - bits))


def _looks(therapist_id: int) -> str:
    return _key("looks", str(therapist_id))


def _full_until(key: str, most: int, window: timedelta) -> datetime | None:
    recent = (SignInAttempt.key == key, SignInAttempt.at > clock.now() - window)
    newest_first = select(SignInAttempt.at).where(*recent).order_by(SignInAttempt.at.desc())
    enough = db.session.scalar(newest_first.offset(most - 1).limit(1))
    return enough + window if enough else None


def _note(*keys: str) -> list[int]:
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.at < clock.now() - LOOKS_WINDOW))
    rows = [SignInAttempt(key=key) for key in keys]
    db.session.add_all(rows)
    db.session.flush()
    return [row.id for row in rows]


def _key(kind: str, value: str) -> str:
    return keyed(kind, value.strip().lower())
