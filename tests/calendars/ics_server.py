"""A server of calendars at a real socket, that can be told to misbehave; with a name of its own when it speaks TLS."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from app import clock
from tests.listening import Handler, Listening

EMPTY = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//t//EN\r\nEND:VCALENDAR\r\n"


@dataclass(frozen=True)
class Asked:
    path: str
    headers: dict[str, str]


class IcsServer(Listening):
    """`answer` does with a request what it likes: it is given the handler."""

    def __init__(self, certificate: Path | None = None) -> None:
        super().__init__(self._handler())
        self.asked: list[Asked] = []
        self.named: list[str | None] = []  # by which name TLS was begun
        self.answer: Callable[[Any], None] = lambda handler: send(handler, EMPTY)
        if certificate:
            self._protect(certificate)

    def _protect(self, certificate: Path) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        context.sni_callback = lambda _socket, name, _context: self.named.append(name)
        plain = self.http.get_request

        def get_request() -> Any:
            connection, address = plain()
            return context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

        self.http.get_request = get_request  # type: ignore[method-assign]

    def _handler(server) -> type[Handler]:
        class Calendars(Handler):
            def do_GET(self) -> None:
                server.asked.append(Asked(self.path, self.asked_by()))
                self.close_connection = True
                server.answer(self)

        return Calendars


def send(handler: Any, body: bytes = b"", status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body)))
    for name, text in headers.items():
        handler.send_header(name.replace("_", "-"), text)
    handler.end_headers()
    handler.wfile.write(body)


def make_certificate(path: Path, name: str) -> Path:
    """A certificate that vouches for itself, for one name."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(clock.now() - timedelta(days=1))
        .not_valid_after(clock.now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), False)
        .add_extension(x509.BasicConstraints(True, None), True)
        .sign(key, hashes.SHA256())
    )
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(plain + certificate.public_bytes(Encoding.PEM))
    return path
