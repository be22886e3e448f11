"""Ways in which a journey is made. Without a word it is made twice, on a phone and at a desk, with scripts."""

import pytest

with_and_without_scripts = pytest.mark.parametrize(
    "scripts", [True, False], ids=["scripts", "no-scripts"], indirect=True
)
on_a_phone = pytest.mark.parametrize("size", ["phone"], indirect=True)
at_a_desk = pytest.mark.parametrize("size", ["desk"], indirect=True)
