"""Mail over SMTP: one kept connection for a round, a time limit on all it does, errors told apart."""

import smtplib
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from ssl import create_default_context
from typing import Any, TypeVar

import flask_mail
from flask_mail import Message as Mail

from app.integrations.errors import GatewayError

SECONDS_FOR_ONE_MAIL = 45.0  # less than the lease of a message: nobody else sends it meanwhile
H = TypeVar("H", "LimitedSMTP", "LimitedSMTPOverTLS")


class SMTPGateway:
    def __init__(self, config: Mapping[str, Any]) -> None:
        self._config = config
        self._connection: Connection | None = None

    def __enter__(self) -> "SMTPGateway":
        return self

    def __exit__(self, *_error: object) -> None:
        self._drop()

    def send(self, mail: Mail) -> None:
        kept, ends = self._connection is not None, time.monotonic() + SECONDS_FOR_ONE_MAIL
        try:
            self._send(mail, ends)
        except GatewayError as error:
            # Servers close connections that idle. Before the mail itself was on its way, once more is safe.
            if not (kept and error.away and not self._data_began()):
                raise
            self._drop()
            self._send(mail, ends)

    def _send(self, mail: Mail, ends: float) -> None:
        try:
            with _told_apart():
                connection = self._open(ends)
                connection.begin_mail(ends)
                connection.send(mail)
        except GatewayError as error:
            if error.away:
                self._close_unheard()
            raise

    def _open(self, ends: float) -> "Connection":
        if self._connection is None:
            if not self._config["MAIL_SERVER"]:
                raise GatewayError("No mail server is set (MAIL_SERVER).", retry=True, away=True)
            settings = flask_mail.Mail().init_mail(dict(self._config))
            connection = Connection(settings, self._config["MAIL_TIMEOUT_SECONDS"], ends)
            connection.__enter__()
            self._connection = connection
        return self._connection

    def _data_began(self) -> bool:
        return self._connection is not None and self._connection.data_began

    def _close_unheard(self) -> None:
        if self._connection and self._connection.host:
            self._connection.host.close()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection:
            with suppress(smtplib.SMTPException, OSError):
                connection.__exit__(None, None, None)  # type: ignore[arg-type]


class Connection(flask_mail.Connection):
    """Flask-Mail's connection, which by itself waits for ever for a server that says nothing."""

    host: "LimitedSMTP | LimitedSMTPOverTLS | None"

    def __init__(self, mail: Any, seconds: float, ends: float) -> None:
        super().__init__(mail)
        self._seconds, self._ends = seconds, ends

    def begin_mail(self, ends: float) -> None:
        if self.host:
            self.host.begin_mail(ends)

    @property
    def data_began(self) -> bool:
        return self.host is not None and self.host.data_began

    def configure_host(self) -> "LimitedSMTP | LimitedSMTPOverTLS":
        limits = {"seconds": self._seconds, "ends": self._ends}
        if self.mail.use_ssl:
            return self._signed_in(
                LimitedSMTPOverTLS(self.mail.server, self.mail.port, context=create_default_context(), **limits)
            )
        host = LimitedSMTP(self.mail.server, self.mail.port, **limits)
        if self.mail.use_tls:
            host.starttls(context=create_default_context())
        return self._signed_in(host)

    def _signed_in(self, host: H) -> H:
        if self.mail.username and self.mail.password:
            host.login(self.mail.username, self.mail.password)
        return host


class _Limits:
    """No step may take longer than `seconds`; connecting and sending one mail together end at `ends`."""

    sock: Any
    data_began = False

    def __init__(self, host: str, port: int, *, seconds: float, ends: float, **options: Any) -> None:
        self._seconds, self._ends = seconds, ends
        super().__init__(host, port, timeout=seconds, **options)  # type: ignore[call-arg]

    def begin_mail(self, ends: float) -> None:
        self._ends = ends
        self.data_began = False

    def getreply(self) -> tuple[int, bytes]:
        if self.sock:
            self.sock.settimeout(max(0.01, min(self._seconds, self._ends - time.monotonic())))
        return super().getreply()  # type: ignore[misc]

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.data_began = True
        return super().data(msg)  # type: ignore[misc]


class LimitedSMTP(_Limits, smtplib.SMTP):
    pass


class LimitedSMTPOverTLS(_Limits, smtplib.SMTP_SSL):
    pass


@contextmanager
def _told_apart() -> Iterator[None]:
    """Turn what may go wrong into GatewayError: this mail, later; this mail, never; or the server itself."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as refused:
        code, text = next(iter(refused.recipients.values()))
        raise _answer("The address was refused", code, text) from None
    except smtplib.SMTPDataError as refused:
        raise _answer("The mail was refused", refused.smtp_code, refused.smtp_error) from None
    except smtplib.SMTPNotSupportedError as error:
        raise GatewayError(f"The mail server cannot do this: {error}", retry=False) from None
    except smtplib.SMTPResponseException as error:  # connecting, greeting, signing in, our own sender address
        raise GatewayError(
            f"The mail server refuses us: {error.smtp_code} {_words(error.smtp_error)}", retry=True, away=True
        ) from None
    except (smtplib.SMTPException, OSError) as error:
        raise GatewayError(f"The mail server cannot be reached: {error}", retry=True, away=True) from None
    except (flask_mail.BadHeaderError, ValueError, AssertionError) as error:
        raise GatewayError(f"The mail has an address or header that cannot be sent: {error!r}", retry=False) from None


def _answer(what: str, code: int, text: bytes | str) -> GatewayError:
    if code == 421:  # the server closes the connection
        return GatewayError(f"The mail server is closing: {_words(text)}", retry=True, away=True)
    return GatewayError(f"{what}: {code} {_words(text)}", retry=code < 500)


def _words(text: bytes | str) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else text
