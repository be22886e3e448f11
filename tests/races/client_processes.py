"""A crowd of clients, each a process with its own connection, sending its request when the gate opens.

Reads a line of JSON ({"address": [host, port], "requests": [...]}), says `ready` once everybody is connected,
opens the gate at the next line, and answers with JSON: {"seconds", "answers": [{"status", "text", "seconds"}]}.
Imports next to nothing, so that two hundred forks cost little.
"""

import json
import os
import socket
import sys
import time


def main() -> None:
    wanted = json.loads(sys.stdin.readline())
    gate, opener = os.pipe()
    arrivals, arrived = os.pipe()
    clients = [_fork(tuple(wanted["address"]), text, gate, opener, arrived) for text in wanted["requests"]]
    for _ in clients:
        os.read(arrivals, 1)
    print("ready", flush=True)
    sys.stdin.readline()
    released = time.monotonic()
    os.close(opener)  # everybody waits for the end of this pipe
    answers = [_answer(answer, released) for answer in clients]
    seconds = max((one["seconds"] for one in answers), default=0.0)
    print(json.dumps({"seconds": seconds, "answers": answers}), flush=True)


def _fork(address: tuple[str, int], text: str, gate: int, opener: int, arrived: int) -> int:
    read_end, write_end = os.pipe()
    if os.fork():
        os.close(write_end)
        return read_end
    try:
        os.close(opener)
        with socket.create_connection(address, timeout=180) as connection:
            os.write(arrived, b".")
            os.read(gate, 1)
            connection.sendall(text.encode())
            told = b"".join(iter(lambda: connection.recv(65536), b""))
    except OSError as error:
        told = f"HTTP/1.1 0 {error}\r\n\r\n".encode()
    with os.fdopen(write_end, "wb") as out:
        out.write(f"{time.monotonic()}\n".encode() + told)
    os._exit(0)


def _answer(read_end: int, released: float) -> dict[str, object]:
    with os.fdopen(read_end, "rb") as told:
        ended = float(told.readline())
        head, _, body = told.read().partition(b"\r\n\r\n")
    status = int(head.split()[1]) if head else 0
    return {"status": status, "text": body.decode(errors="replace"), "seconds": ended - released}


if __name__ == "__main__":
    main()
