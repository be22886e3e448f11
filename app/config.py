"""Every setting once: its environment variable, type, default, unit and meaning."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from app.home import Home
from app.integrations.push.endpoints import origins
from app.sealed import keys_in

GOOGLE_API = "https://www.googleapis.com"
DEVELOPMENT_SECRET = "only-for-development"  # production refuses to start with it


def _flag(text: str) -> bool:
    return text.strip().lower() in {"1", "true", "yes", "on"}


def _base(text: str) -> str:
    return text.strip().rstrip("/")


def _mailbox(text: str) -> str:
    """A sender as mails name them: *desk@praxis.example* or *Praxis Lindt <desk@praxis.example>*."""
    line = " ".join(text.split())
    local, at, domain = parseaddr(line)[1].rpartition("@")
    if not (local and at and domain) or " " in local + domain:
        raise ValueError
    return line


@dataclass(frozen=True)
class Setting:
    name: str
    read: Callable[[str], Any]
    default: Any
    meaning: str


SETTINGS = (
    Setting("HOLDFAST_CONFIG", str, "development", "development, testing or production"),
    Setting("HOLDFAST_HOME", str, "instance", "folder of the database, Redis file, mailbox and secrets"),
    Setting("SECRET_KEY", str, DEVELOPMENT_SECRET, "signs cookies and personal links"),
    Setting(
        "ENCRYPTION_KEYS",
        keys_in,
        (),
        "seal secrets in the database: Fernet keys separated by commas, the newest first",
    ),
    Setting("DATABASE_URL", str, "", "postgresql://... ; empty: SQLite in HOLDFAST_HOME"),
    Setting("REDIS_URL", str, "", "queue of the jobs; empty: sweeps run without it"),
    Setting("PUBLIC_URL", str, "http://127.0.0.1:8000", "address that links in mails begin with"),
    Setting("TRUSTED_HOSTS", str, "", "host names served, separated by commas; empty: any, which production refuses"),
    Setting("TRUSTED_PROXIES", int, 0, "how many reverse proxies are in front of the web process"),
    Setting("REQUEST_LOG", _flag, None, "a line of JSON on stderr for each request; empty: in production alone"),
    Setting("HSTS_SUBDOMAINS", _flag, False, "browsers take HTTPS for all names below this host's, too"),
    Setting("MAIL_SERVER", str, "", "SMTP host; empty: the local mailbox"),
    Setting("MAIL_PORT", int, 25, "SMTP port"),
    Setting("MAIL_USERNAME", str, "", "SMTP user, if the server wants one"),
    Setting("MAIL_PASSWORD", str, "", "SMTP password"),
    Setting("MAIL_USE_TLS", _flag, False, "STARTTLS"),
    Setting("MAIL_USE_SSL", _flag, False, "TLS from the first byte"),
    Setting(
        "MAIL_SENDER",
        _mailbox,
        "Holdfast <sessions@holdfast.example>",
        "who mails come from: an address, or a name <address>",
    ),
    Setting(
        "MAIL_REPLY_TO", _mailbox, "", "who reads answers to mails: an address, or a name <address>; empty: nobody does"
    ),
    Setting("MAIL_TIMEOUT_SECONDS", float, 10.0, "seconds to wait for the SMTP server"),
    Setting("MAILBOX_DIR", str, "", "folder shown at /mailbox; set only where mail is not sent out"),
    Setting(
        "VAPID_PRIVATE_KEY", str, "", "signs pushes: a P-256 key's 32 bytes in base64url; empty: no push is offered"
    ),
    Setting("VAPID_SUBJECT", str, "", "whom push services may write to, mailto: or https:; empty: MAIL_SENDER"),
    Setting("PUSH_HOSTS", origins, (), "origins of push services besides the known browsers', separated by commas"),
    Setting(
        "ICS_HOSTS",
        origins,
        (),
        "origins, separated by commas, whose calendars are read even at odd ports and in inner networks",
    ),
    Setting("GOOGLE_CLIENT_ID", str, "", "OAuth client of Google calendars; empty: they are not offered"),
    Setting("GOOGLE_CLIENT_SECRET", str, "", "secret of that client"),
    Setting("GOOGLE_API_URL", _base, GOOGLE_API, "where Google's Calendar API is"),
    Setting("GOOGLE_OAUTH_URL", _base, "", "where Google's consent is; empty: Google's own addresses"),
    Setting("CALENDAR_POLL_MINUTES", float, 10.0, "minutes after which a calendar outside is read again unasked"),
    Setting("OFFER_LIFETIME_HOURS", float, 24.0, "elapsed hours that an offer stays open; fractions allowed"),
    Setting("MINIMUM_LEAD_HOURS", float, 1.0, "hours before its start when a time can no longer be accepted"),
    Setting("SWEEP_SECONDS", float, 30.0, "seconds between two rounds of the timetable"),
    Setting("UNDO_GRACE_SECONDS", float, 0.0, "seconds that the mail of an offer waits, so that it can be taken back"),
    Setting("REQUESTS_PER_HOUR", int, 20, "session requests from one network address in an hour"),
    Setting(
        "UNPROVEN_PER_NETWORK",
        int,
        2,
        "requests from one network with one therapist in a day that are held as usual although nobody has proven the "
        "address; each further one is held for 30 minutes until somebody has",
    ),
    Setting("REPLY_HOURS", float, 4.0, "business hours in which a request should be answered"),
    Setting("PLATFORM_ZONE", str, "Europe/London", "zone of the operator's business hours"),
)


class BadSetting(Exception):
    """A setting only an operator can mend; the text says which and how."""


def load(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return all settings as Flask configuration. Raises BadSetting with a sentence saying what to do."""
    environ = _with_remembered(environ)
    config = {setting.name: _read(setting, environ) for setting in SETTINGS}
    config |= _derived(config)
    if config["HOLDFAST_CONFIG"] == "production":
        _refuse_unsafe(config)
    return config


