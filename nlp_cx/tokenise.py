"""Sentences and words with their offsets: underthesea for Vietnamese, spaCy for English.

For key terms and quotes, where words are shown to people; the transformer reads subwords and never comes here. Both
libraries are loaded by the first text that needs them.
"""

from __future__ import annotations

import re
import sys
import threading
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from nlp_cx.records import LanguageCode

if TYPE_CHECKING:
    from spacy.language import Language

_MARKS = "\u0300-\u036f"  # combining marks: decomposed Vietnamese spells "ệ" as a letter and two of them
_WORD = rf"[^\W_][\w{_MARKS}]*"
_TOKEN = re.compile(rf"\d+(?:[.,:/]\d+)+|{_WORD}(?:['’\-]{_WORD})*|[^\w\s]")
_LETTER = re.compile(r"[^\W_]")
_RUN = re.compile(r"\S{100,}")  # no word of a language; spaCy's affix rules take quadratic time on such
_STOP = ".!?…。！？"
_BREAK = re.compile(rf"[\r\n\u2028\u2029]+|(?<![{_STOP}])[{_STOP}]+[\"'”’)\]]*")
_ABBREVIATIONS = frozenset((
    "mr", "mrs", "ms", "dr", "prof", "st", "vs", "etc", "inc", "ltd", "jr", "sr", "approx", "dept",
    "e.g", "i.e", "a.m", "p.m", "u.s", "u.k", "tp", "ts", "ths", "gs", "pgs", "bs", "q", "p", "tx",
))  # fmt: skip
_SURROGATE = re.compile("[\ud800-\udfff]")
_CRF_WINDOW = 256
"""Tokens tagged at once, so that memory does not grow with the text."""
_GAP = 3
"""Blanks that a Vietnamese word may have between two of its syllables, at most."""
_alone = threading.Lock()
"""Held by the thread that cuts words: neither library loads, or forgets, for two at once."""


class Span(NamedTuple):
    """A stretch of a text, in code points."""

    start: int
    end: int


class Word(NamedTuple):
    """A word as it was written; a Vietnamese word may be several syllables with the spaces between them."""

    start: int
    end: int
    text: str
    lemma: str
    """What groups its forms: the dictionary form if a full spaCy pipeline is installed, else lower case, composed."""


def sentences(text: str) -> list[Span]:
    """Cut a text into sentences.

    One rule serves all languages: it also breaks at line ends and at "chậm.Nhân viên", and leaves "shopee.vn", "5.000"
    and "TP. HCM" whole. (underthesea 9.5 cuts "shopee.vn", joins lines and takes quadratic time on "a.a.a"; spaCy
    without a trained pipeline joins lines as well.)

    Args:
        text: Any text.

    Returns:
        Sorted, not overlapping spans without space around them; together they hold all that is not space.

    Examples:
        >>> text = "Giao hàng chậm.Nhân viên dễ thương! Mua ở shopee.vn"
        >>> [text[start:end] for start, end in sentences(text)]
        ['Giao hàng chậm.', 'Nhân viên dễ thương!', 'Mua ở shopee.vn']
    """
    spans, start = [], 0
    for found in _BREAK.finditer(text):
        if _ends_sentence(text, start, found):
            spans += _trimmed(text, start, found.end())
            start = found.end()
    return spans + _trimmed(text, start, len(text))


def words(text: str, language: LanguageCode) -> list[Word]:
    """Cut a text into words; punctuation, symbols and emoji are no words.

    Args:
        text: Any text.
        language: "vi" and "mixed" are cut by underthesea, "en" by spaCy, "other" at spaces and punctuation.

    Returns:
        Sorted, not overlapping words that together hold every letter and digit; `text[word.start:word.end]` is
        `word.text`.

    Examples:
        >>> [word.text for word in words("Nhân viên nhiệt tình, giao hàng nhanh!", "vi")]
        ['Nhân viên', 'nhiệt tình', 'giao', 'hàng', 'nhanh']
    """
    if language == "other":
        return list(_plain(text, 0, len(text)))
    with _alone:
        return list(_english(text) if language == "en" else _vietnamese(text))


def join_syllables(text: str) -> str:
    """Write each Vietnamese word of several syllables with "_" between them, as encoders like PhoBERT read it.

    Args:
        text: Any text.

    Returns:
        Text of the same length; only single blanks inside words change.

    Examples:
        >>> join_syllables("Nhân viên nhiệt tình")
        'Nhân_viên nhiệt_tình'
    """
    letters = list(text)
    for word in words(text, "vi"):
        for at in range(word.start, word.end):
            if letters[at] == " ":
                letters[at] = "_"
    return "".join(letters)


