"""A cursor is a place in one list, whatever was done to it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_cx.errors import RequestError
from nlp_cx.storage.cursors import LISTS, cursor_pattern, read_cursor, write_cursor

numbers = st.integers(min_value=-(2**63), max_value=2**63 - 1)


@given(st.sampled_from(sorted(LISTS)), st.data())
def test_a_cursor_gives_back_what_was_written(kind, data):
    """Any numbers of 64 bits, in the form that the contract tells."""
    count = LISTS[kind][1]
    wanted = tuple(data.draw(st.lists(numbers, min_size=count, max_size=count)))
    cursor = write_cursor(kind, *wanted)

    assert re.search(cursor_pattern(kind), cursor)
    assert read_cursor(kind, cursor, count) == wanted


@given(st.sampled_from(sorted(LISTS)), st.data())
def test_what_has_the_form_of_a_cursor_can_be_read(kind, data):
    """An edited cursor is another place, or is refused: never an error inside."""
    cursor = data.draw(st.from_regex(cursor_pattern(kind), fullmatch=True))

    assert all(-(2**63) <= number < 2**63 for number in read_cursor(kind, cursor, LISTS[kind][1]))


@given(st.text())
def test_what_has_another_form_is_refused(cursor):
    """And the parameter is named."""
    with pytest.raises(RequestError, match=r"^after: is no cursor of this list"):
        read_cursor("batches", cursor, 1)


def test_no_list_takes_the_cursor_of_another_one():
    """Each has a letter of its own."""
    assert len({letter for letter, _ in LISTS.values()}) == len(LISTS)
