"""Something at a real socket that a test plays the outside world with: a thread for each who asks."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class Handler(BaseHTTPRequestHandler):
    """Says nothing to the log, and takes it calmly when whoever asked has gone."""

    protocol_version = "HTTP/1.1"

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            self.close_connection = True

    def asked_by(self) -> dict[str, str]:
        """The request's headers, their names in small letters."""
        return {name.lower(): text for name, text in self.headers.items()}

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def log_message(self, *_words: Any) -> None:
        pass


class Listening:
    """Answers on loopback, as the handler says, while its `with` block lasts."""

    def __init__(self, handler: type[Handler]) -> None:
        self.released = threading.Event()  # set: those who are kept waiting are let go
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.http.daemon_threads = True
        self.port = self.http.server_port
        self.origin = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.released.set()
        self.http.shutdown()
        self.http.server_close()
