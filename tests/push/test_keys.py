"""The key that signs pushes: made once where a practice is tried out, given where it runs for good."""

import stat

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from app.home import Home
from app.integrations.push import keys


def test_a_home_makes_its_key_once_and_keeps_it_to_itself(tmp_path):
    made = Home(tmp_path).vapid_key()
    assert Home(tmp_path).vapid_key() == made
    assert stat.S_IMODE((tmp_path / "vapid-key").stat().st_mode) == 0o600
    assert keys.is_public_key(keys.public_key(made))


def test_a_key_from_elsewhere_is_read_too():
    made = ec.generate_private_key(ec.SECP256R1())
    der = keys.written(made.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    raw = keys.written(made.private_numbers().private_value.to_bytes(32))
    assert keys.public_key(der) == keys.public_key(raw)


@pytest.mark.parametrize("text", ["", "A", "not a key", keys.written(b"\0" * 32), keys.written(b"\xff" * 32)])
def test_what_is_none_is_refused(text):
    with pytest.raises(ValueError, match="not a private key"):
        keys.public_key(text)
