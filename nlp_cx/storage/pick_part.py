"""Few comments of many: drawn at random, or judged the opposite of their score."""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np
import sqlalchemy as sa

from nlp_cx.records import POLARITIES, Polarity
from nlp_cx.storage.base import Part, check_limit
from nlp_cx.storage.block import MIXED, REVIEW
from nlp_cx.storage.cursors import write_cursor
from nlp_cx.storage.facts import Facts
from nlp_cx.storage.interface import EVERYTHING
from nlp_cx.storage.names import read_scale
from nlp_cx.storage.records import STANDINGS, Drawn, Filter, Opposed, Page, StoredComment
from nlp_cx.storage.selection import choose, page
from nlp_cx.storage.text import clean

_BLANK, _JUDGED = STANDINGS.index("blank"), STANDINGS.index("judged")
_NEGATIVE, _POSITIVE = POLARITIES.index("negative"), POLARITIES.index("positive")


class PickPart(Part):
    """Implements `interface.Picks`."""

    def draw(self, workspace: str, where: Filter = EVERYTHING, *, theme: str | None = None, limit: int = 100) -> Drawn:
        """Draw comments with text at random, the same ones every time."""
        check_limit(limit)
        with self._database.read() as connection:
            number = self._database.number(connection, workspace)
            if number is None:
                return Drawn(items=(), total=0)
            facts = self._facts.read(connection, number)
            chosen = choose(self._database, connection, number, facts, where)
            chosen &= facts.columns["standing"] != _BLANK
            if theme is not None:
                chosen &= _naming(facts, theme)
            at = np.flatnonzero(chosen)
            keys = _scatter(facts.places[at])
            few = np.argpartition(keys, limit - 1)[:limit] if len(at) > limit else np.arange(len(at))
            places = facts.places[at[few[np.argsort(keys[few])]]].tolist()
            return Drawn(items=tuple(self._fetch(connection, places)), total=len(at))

    def opposed(
        self,
        workspace: str,
        where: Filter = EVERYTHING,
        *,
        high: float,
        low: float,
        judged: Collection[Polarity] = ("negative", "positive"),
        keep: Callable[[StoredComment], bool] | None = None,
        after: str | None = None,
        limit: int = 50,
        read: int = 2000,
    ) -> Opposed:
        """List comments that are negative with a high score, or positive with a low one."""
        check_limit(limit)
        with self._database.read() as connection:
            number = self._database.number(connection, workspace)
            if number is None:
                return Opposed(page=Page(items=(), next=None), n=0, high=0, low=0, negative=0, positive=0)
            facts = self._facts.read(connection, number)
            chosen = choose(self._database, connection, number, facts, where)
            chosen &= facts.columns["standing"] == _JUDGED
            scored, above, below = _scored(facts, chosen, high, low)
            sentiment, flags = facts.columns["sentiment"], facts.columns["flags"]
            first = facts.responses(chosen)
            plain = scored & ((flags & (MIXED | REVIEW)) == 0) & ~_torn(scored, sentiment, first)
            kinds = {
                "negative": plain & (sentiment == _NEGATIVE) & above,
                "positive": plain & (sentiment == _POSITIVE) & below,
            }
            wanted = np.zeros(facts.n, bool)
            for polarity in judged:
                wanted |= kinds.get(polarity, False)
            return Opposed(
                page=self._pick(connection, facts, wanted, keep, after=after, limit=limit, read=max(read, limit)),
                n=_responses(scored, first),
                high=_responses(above, first),
                low=_responses(below, first),
                negative=int(kinds["negative"].sum()),
                positive=int(kinds["positive"].sum()),
            )

    def _pick(
        self,
        connection: sa.Connection,
        facts: Facts,
        wanted: np.ndarray,
        keep: Callable[[StoredComment], bool] | None,
        *,
        after: str | None,
        limit: int,
        read: int,
    ) -> Page[StoredComment]:
        """Read candidates, newest first, until a page is full, they end, or enough were read."""
        if keep is None:
            places, cursor = page(facts, wanted, after=after, limit=limit, order="newest")
            return Page(items=tuple(self._fetch(connection, places)), next=cursor)
        places, cursor = page(facts, wanted, after=after, limit=read, order="newest")
        when = dict(zip(places, facts.columns["when"][np.searchsorted(facts.places, places)].tolist(), strict=True))
        items: list[StoredComment] = []
        for at, place in enumerate(places):
            if at % limit == 0:
                fetched = dict(
                    zip(places[at : at + limit], self._fetch(connection, places[at : at + limit]), strict=True)
                )
            if keep(fetched[place]):
                items.append(fetched[place])
            if len(items) == limit:
                more = at + 1 < len(places) or cursor is not None
                return Page(items=tuple(items), next=write_cursor("newest", when[place], place) if more else None)
        return Page(items=tuple(items), next=cursor)


def _naming(facts: Facts, theme: str) -> np.ndarray:
    """Tell which comments mention a theme."""
    named = np.zeros(facts.n, bool)
    number = facts.names.number("theme", clean(theme))
    if number is not None:
        named[facts.columns["mention_slot"][facts.columns["mention_theme"] == number]] = True
    return named


def _scatter(places: np.ndarray) -> np.ndarray:
    """Give numbers that look random but are the same for the same place (the end of splitmix64)."""
    mixed = places.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)))


def _scored(facts: Facts, chosen: np.ndarray, high: float, low: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Tell which of the chosen comments have a score, a high one, a low one."""
    columns = facts.columns
    slots, of_scale, values = columns["score_slot"], columns["score_scale"], columns["score_value"]
    rows = chosen[slots]
    slots, of_scale, values = slots[rows], of_scale[rows], values[rows]
    scored, above, below = (np.zeros(facts.n, bool) for _ in range(3))
    scored[slots] = True
    for number, name in facts.names.of("scale").items():
        own = of_scale == number
        if not own.any():
            continue
        scale = read_scale(name)
        place = (values[own] - scale.min) / (scale.max - scale.min)
        if scale.direction == "lower_is_better":
            place = 1 - place
        at = slots[own]
        above[at[place >= high]] = True
        below[at[place <= low]] = True
    return scored, above, below


def _torn(scored: np.ndarray, sentiment: np.ndarray, first: np.ndarray | None) -> np.ndarray:
    """Tell which comments are of a response that is negative in one answer and positive in another."""
    if first is None:
        return np.zeros(len(scored), bool)
    sides = np.zeros((2, len(scored)), bool)
    for side, label in enumerate((_NEGATIVE, _POSITIVE)):
        sides[side, first[scored & (sentiment == label)]] = True
    torn: np.ndarray = (sides[0] & sides[1])[first]
    return torn


def _responses(marked: np.ndarray, first: np.ndarray | None) -> int:
    """Count the responses that have a marked comment."""
    if first is None:
        return int(marked.sum())
    met = np.zeros(len(marked), bool)
    met[first[marked]] = True
    return int(met.sum())
