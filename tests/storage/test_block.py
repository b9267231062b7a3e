"""Blocks of comments as numbers hold exactly what was put into them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp_cx.errors import StorageError
from nlp_cx.storage.block import ALIVE, BLOCK, BLOCK_BITS, SHAPE, Block, Fact, join

small = st.integers(0, 5)
facts = st.builds(
    Fact,
    when=st.integers(-(2**40), 2**40),
    response=st.integers(-(2**63), 2**63 - 1),
    respondent=st.integers(-(2**63), 2**63 - 1),
    touchpoint=st.integers(0, 2**31 - 1),
    stage=small,
    batch=small,
    model=small,
    doubt=st.floats(0, 1, width=32),
    flags=st.integers(0, 255).map(lambda flags: flags | ALIVE),
    language=small,
    sentiment=st.integers(0, 2),
    standing=st.integers(0, 3),
    mentions=st.lists(st.tuples(st.integers(1, 99), st.integers(0, 2)), max_size=3),
    scores=st.lists(st.tuples(st.integers(1, 9), st.floats(allow_nan=False, allow_infinity=False)), max_size=2),
    segments=st.lists(st.integers(1, 999), max_size=3),
)
changes = st.dictionaries(st.integers(0, BLOCK - 1), st.none() | facts, max_size=5)


def read(block):
    """Give what each slot of a block holds."""
    columns = block.columns
    held = {}
    for slot in np.flatnonzero(columns["flags"] & ALIVE).tolist():
        of = {group: columns[name] == slot for group, name in
              (("mention", "mention_slot"), ("score", "score_slot"), ("segment", "segment_slot"))}  # fmt: skip
        held[slot] = Fact(
            **{name: columns[name][slot].item() for name in SHAPE["comments"]},
            mentions=sorted(zip(columns["mention_theme"][of["mention"]].tolist(),
                                columns["mention_sentiment"][of["mention"]].tolist(), strict=True)),
            scores=sorted(zip(columns["score_scale"][of["score"]].tolist(),
                              columns["score_value"][of["score"]].tolist(), strict=True)),
            segments=sorted(columns["segment_name"][of["segment"]].tolist()),
        )  # fmt: skip
    return held


def sort(fact):
    """Give a fact whose lists are in order."""
    from dataclasses import replace

    return replace(fact, mentions=sorted(fact.mentions), scores=sorted(fact.scores), segments=sorted(fact.segments))


@settings(max_examples=60, deadline=None)
@given(st.lists(changes, max_size=4))
def test_a_block_is_what_was_put_into_it_last(steps):
    """After any changes, written and read again, each slot holds its last comment and nothing else."""
    block, wanted = Block(), {}
    for step in steps:
        block = Block.from_bytes(block.change(step).to_bytes())
        wanted |= step

    assert read(block) == {slot: sort(fact) for slot, fact in wanted.items() if fact is not None}
    assert block.is_empty == (not any(wanted.values()))


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.integers(0, 9), changes, max_size=3))
def test_joined_blocks_are_one_behind_the_other(given_blocks):
    """Each position knows its place; mentions, scores and segments point to positions."""
    numbered = [(number, Block().change(given_blocks[number])) for number in sorted(given_blocks)]
    columns, places = join(numbered)
    positions = {place: position for position, place in enumerate(places.tolist())}
    scores = sorted(
        (positions[(number << BLOCK_BITS) + slot], *score)
        for number, change in given_blocks.items()
        for slot, fact in change.items()
        if fact is not None
        for score in fact.scores
    )

    assert places.tolist() == sorted(positions)
    assert len(columns["flags"]) == len(places)
    assert scores == sorted(
        zip(
            columns["score_slot"].tolist(),
            columns["score_scale"].tolist(),
            columns["score_value"].tolist(),
            strict=True,
        )
    )


def test_a_block_of_another_version_is_refused():
    """Bytes that mean something else are not read as if they did not."""
    with pytest.raises(StorageError, match="another version"):
        Block.from_bytes(b"ncf2" + Block().to_bytes()[4:])
