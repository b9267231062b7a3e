"""Strings are kept, compared and searched alike on every database."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from nlp_cx.storage.text import UNDATED, clean, fold, is_clean, read_moment, seconds, shorten


@given(st.text())
def test_clean_text_can_be_stored(text):
    """It has no NUL and is UTF-8; what was clean stays, and its length always does."""
    cleaned = clean(text)

    assert "\x00" not in cleaned
    assert cleaned.encode().decode() == cleaned
    assert (cleaned == text) == is_clean(text)
    assert len(cleaned) == len(text)


@given(st.text(alphabet="Đđaáàảãạâấầăằoôơốờuưứeêếiíyý HÀNG"))
def test_folded_text_has_no_diacritics_however_it_was_typed(text):
    """Composed and decomposed Vietnamese, upper and lower case fold to the same."""
    assert fold(text) == fold(unicodedata.normalize("NFD", text)) == fold(text.upper())
    assert fold(text).isascii()


@given(st.text(), st.text())
def test_short_keys_tell_long_texts_apart(one, other):
    """Equal texts have equal keys, different ones different keys, whatever their length."""
    for length in (1, 100):
        a, b = clean(one) * length, clean(other) * length

        assert (shorten(a) == shorten(b)) == (a == b)
        assert len(shorten(a).encode()) <= 600


def test_moments_are_counted_by_the_clock_they_were_sent_by():
    """A time zone does not move a comment into another day."""
    zone = timezone(timedelta(hours=7))
    late = datetime(2025, 3, 4, 23, 59, 59, tzinfo=zone)

    assert seconds(late) // 86_400 == seconds(date(2025, 3, 4)) // 86_400
    assert seconds(datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)) == -1
    assert seconds(date.min) > UNDATED == seconds(None)
    for moment in (late, date(2025, 3, 4), datetime(2025, 3, 4, 0, 0), None):  # noqa: DTZ001  # as sent
        assert read_moment(None if moment is None else moment.isoformat()) == moment
