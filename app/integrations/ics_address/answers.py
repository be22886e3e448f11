"""What the server of a calendar answers: no more of it is read than fits, and its refusals are told apart."""

import http.client
import zlib

from app.integrations.errors import GatewayError
from app.integrations.ics_address import Fetched

LARGEST = 5_000_000  # bytes, as they travel and unpacked
LONGEST_SEEN = 300  # characters of an ETag or a date
GONE = (404, 410)
SHUT = (401, 403, 407)


def fetched(response: http.client.HTTPResponse, seen: str) -> Fetched:
    """Return the fetched calendar, if it is one as far as HTTP can tell. Raises GatewayError."""
    if response.status == 304 and seen:
        return Fetched(None, seen)
    if response.status != 200:
        raise _told_apart(response)
    said = (response.getheader(name, "") for name in ("ETag", "Last-Modified"))
    tag, modified = (text if len(text) <= LONGEST_SEEN else "" for text in said)
    return Fetched(_unpacked(response), f"{tag}\n{modified}" if tag or modified else "")


def _unpacked(response: http.client.HTTPResponse) -> bytes:
    data = response.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise _too_large()
    if response.length:
        raise http.client.IncompleteRead(data, response.length)
    packed = response.getheader("Content-Encoding", "identity").strip().lower()
    if packed in ("identity", ""):
        return data
    if packed not in ("gzip", "x-gzip"):
        raise GatewayError("The calendar came in a packing that we do not know.", retry=False)
    return _from_gzip(data)


def _from_gzip(data: bytes) -> bytes:
    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        text = unpacker.decompress(data, LARGEST + 1)
    except zlib.error:
        raise GatewayError("The calendar came damaged.", retry=True) from None
    if len(text) > LARGEST:
        raise _too_large()
    if not unpacker.eof or unpacker.unused_data:
        raise GatewayError("The calendar came damaged.", retry=True)
    return text


def _too_large() -> GatewayError:
    return GatewayError(f"The calendar is larger than {LARGEST // 1_000_000} MB.", retry=False)


def _told_apart(response: http.client.HTTPResponse) -> GatewayError:
    status = response.status
    if status in GONE:
        return GatewayError(f"There is no calendar at this address any more ({status}).", retry=False, gone=True)
    if status in SHUT:
        text = f"The calendar is not open to whoever has its address ({status})."
        return GatewayError(text, retry=False, gone=True)
    if status == 429 or status >= 500:
        said = response.getheader("Retry-After", "")
        wait = float(said) if said.isdecimal() and len(said) < 6 else 0.0
        return GatewayError(f"The server of the calendar does not answer now ({status}).", retry=True, wait=wait)
    return GatewayError(f"The server of the calendar answered in a way that we do not know ({status}).", retry=False)