def _ends_sentence(text: str, start: int, found: re.Match[str]) -> bool:
    """Tell whether a line's end or stops are the end of the sentence that began at `start`."""
    stop, end = found.span()
    if found[0][0] not in _STOP:
        return True
    if end < len(text) and not text[end].isspace():
        return text[end].isupper() and text[max(start, stop - 2) : stop].isalpha() and stop - start > 1
    if found[0] != "." or text[stop - 1 : stop].isspace():
        return True
    last = (text[max(start, stop - 12) : stop].split() or [""])[-1].lstrip("(\"'“‘")
    opens_list = last.isdigit() and len(last) <= 2 and not text[start : stop - len(last)].strip()
    return last.casefold() not in _ABBREVIATIONS and not opens_list


def _trimmed(text: str, start: int, end: int) -> list[Span]:
    """Take the space off a stretch's ends; nothing is left of blank ones."""
    piece = text[start:end]
    stripped = piece.strip()
    if not stripped:
        return []
    start += len(piece) - len(piece.lstrip())
    return [Span(start, start + len(stripped))]


def _word(text: str, start: int, end: int, lemma: str | None = None) -> Word:
    """Make a word of a stretch."""
    word = text[start:end]
    return Word(start, end, word, lemma or unicodedata.normalize("NFC", " ".join(word.split())).casefold())


def _encodable(text: str) -> str:
    """Replace halves of surrogate pairs, which libraries written in C cannot take; lengths stay."""
    return _SURROGATE.sub("\ufffd", text)


def _plain(text: str, start: int, end: int) -> Iterator[Word]:
    """Cut a stretch at spaces and punctuation."""
    for found in _TOKEN.finditer(text, start, end):
        if _LETTER.search(text, *found.span()):
            yield _word(text, *found.span())


# --- Vietnamese ------------------------------------------------------------------------------------------------------


@cache
def _segmenter() -> Any:
    """Load underthesea's word segmenter; it comes with the package and needs no network."""
    module = import_module("underthesea.pipeline.word_tokenize")
    module.word_tokenize("xin chào")  # loads the model
    return module.word_tokenize_model


@cache
def _standard_form() -> Any:
    """Load underthesea's table of spellings, which its segmenter was trained behind."""
    return import_module("underthesea.pipeline.text_normalize").token_normalize


def _vietnamese(text: str) -> Iterator[Word]:
    """Join syllables to words as the segmenter tags them: B-W begins a word, I-W goes on with it.

    Its tagger is fed our own tokens, so that offsets are known: `word_tokenize` gives rewritten words without any.
    """
    standard_form, segmenter = _standard_form(), _segmenter()
    tokens = [Span(*found.span()) for found in _TOKEN.finditer(text)]
    start = end = 0
    for at in range(0, len(tokens), _CRF_WINDOW):
        window = tokens[at : at + _CRF_WINDOW]
        forms = [[standard_form(unicodedata.normalize("NFC", _encodable(text[slice(*span)])))] for span in window]
        for span, tag in zip(window, segmenter.predict(forms), strict=True):
            if not _LETTER.search(text, *span):
                continue
            between = text[end : span.start]
            if tag != "I-W" or end == start or not between.isspace() or "\n" in between or len(between) > _GAP:
                if end > start:
                    yield _word(text, start, end)
                start = span.start
            end = span.end
    if end > start:
        yield _word(text, start, end)


# --- English ---------------------------------------------------------------------------------------------------------


@cache
def _pipeline() -> Language:
    """Load the first English spaCy pipeline that is installed, for its lemmas; else spaCy's tokenizer alone."""
    import spacy

    installed = sorted(name for name in spacy.util.get_installed_models() if name.startswith("en_"))
    nlp = spacy.load(installed[0], exclude=["ner", "parser"]) if installed else spacy.blank("en")
    nlp.max_length = sys.maxsize
    return nlp


def _english(text: str) -> Iterator[Word]:
    """Cut English text; overlong runs of characters, which no language has, are cut by rule."""
    nlp = _pipeline()
    for start, end in _windows(text):
        if _RUN.fullmatch(text, start, end):
            yield from _plain(text, start, end)
            continue
        with nlp.memory_zone():  # spaCy forgets the strings it saw
            found = [
                _word(text, start + token.idx, start + token.idx + len(token), token.lemma_ or None)
                for token in nlp(_encodable(text[start:end]))
                if _LETTER.search(token.text)
            ]
        yield from found


def _windows(text: str) -> Iterator[Span]:
    """Give the sentences, cut where they hold an overlong run, which stands alone."""
    for start, end in sentences(text):
        for run in _RUN.finditer(text, start, end):
            yield from _trimmed(text, start, run.start())
            yield Span(*run.span())
            start = run.end()
        yield from _trimmed(text, start, end)
