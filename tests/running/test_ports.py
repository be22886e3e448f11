"""What the tests themselves stand on: no two of them serve at the same port."""

import subprocess
import sys

from tests.ports import PORTS, free_port


def test_a_port_that_was_given_is_not_given_again_by_another_process():
    given = {free_port(PORTS[:50]) for _ in range(10)}
    code = "from tests.ports import PORTS, free_port; print([free_port(PORTS[:50]) for _ in range(5)])"
    by_another = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert given.isdisjoint(int(port) for port in by_another.strip("[]\n").split(","))
    assert len(given) == 10
