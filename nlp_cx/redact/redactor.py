"""Runs the recognisers over a text until nothing is left to find."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlp_cx.alignment import Aligned
from nlp_cx.records import Redaction
from nlp_cx.redact.addresses import addresses
from nlp_cx.redact.links import emails, links
from nlp_cx.redact.names import names as find_names
from nlp_cx.redact.numbers import cards, ibans, orders, personal_numbers
from nlp_cx.redact.phones import phones, spelt_phones
from nlp_cx.redact.view import Recogniser, View

_ROUNDS = 8
"""At most so often a text is searched anew; nearly all need two, of which the second finds nothing."""
_SIGNS = re.compile(
    r"[\d@＠①-⑨]|://|www\.|\.[a-z]{2,6}/|[(\[{<] ?at ?[)\]}>]| at \w+ dot | a (?:c|m)[oòó]\W?(?:ng|c) "
    r"|kh\S{1,4}ng(?:[ ,.-]+\S{2,6}){8}",
    re.IGNORECASE,
)
"""Most comments have none of these, and with them nothing to find."""
_FIVE_DIGITS = re.compile(r"\d(?:[^\dA-Za-z\n]{0,3}[\doO]){4}")


class Redactor:
    """Replaces personal data by placeholders.

    Examples:
        >>> redacted, redactions = Redactor()(Aligned.of("Gọi em 0912 345 678 nhé, giá 500.000đ"))
        >>> redacted.text
        'Gọi em [PHONE] nhé, giá 500.000đ'
        >>> redactions
        (Redaction(kind='phone', start=7, end=19),)
    """

    def __init__(self, *, names: bool = False, order_codes: bool = False) -> None:
        """Choose what is taken out beyond phones, e-mail, links, addresses and numbers of identity, cards, accounts.

        Args:
            names: Also names of people, as far as rules find them.
            order_codes: Also order, shipment, booking and transaction codes.
        """
        self._names = names
        self._order_codes = order_codes

    def __call__(self, aligned: Aligned) -> tuple[Aligned, tuple[Redaction, ...]]:
        """Take personal data out of a text.

        Args:
            aligned: The text, as sent or rewritten.

        Returns:
            The text with placeholders, and what they replaced: sorted, not overlapping, offsets in the source.
        """
        if not (self._names or _SIGNS.search(aligned.text)):
            return aligned, ()
        spans: list[tuple[int, int, str]] = []
        for _ in range(_ROUNDS):
            view = View.of(aligned.text)
            edits = [(view.offsets[start], view.offsets[end], kind) for start, end, kind in self._find(view)]
            if not edits:
                break
            spans += [(*aligned.source_span(start, end), kind) for start, end, kind in edits]
            aligned = aligned.edit([(start, end, f"[{kind.upper()}]") for start, end, kind in edits])
        return aligned, _records(spans)

    def _find(self, view: View) -> list[tuple[int, int, str]]:
        """Collect what the recognisers find, sorted; where two overlap the earlier recogniser is right."""
        taken = bytearray(len(view.text))
        found = []
        for recognise in self._recognisers(view.text):
            for kind, start, end in recognise(view):
                if taken.find(1, start, end) < 0:
                    taken[start:end] = b"\1" * (end - start)
                    found.append((start, end, kind))
        return sorted(found)

    def _recognisers(self, text: str) -> Iterator[Recogniser]:
        """Name the recognisers that a text calls for, in the order of their right."""
        yield from (links, emails)
        if self._order_codes:
            yield orders
        if _FIVE_DIGITS.search(text):
            yield from (ibans, cards, personal_numbers, phones)
        yield from (spelt_phones, addresses)
        if self._names:
            yield find_names


def _records(spans: list[tuple[int, int, str]]) -> tuple[Redaction, ...]:
    """Make records of spans; those that meet in the source because it was rewritten before become one."""
    records: list[Redaction] = []
    for start, end, kind in sorted(spans):
        last = records[-1] if records and start < records[-1].end else None
        if last:
            records[-1] = Redaction(kind=last.kind, start=last.start, end=max(end, last.end))
        else:
            records.append(Redaction(kind=kind, start=start, end=end))
    return tuple(records)
