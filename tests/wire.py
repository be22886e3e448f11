"""HTTP as it goes over one connection, byte by byte: what no well-behaved browser sends, and what comes after it."""

import select
import socket
from dataclasses import dataclass
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]  # names in small letters
    content: bytes


class Wire:
    """One connection to a served practice, kept open between requests; use it in a `with` block."""

    def __init__(self, port: int, timeout: float = 30.0) -> None:
        self._port = port
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._socket.close()

    def send(self, line: str, *headers: str, body: bytes = b"") -> None:
        """Send a request line such as `GET /healthz`, our Host and these headers, and what of a body is given."""
        lines = [f"{line} HTTP/1.1", f"Host: 127.0.0.1:{self._port}", *headers, "", ""]
        self.send_bytes("\r\n".join(lines).encode("latin-1") + body)

    def send_bytes(self, content: bytes) -> None:
        self._socket.sendall(content)

    def ask(self, line: str, *headers: str, body: bytes = b"") -> Answer:
        self.send(line, *headers, body=body)
        return self.answer()

    def answer(self) -> Answer:
        """The next answer, read to its last byte and no further."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self._some(1)
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): text.strip() for name, _, text in (line.partition(":") for line in lines if line)}
        content, length = b"", int(headers.get("content-length", 0))
        while len(content) < length:
            content += self._some(length - len(content))
        return Answer(int(first.split()[1]), headers, content)

    def ends_sending(self) -> None:
        """Close our half: nothing more comes, the answer can still be read."""
        self._socket.shutdown(socket.SHUT_WR)

    def has_something(self) -> bool:
        """Return whether an answer, or the end, is there to be read; does not wait."""
        return bool(select.select([self._socket], [], [], 0)[0])

    def is_closed(self) -> bool:
        """Return whether the other side has ended the connection; waits for whatever comes."""
        try:
            return self._socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def _some(self, at_most: int) -> bytes:
        content = self._socket.recv(at_most)
        if not content:
            raise ConnectionError("the other side ended the connection")
        return content