def _with_remembered(environ: Mapping[str, str]) -> Mapping[str, str]:
    """Return the environment with what `make run` chose, for commands beside it; what is set by hand comes first."""
    if environ.get("HOLDFAST_CONFIG", "development") != "development":
        return environ
    remembered = Home(environ.get("HOLDFAST_HOME") or "instance").remembered()
    return remembered | {name: text for name, text in environ.items() if text.strip()}


def _read(setting: Setting, environ: Mapping[str, str]) -> Any:
    text = environ.get(setting.name, "")
    if not text.strip():
        return setting.default
    try:
        return setting.read(text)
    except ValueError:
        raise BadSetting(f"{setting.name} is {text!r}, which cannot be read as: {setting.meaning}.") from None


def _derived(config: dict[str, Any]) -> dict[str, Any]:
    home = Path(config["HOLDFAST_HOME"]).resolve()
    try:
        ZoneInfo(config["PLATFORM_ZONE"])
    except (KeyError, ValueError, OSError):
        raise BadSetting(f"PLATFORM_ZONE is {config['PLATFORM_ZONE']!r}: use a name like Europe/London.") from None
    database = config["DATABASE_URL"] or f"sqlite:///{home / 'holdfast.sqlite3'}"
    for plain in ("postgresql://", "postgres://"):
        if database.startswith(plain):
            database = "postgresql+psycopg://" + database.removeprefix(plain)
    production = config["HOLDFAST_CONFIG"] == "production"
    return {
        "SQLALCHEMY_DATABASE_URI": database,
        "OFFER_LIFETIME": timedelta(hours=config["OFFER_LIFETIME_HOURS"]),
        "MINIMUM_LEAD": timedelta(hours=config["MINIMUM_LEAD_HOURS"]),
        "TRUSTED_HOSTS": [host.strip() for host in config["TRUSTED_HOSTS"].split(",") if host.strip()] or None,
        "MAIL_DEFAULT_SENDER": config["MAIL_SENDER"],
        "VAPID_PUBLIC_KEY": _public_key(config["VAPID_PRIVATE_KEY"]),
        "VAPID_SUBJECT": config["VAPID_SUBJECT"] or f"mailto:{parseaddr(config['MAIL_SENDER'])[1]}",
        "MAILBOX_DIR": None if production else (config["MAILBOX_DIR"] or None),
        "SESSION_COOKIE_NAME": "__Host-holdfast" if production else "holdfast",
        "SESSION_COOKIE_SECURE": production,
        "PERMANENT_SESSION_LIFETIME": timedelta(days=14),
        # A sign-in lasts as long as its row says: there is nothing to renew with each page.
        "SESSION_REFRESH_EACH_REQUEST": False,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        # A client may leave the page open for hours before answering: the token lives as long as the browser session.
        "WTF_CSRF_TIME_LIMIT": None,
        # Link pages send no referrer on purpose, so the form token alone must decide.
        "WTF_CSRF_SSL_STRICT": False,
        "MAX_CONTENT_LENGTH": 1_000_000,
    }


def _public_key(private_key: str) -> str:
    if not private_key:
        return ""
    from app.integrations.push import keys  # takes a moment to load, and is not needed without a key

    try:
        return keys.public_key(private_key)
    except ValueError:
        raise BadSetting(
            "VAPID_PRIVATE_KEY cannot be read: give the 32 bytes of a P-256 private key in base64url."
        ) from None


def _refuse_unsafe(config: dict[str, Any]) -> None:
    if config["SECRET_KEY"] == DEVELOPMENT_SECRET or len(config["SECRET_KEY"]) < 32:
        raise BadSetting("SECRET_KEY must be set to at least 32 random characters in production.")
    if not config["PUBLIC_URL"].startswith("https://"):
        raise BadSetting("PUBLIC_URL must begin with https:// in production: sign-in cookies travel over TLS only.")
    if not config["TRUSTED_HOSTS"]:
        raise BadSetting(
            "TRUSTED_HOSTS must be set in production: the host names that visitors use, separated by commas, such as "
            f"{urlsplit(config['PUBLIC_URL']).hostname}. Requests to any other are refused."
        )
    if not config["MAIL_SERVER"]:
        raise BadSetting("MAIL_SERVER must be set in production: without mail nobody learns of a booking.")
