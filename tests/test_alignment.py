"""A rewritten text keeps the way back to its source."""

from hypothesis import given
from hypothesis import strategies as st

from nlp_cx.alignment import Aligned, Edit


def test_span_inside_a_replacement_covers_what_was_replaced():
    """A word within a longer replacement leads back to the whole stretch that was replaced."""
    aligned = Aligned.of("sp đẹp").edit([(0, 2, "sản phẩm")])

    assert aligned.source_span(4, 8) == (0, 2)


def test_span_after_a_replacement_is_shifted():
    """What stands behind a replacement keeps its own source offsets."""
    aligned = Aligned.of("ko tốt").edit([(0, 2, "không")])

    assert aligned.text == "không tốt"
    assert aligned.source_span(6, 9) == (3, 6)


def test_deleted_text_belongs_to_no_span_beside_it():
    """A deletion between two words does not widen the span of either."""
    aligned = Aligned.of("đẹp<br>rẻ").edit([(3, 7, "")])

    assert aligned.text == "đẹprẻ"
    assert aligned.source_span(0, 3) == (0, 3)
    assert aligned.source_span(3, 5) == (7, 9)


def test_steps_compose():
    """Two rounds of edits lead back through both."""
    aligned = Aligned.of("a ko b").edit([(2, 4, "không")]).edit([(0, 2, "")])

    assert aligned.text == "không b"
    assert aligned.source_span(0, 5) == (2, 4)


@st.composite
def texts_and_edits(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    text = draw(st.text(max_size=40))
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8, unique=True)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return text, [(start, end, draw(st.text(max_size=4))) for start, end in pairs]


@given(texts_and_edits())
def test_every_span_leads_into_the_source(case):
    """Whatever was edited, a span of the result lies within the source and never runs backwards."""
    text, edits = case
    aligned = Aligned.of(text).edit(edits)

    for start in range(len(aligned.text) + 1):
        for end in range(start, len(aligned.text) + 1):
            low, high = aligned.source_span(start, end)
            assert 0 <= low <= high <= len(text)


@given(texts_and_edits())
def test_untouched_letters_lead_back_to_themselves(case):
    """A letter that no edit touched maps to itself."""
    text, edits = case
    aligned = Aligned.of(text).edit(edits)

    read = written = 0
    for start, end, replacement in [*edits, (len(text), len(text), "")]:
        for step in range(start - read):
            assert aligned.source_span(written + step, written + step + 1) == (read + step, read + step + 1)
        written += start - read + len(replacement)
        read = end
