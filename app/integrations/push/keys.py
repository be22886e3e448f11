"""The key by which push services know that a push comes from us (VAPID, RFC 8292)."""

import base64
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid

POINT_BYTES, SECRET_BYTES = 65, 16  # of a browser's public key, and of the secret it shares with us


def new_private_key() -> str:
    """Return a new key as VAPID_PRIVATE_KEY takes it: 32 bytes in base64url."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return written(number.to_bytes(32))


@lru_cache(maxsize=4)
def signer(private_key: str) -> Vapid:
    """Raises ValueError for what is no private key of P-256, neither its 32 bytes nor DER, in base64url."""
    try:
        return Vapid.from_string(private_key)
    except Exception:
        raise ValueError("not a private key") from None


@lru_cache(maxsize=4)
def public_key(private_key: str) -> str:
    """Return the public key, which a browser is given so that only we can push to it."""
    point = signer(private_key).public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return written(point)


def is_public_key(text: str) -> bool:
    """Return whether this is a browser's key: a point on the curve, for others would give ours away."""
    try:
        point = read(text)
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return False
    return len(point) == POINT_BYTES


def is_shared_secret(text: str) -> bool:
    try:
        return len(read(text)) == SECRET_BYTES
    except ValueError:
        return False


def written(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def read(text: str) -> bytes:
    """Raises ValueError for what is not base64url."""
    plain = text.rstrip("=").encode("ascii")
    return base64.b64decode(plain + b"=" * (-len(plain) % 4), altchars=b"-_", validate=True)
