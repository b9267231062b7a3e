"""One raw row -> a labelled comment, or all that is wrong with it and what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from nlp_cx.errors import CommentError
from nlp_cx.ingest.cells import as_text, as_word, is_blank
from nlp_cx.ingest.rejected import Rejected
from nlp_cx.labelled.record import Evidence, Labelled
from nlp_cx.labelled.words import (
    FLAGS,
    SENTIMENTS,
    YES_NO,
    find_sentiment,
    find_theme,
    fold,
    locate,
    nearest,
    nearest_theme,
    split_judged,
)
from nlp_cx.records import Comment, Polarity
from nlp_cx.taxonomy import load_taxonomy

UNTOLD = "?"
"""In a cell: not labelled."""
_NO_THEME = frozenset(("-", "none", "không", "không có"))
_SHOWN = 60


class RowCheck:
    """Reads one row, gathering every problem instead of stopping at the first."""

    def __init__(self, number: int, row: Mapping[str, Any], *, blank_themes: Literal["none", "unknown"]) -> None:
        """Keep the row; `read` does the work.

        Args:
            number: Its number in the file.
            row: Field -> value, fields named as in our own form.
            blank_themes: Whether an empty cell for themes says that there is none, or says nothing.
        """
        self._number, self._row, self._blank_themes = number, row, blank_themes
        self.rejected: list[Rejected] = []

    def read(self) -> Labelled | None:
        """Give the labelled comment; None if `rejected` says why not."""
        text = as_text(self._row.get("text"))
        if not text.strip():
            self._reject("text", "the text is empty: fill it in or delete the row",
                         "thiếu nội dung: hãy điền vào hoặc xoá dòng")  # fmt: skip
        sentiment = self._sentiment("sentiment", self._row.get("sentiment"))
        themes, both, evidence = self._themes(text)
        flags = {name: self._flag(name) for name in FLAGS}
        if flags["none"] and themes:
            self._reject("none", "the comment is said to have no content and has themes all the same: keep one of both",
                         "ý kiến được ghi là không có nội dung nhưng vẫn có chủ đề: chỉ giữ một trong hai")  # fmt: skip
        language = fold(as_word(self._row.get("language")))
        if language not in ("", "vi", "en"):
            self._reject("language", f"unknown language {language[:_SHOWN]!r}: use vi or en, or leave it empty",
                         f"không rõ ngôn ngữ {language[:_SHOWN]!r}: hãy dùng vi hoặc en, hoặc để trống")  # fmt: skip
        if self.rejected:
            return None
        try:
            comment = Comment(
                id=as_word(self._row.get("id")) or str(self._number),
                text=text,
                question=as_word(self._row.get("question")) or None,
                language=language or None,  # type: ignore[arg-type]
                respondent_id=as_word(self._row.get("respondent_id")) or None,
            )
        except CommentError as error:
            self._reject(error.field, str(error), str(error))
            return None
        return Labelled(
            comment=comment, sentiment=sentiment, themes=themes, both=both, evidence=evidence, row=self._number, **flags
        )

    # --- fields ---

    def _reject(self, field: str, en: str, vi: str) -> None:
        """Remember a problem."""
        self.rejected.append(
            Rejected(
                row=self._number,
                reason=en,
                reason_vi=vi,
                field=field,
                id=as_word(self._row.get("id")) or None,
                values=dict(self._row),
            )
        )

    def _sentiment(self, field: str, given: object) -> Polarity | None:
        """Read a sentiment in one of its spellings."""
        word = as_word(given)
        if not word or word == UNTOLD:
            return None
        found = find_sentiment(word)
        if found is None:
            near = nearest(word, SENTIMENTS)
            meant = f"; did you mean {near}?" if near else ""
            meant_vi = f"; có phải ý bạn là {near}?" if near else ""
            self._reject(field, f"unknown sentiment {word[:_SHOWN]!r}: use negative, neutral or positive{meant}",
                         f"không rõ cảm xúc {word[:_SHOWN]!r}: hãy dùng tiêu cực, trung tính hoặc tích cực"
                         f"{meant_vi}")  # fmt: skip
        return found

    def _flag(self, name: str) -> bool | None:
        """Read yes or no."""
        given = self._row.get(name)
        word = fold(as_word(given))
        if not word or word == UNTOLD:
            return None
        if word not in YES_NO:
            self._reject(name, f"{word[:_SHOWN]!r} is neither yes nor no: use true or false, or leave it empty",
                         f"{word[:_SHOWN]!r} không rõ: hãy ghi có hoặc không, hoặc để trống")  # fmt: skip
        return YES_NO.get(word)

    def _themes(self, text: str) -> tuple[dict[str, Polarity | None] | None, frozenset[str], tuple[Evidence, ...]]:
        """Read themes, their judgements and the words that prove them."""
        mentions = self._mentions()
        if mentions is None:
            return None, frozenset(), ()
        said: dict[str, set[Polarity | None]] = {}
        evidence: list[Evidence] = []
        read = [self._mention(mention) for mention in mentions]
        for theme, judged, spans in filter(None, read):
            said.setdefault(theme, set()).add(judged)
            evidence += [found for span in spans if (found := self._evidence(text, theme, span))]
        evidence += self._evidence_cell(text, said, all_known=None not in read)
        both = frozenset(theme for theme, judged in said.items() if {"negative", "positive"} <= judged)
        themes = {theme: None if theme in both else _one(judged) for theme, judged in said.items()}
        return themes, both, tuple(dict.fromkeys(evidence))

    def _mentions(self) -> list[Any] | None:
        """Give the mentions of a row as a list; None if themes were not labelled."""
        given = self._row.get("themes")
        if isinstance(given, Mapping):
            named = {"theme", "label", "name"} & given.keys()
            return [given] if named else [{"theme": name, "sentiment": told} for name, told in given.items()]
        if isinstance(given, list):
            return given
        word = as_word(given)
        if isinstance(given, str) and not word:
            return [] if self._blank_themes == "none" else None
        if is_blank(given) or word == UNTOLD:
            return None
        if fold(word) in _NO_THEME:
            return []
        if word[0] in "[{":
            try:
                value = json.loads(word)
            except (ValueError, RecursionError):
                pass
            else:
                return value if isinstance(value, list) else [value]
        return list(_cut(word))

    def _mention(self, mention: object) -> tuple[str, Polarity | None, list[Any]] | None:
        """Read one mention; None if its theme is unknown."""
        judged: Polarity | None = None
        spans: list[Any] = []
        if isinstance(mention, Mapping):
            name = as_word(mention.get("theme", mention.get("label", mention.get("name"))))
            if name and not find_theme(name) and (cut := split_judged(name)):
                name = cut[0]
                judged = find_sentiment(cut[1])
            told = mention.get("sentiment", mention.get("polarity"))
            judged = self._sentiment("themes", told) or judged
            spans = _as_list(mention.get("spans")) + _as_list(mention.get("evidence"))
        else:
            name = mention.strip() if isinstance(mention, str) else as_text(mention)
            if not find_theme(name):
                cut = split_judged(name) or _at_colon(name)
                if cut:
                    name, judged = cut[0], self._sentiment("themes", cut[1])
        theme = find_theme(name)
        if theme is None:
            near = nearest_theme(name) if name else None
            told_en = f"did you mean {near}?" if near else f"themes are {', '.join(load_taxonomy().ids)}"
            told_vi = f"có phải ý bạn là {near}?" if near else f"các chủ đề là {', '.join(load_taxonomy().ids)}"
            shown = (name or str(mention))[:_SHOWN]
            self._reject("themes", f"unknown theme {shown!r}: {told_en}",
                         f"không có chủ đề {shown!r}: {told_vi}")  # fmt: skip
            return None
        return theme, judged, spans

    def _evidence_cell(self, text: str, said: Mapping[str, object], *, all_known: bool) -> Iterator[Evidence]:
        """Read a column of evidence: `delivery: giao chậm; staff: thô lỗ`, or bare words where one theme is named.

        Where a theme of the row is unknown, evidence without one may be that theme's: it is not told a second time.
        """
        given = self._row.get("evidence")
        word = as_word(given) if not isinstance(given, list | Mapping) else ""
        pairs: list[tuple[str | None, Any]] = []
        if isinstance(given, Mapping):
            pairs = [(find_theme(str(name)) or str(name), span) for name, spans in given.items()
                     for span in _as_list(spans)]  # fmt: skip
        elif isinstance(given, list):
            pairs = [(find_theme(as_word(one.get("theme"))), one) if isinstance(one, Mapping) else (None, one)
                     for one in given]  # fmt: skip
        elif word and word != UNTOLD:
            only = next(iter(said)) if len(said) == 1 else None
            if only and locate(text, word):
                pairs = [(only, word)]
            else:
                for part in re.split(r"[;\n]", word):
                    name, colon, rest = part.partition(":")
                    theme = find_theme(name) if colon else None
                    pairs += [(theme or only, rest if theme else part)] if part.strip() else []
        for theme, span in pairs:
            if theme is None or theme not in said:
                if not all_known:
                    continue
                shown = as_text(theme or span)[:_SHOWN]
                self._reject("evidence", f"evidence {shown!r} names no theme of its row: write theme: words, as in "
                             "delivery: giao hàng chậm",
                             f"bằng chứng {shown!r} không thuộc chủ đề nào của dòng: hãy ghi chủ đề: từ ngữ, như "
                             "delivery: giao hàng chậm")  # fmt: skip
            elif found := self._evidence(text, theme, span):
                yield found

    def _evidence(self, text: str, theme: str, span: object) -> Evidence | None:
        """Find one stretch of evidence in the text; an empty text, which is told already, holds none."""
        if not text.strip():
            return None
        if isinstance(span, Mapping):
            words, start, end = as_text(span.get("text")), span.get("start"), span.get("end")
        elif isinstance(span, list) and len(span) == 2:
            words, start, end = "", span[0], span[1]
        else:
            words, start, end = as_text(span), None, None
        if isinstance(start, int) and isinstance(end, int) and not isinstance(start, bool):
            found = _by_offsets(text, words, start, end)
            if found:
                return Evidence(theme, *found)
        stretch = locate(text, words)
        if stretch is None:
            shown = words.strip()[:_SHOWN]
            if not shown and start is not None:
                self._reject("evidence", f"offsets {start} to {end} are no part of the text of {len(text)} characters: "
                             "count from 0, the end behind the last letter, or give the words",
                             f"vị trí {start} đến {end} không nằm trong nội dung dài {len(text)} ký tự: hãy đếm từ 0, "
                             "điểm cuối đứng sau chữ cuối, hoặc ghi từ ngữ")  # fmt: skip
                return None
            self._reject("evidence", f"the words {shown!r} are not in the text: copy them from it letter by letter",
                         f"cụm từ {shown!r} không có trong nội dung: hãy chép nguyên văn từ nội dung")  # fmt: skip
            return None
        return Evidence(theme, *stretch)


def _by_offsets(text: str, words: str, start: int, end: int) -> tuple[int, int] | None:
    """Take offsets if they fit: of code points, or of UTF-16 units, as browsers count; else None."""
    if 0 <= start < end <= len(text) and (not words or fold(text[start:end]) == fold(words)):
        return start, end
    if not words:
        return None
    units = [0]
    for letter in text:
        units.append(units[-1] + (2 if ord(letter) > 0xFFFF else 1))
    if start in units and end in units:
        first, last = units.index(start), units.index(end)
        if fold(text[first:last]) == fold(words):
            return first, last
    return None


def _cut(word: str) -> Iterator[str]:
    """Cut a cell into mentions: at semicolons, bars and line ends; at commas where that gives themes."""
    for part in re.split(r"[;|\n]", word):
        whole = part.strip()
        if not whole:
            continue
        name = split_judged(whole)
        if "," in whole and not find_theme(name[0] if name else whole):
            yield from filter(None, map(str.strip, whole.split(",")))
        else:
            yield whole


def _at_colon(name: str) -> tuple[str, str] | None:
    """Cut `delivery:angry`, whose sentiment is wrong, so that this is what is said of it."""
    theme, colon, rest = name.rpartition(":")
    return (theme, rest) if colon and find_theme(theme) else None


def _as_list(value: object) -> list[Any]:
    """Give a list as it is, nothing as an empty one, anything else as its only element."""
    if value is None or value == "":
        return []
    return value if isinstance(value, list) else [value]


def _one(judged: set[Polarity | None]) -> Polarity | None:
    """Choose among judgements of one theme: a judgement goes before none told, and before neutral."""
    return next((one for one in ("negative", "positive", "neutral") if one in judged), None)
