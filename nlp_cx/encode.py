"""Normalised texts -> token ids: long comments in overlapping windows, batches of near-equal length."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nlp_cx.records import Encoded

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

WINDOW = 254
"""Tokens of comment text in one window."""
OVERLAP = 32
"""Tokens that a window shares with the one before it."""
MAX_WINDOWS = 8
"""A comment is read up to this many windows, about 1,800 tokens; what is longer is reported as truncated."""
QUESTION_TOKENS = 32
"""Tokens read of a survey question; what is longer is cut off."""
TOKEN_BUDGET = 2048
"""Tokens, padding counted, in one batch on a CPU."""


class Encoder:
    """Turns texts into windows of token ids."""

    def __init__(
        self,
        tokenizer_json: Path,
        *,
        window: int = WINDOW,
        max_windows: int = MAX_WINDOWS,
        segment: Callable[[str], str] | None = None,
    ) -> None:
        """Load the tokenizer.

        Args:
            tokenizer_json: File of the `tokenizers` library, from the model folder.
            window: Tokens of text in a window.
            max_windows: Windows read of one comment.
            segment: Joins the syllables of words before tokens are cut, keeping the length; for encoders that were
                pretrained on segmented text.
        """
        from tokenizers import Tokenizer

        self._tokenizer: Tokenizer = Tokenizer.from_file(str(tokenizer_json))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        vocabulary = self._tokenizer.get_vocab()
        begin, end = ("[CLS]", "[SEP]") if "[CLS]" in vocabulary else ("<s>", "</s>")  # BERT's names, RoBERTa's
        self._cls, self._sep = vocabulary[begin], vocabulary[end]
        self._segment = segment or str
        self._window = window
        self._max_characters = 16 * window * max_windows  # more than so many tokens of a text hold
        self._max_windows = max_windows
        self._questions: dict[str, list[int]] = {}

    def encode(
        self, texts: Sequence[str], questions: Sequence[str | None] | None = None
    ) -> tuple[list[Encoded], list[bool]]:
        """Encode comments, each with its survey question behind it.

        Args:
            texts: Normalised texts.
            questions: A question or None per text; None when there are none at all.

        Returns:
            Windows in the order of the texts, and per text whether its end was left out.
        """
        kept = [text[: self._max_characters] for text in texts]
        encodings = self._tokenizer.encode_batch([self._segment(text) for text in kept], add_special_tokens=False)
        windows: list[Encoded] = []
        truncated: list[bool] = []
        step = self._window - OVERLAP
        for number, encoding in enumerate(encodings):
            question = questions[number] if questions is not None else None
            tail = self._question(question) if question else []
            length = len(encoding.ids)
            starts = range(0, max(1, length - OVERLAP), step) if length > self._window else range(1)
            for start in starts[: self._max_windows]:
                windows.append(self._frame(number, encoding, start, tail))
            truncated.append(len(starts) > self._max_windows or len(kept[number]) < len(texts[number]))
        return windows, truncated

    def _frame(self, number: int, encoding: Encoding, start: int, tail: list[int]) -> Encoded:
        """Put [CLS], one window, [SEP] and the question together."""
        part = slice(start, start + self._window)
        ids = [self._cls, *encoding.ids[part], self._sep]
        offsets = [(0, 0), *encoding.offsets[part], (0, 0)]
        return Encoded(
            comment=number,
            ids=ids + tail,
            types=[0] * len(ids) + [1] * len(tail),
            offsets=offsets + [(0, 0)] * len(tail),
        )

    def _question(self, question: str) -> list[int]:
        """Token ids of a question, remembered, for a survey asks the same one in every row."""
        if question not in self._questions:
            if len(self._questions) > 1000:
                self._questions.clear()
            start = question[:1000].encode(errors="replace").decode()  # half a surrogate pair is no text to tokenizers
            ids = self._tokenizer.encode(self._segment(start), add_special_tokens=False).ids[:QUESTION_TOKENS]
            self._questions[question] = [*ids, self._sep]
        return self._questions[question]


def cut_batches(windows: Sequence[Encoded], *, budget: int = TOKEN_BUDGET) -> Iterator[list[int]]:
    """Cut windows into batches of near-equal length, longest first.

    Args:
        windows: What `Encoder.encode` gave.
        budget: Tokens of one batch, padding counted; a longer window is a batch of its own.

    Yields:
        Positions in `windows`; every position once.

    Examples:
        >>> windows = [Encoded(comment=0, ids=[1] * n, types=[0] * n, offsets=[]) for n in (3, 9, 4)]
        >>> list(cut_batches(windows, budget=9))
        [[1], [2, 0]]
    """
    order = sorted(range(len(windows)), key=lambda position: -len(windows[position].ids))
    batch: list[int] = []
    for position in order:
        width = len(windows[batch[0]].ids) if batch else len(windows[position].ids)
        if batch and width * (len(batch) + 1) > budget:
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch
