"""Texts become windows; nothing is left out unsaid."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers

from nlp_cx.encode import OVERLAP, Encoder, cut_batches
from nlp_cx.records import Encoded


@pytest.fixture(scope="module")
def tokenizer_json(tmp_path_factory: pytest.TempPathFactory):
    vocabulary = {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "chờ": 4, "lâu": 5, "sao": 6}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    tokenizer.save(str(path))
    return path


def test_a_short_comment_is_one_window_with_offsets(tokenizer_json):
    windows, truncated = Encoder(tokenizer_json).encode(["chờ lâu"])
    assert (windows[0].ids, windows[0].offsets) == ([2, 4, 5, 3], [(0, 0), (0, 3), (4, 7), (0, 0)])
    assert truncated == [False]


def test_the_question_stands_behind_the_comment_as_another_type(tokenizer_json):
    windows, _ = Encoder(tokenizer_json).encode(["chờ"], ["sao"])
    assert (windows[0].ids, windows[0].types) == ([2, 4, 3, 6, 3], [0, 0, 0, 1, 1])


def test_half_a_surrogate_pair_in_a_question_is_no_error(tokenizer_json):
    """JSON can carry one, `tokenizers` cannot: it reads as a question mark."""
    encoder = Encoder(tokenizer_json)
    assert encoder.encode(["chờ"], ["sao\ud83d"])[0][0].ids == encoder.encode(["chờ"], ["sao?"])[0][0].ids


def test_a_long_comment_is_read_in_overlapping_windows(tokenizer_json):
    encoder = Encoder(tokenizer_json, window=100, max_windows=4)
    windows, truncated = encoder.encode([" ".join(["chờ"] * 168)])
    assert [len(window.ids) - 2 for window in windows] == [100, 100]
    assert windows[0].offsets[-2 - OVERLAP + 1] == windows[1].offsets[1]
    assert truncated == [False]


def test_what_is_past_the_last_window_is_said_to_be_truncated(tokenizer_json):
    windows, truncated = Encoder(tokenizer_json, window=100, max_windows=2).encode([" ".join(["chờ"] * 400), "lâu"])
    assert [window.comment for window in windows] == [0, 0, 1]
    assert truncated == [True, False]


def test_an_empty_comment_is_a_window_of_its_own(tokenizer_json):
    windows, truncated = Encoder(tokenizer_json).encode(["", "lâu"])
    assert [window.comment for window in windows] == [0, 1]
    assert truncated == [False, False]


@given(st.lists(st.integers(1, 60), max_size=40), st.integers(1, 200))
def test_batches_hold_every_window_once_and_keep_the_budget(lengths: list[int], budget: int):
    windows = [Encoded(comment=0, ids=[1] * length, types=[0] * length, offsets=[]) for length in lengths]
    batches = list(cut_batches(windows, budget=budget))
    assert sorted(position for batch in batches for position in batch) == list(range(len(lengths)))
    assert all(len(batch) == 1 or len(batch) * max(lengths[p] for p in batch) <= budget for batch in batches)
