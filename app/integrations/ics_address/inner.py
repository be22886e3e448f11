"""Which network addresses are not of the open internet: nothing there is asked on somebody's word. Pure."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# What the standard library takes for open, or took for open in some of its versions, and is not.
BESIDES = tuple(
    map(
        ip_network,
        (
            "100.64.0.0/10",  # behind carriers; also where one cloud tells its secrets
            "168.63.129.16/32",  # where another does
            "192.0.0.0/24",
            "192.88.99.0/24",
            "198.18.0.0/15",
            "100::/64",
            "2001::/23",
            "2001:db8::/32",
            "3fff::/20",
            "5f00::/16",
            "fec0::/10",
        ),
    )
)
NAT64 = ip_network("64:ff9b::/96")


def is_inner(text: str) -> bool:
    """Whether an address lies in this machine, a private network, or anywhere else that is not the open internet."""
    address = ip_address(text.partition("%")[0])
    carried = _carried(address) if isinstance(address, IPv6Address) else None
    if carried is not None:
        return is_inner(str(carried))
    return (
        not address.is_global
        or address.is_multicast
        or address.is_reserved
        or any(address in network for network in BESIDES if network.version == address.version)
    )


def _carried(address: IPv6Address) -> IPv4Address | None:
    """The address of IPv4 that one of IPv6 stands for."""
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
