"""What a query says of the comments that are wanted."""

from __future__ import annotations

import pytest

from nlp_cx.api.filters import Traits


@pytest.mark.parametrize(
    ("given", "name", "value"),
    [
        ("branch=Quận 3", "branch", "Quận 3"),
        ("branch=a=b", "branch", "a=b"),
        (r"s\=t=u=v", "s=t", "u=v"),
        (r"path\\x=C:\y", r"path\x", r"C:\y"),
        (r"path\x=1", r"path\x", "1"),
        ("branch=", "branch", ""),
    ],
)
def test_a_segment_is_its_name_and_its_value_and_an_equals_sign_in_a_name_is_escaped(given, name, value):
    assert Traits(segment=[given]).where().segments == {name: (value,)}
