"""Which addresses are asked for a calendar at all, and which of them lie in inner networks."""

import pytest

from app import config
from app.integrations.errors import GatewayError
from app.integrations.ics_address.addresses import target
from app.integrations.ics_address.inner import is_inner

EVIL = (
    "",
    "   ",
    "calendar",
    "https://",
    "https:///x.ics",
    "ftp://calendar.example/x.ics",
    "file:///etc/passwd",
    "gopher://127.0.0.1:25/x",
    "javascript:alert(1)",
    "//calendar.example/x.ics",
    "https://user@calendar.example/x.ics",
    "https://user:password@calendar.example/x.ics",
    "https://@calendar.example/x.ics",
    "https://calendar.example:22/x.ics",
    "https://calendar.example:80/x.ics",
    "http://calendar.example:443/x.ics",
    "https://calendar.example:99999/x.ics",
    "https://calendar.example:x/x.ics",
    "https://calendar.example\\@evil.example/x.ics",
    "https://calendar.example/x y.ics",
    "https://calendar.example/x\r\nHost: evil.example",
    "https://cal\tendar.example/x.ics",
    "https://calendar..example/x.ics",
    "https://-calendar.example/x.ics",
    "https://[::1/x.ics",
    "https://[calendar]/x.ics",
    "https://calendar.example%00.evil.example/x.ics",
    "https://" + "a" * 64 + ".example/x.ics",
    "https://" + ".".join(["a" * 60] * 5) + "/x.ics",
    "https://calendar.example/" + "x" * 1000,
)

READ_AS = {
    "https://calendar.example/x.ics": "https://calendar.example/x.ics",
    "  webcal://calendar.example/x.ics ": "https://calendar.example/x.ics",
    "WEBCALS://Calendar.Example/X.ics": "https://calendar.example/X.ics",
    "http://calendar.example": "http://calendar.example/",
    "https://calendar.example:443/x.ics?a=b%20c&d=é#part": "https://calendar.example/x.ics?a=b%20c&d=%C3%A9",
    "https://calendar.example./x.ics": "https://calendar.example/x.ics",
    "https://kalender.müller.example/x.ics": "https://kalender.xn--mller-kva.example/x.ics",
    "https://[2606:4700::1]/x.ics": "https://[2606:4700::1]/x.ics",
}

INNER = (
    *(
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
    ),
    *("100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.1"),
    *("203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "192.88.99.1"),
    *(
        "::",
        "::1",
        "::7f00:1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd00:ec2::254",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
    ),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a00:1"),
    *("64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1", "2001::1", "100::1", "3fff::1", "5f00::1"),
)
OPEN = ("8.8.8.8", "93.184.215.14", "172.32.0.1", "100.128.0.1", "2606:4700::1", "::ffff:8.8.8.8", "64:ff9b::808:808")


@pytest.mark.parametrize("address", EVIL)
def test_what_is_no_plain_web_address_is_not_asked_for(address):
    with pytest.raises(GatewayError) as refused:
        target(address)
    assert not refused.value.retry
    assert str(refused.value).endswith(".")
    assert "evil" not in str(refused.value)


@pytest.mark.parametrize("address", READ_AS)
def test_an_address_is_read_as_calendars_write_it(address):
    assert target(address).address == READ_AS[address]


def test_what_the_operator_names_may_be_at_any_port():
    trusted = config.load({"ICS_HOSTS": "http://nextcloud.lan:8080, https://calendar.example:443"})["ICS_HOSTS"]
    assert target("http://nextcloud.lan:8080/x.ics", trusted).is_trusted
    assert target("webcal://calendar.example/x.ics", trusted).is_trusted
    assert not target("http://calendar.example/x.ics", trusted).is_trusted
    assert not target("https://calendar.example.evil.example/x.ics", trusted).is_trusted
    with pytest.raises(GatewayError):
        target("https://nextcloud.lan:8080/x.ics", trusted)
    with pytest.raises(config.BadSetting, match="ICS_HOSTS"):
        config.load({"ICS_HOSTS": "nextcloud.lan"})


@pytest.mark.parametrize("address", INNER)
def test_an_inner_network_is_known(address):
    assert is_inner(address)


@pytest.mark.parametrize("address", OPEN)
def test_the_open_internet_is_known(address):
    assert not is_inner(address)
