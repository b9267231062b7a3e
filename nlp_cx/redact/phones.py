"""Finds phone numbers that a numbering plan knows; numbers for the public (hotlines, toll-free) stay."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from nlp_cx.redact.view import Found, View, vocabulary, words

_GAP = r"(?:[,*#_]| ?[.\-()]{1,3} ?| {1,2})?"
_DIGIT = r"(?:\d|(?<=[\doO])[oO](?=[\doO]))"
VIETNAMESE = re.compile(
    rf"(?<!\d)(?<!\d[hH])(?=(\(?(?:(?:\+ ?|00 ?)?84\)?{_GAP}(?:\(?0\)?{_GAP})?|(?:0|(?<![A-Za-z])[oO]){_GAP})"
    rf"(?:[35789](?:{_GAP}{_DIGIT}){{8}}|2(?:{_GAP}{_DIGIT}){{9}}|1{_GAP}[2689](?:{_GAP}{_DIGIT}){{8}}))(?!\d))"
)
"""Shape of a Vietnamese number at this place: mobile, landline, or mobile of before 2018."""
_FOREIGN = re.compile(r"(?<![\d+])(?=(\(?(?:\+ ?|00)[1-9](?:[ .\-()]{0,3}\d){6,14})(?!\d))")
_AMERICAN = re.compile(r"(?<![\d.])((?:1[ .\-]{1,2})?\(?[2-9]\d\d\)?[ .\-]{1,2}[2-9]\d\d[ .\-]\d{4})(?![\d\-]|[.,]\d)")
_BRITISH = re.compile(r"(?<!\d)(0[127]\d{1,3}[ \-]\d{3,4}[ \-]?\d{3,4}|07\d{9})(?!\d)")
_CALL = re.compile(words("call|text|phone|tel|fax|contact|reach|number|cell|mobile|whatsapp") + r"[^\d\0]{0,30}$")
_SPELT_DIGIT = "khong|mot|hai|ba|bon|tu|nam|lam|sau|bay|tam|chin"
_SPELT = re.compile(rf"(?i:(?<![a-z])(?:khong|ko|0)(?:[ ,.\-]{{1,2}}(?:{_SPELT_DIGIT})){{9,10}}(?![a-z]))")
DATE = re.compile(
    r"(?<!\d)(?:\d{1,2} ?[.\-] ?\d{1,2} ?[.\-] ?(?:19|20)\d\d|(?:19|20)\d\d[.\-]\d{1,2}[.\-]\d{1,2}"
    r"|(?:19|20)\d\d ?- ?(?:19|20)\d\d)(?!\d)"
)
"""A date or a span of years in digits, which has as many of them as a short phone number."""
_CODE = re.compile(r"([A-Z]+)[\-_]?$")
_PHONE_WORDS = vocabulary("SDT DT TEL ZALO SO PHONE HOTLINE LH CALL GOI ALO IB MOBILE FAX SMS VIBER D T M P")
_BOOK = re.compile(r"(?i:isbn)[ :]{0,2}(?:97[89][ \-])?$")
_OLD_MOBILE = re.compile(r"0?1(?:2\d|6[2-9]|8[68]|99)\d{7}")


def phones(view: View) -> Iterator[Found]:
    """Find phone numbers, Vietnamese and foreign, however their digits are grouped.

    Args:
        view: The text.

    Yields:
        Each number, with its prefix.
    """
    text = view.text
    for match in _FOREIGN.finditer(text):
        end = _foreign_end(text, match.start(1), match.end(1))
        if end:
            yield "phone", match.start(1), end
    for match in VIETNAMESE.finditer(text):
        if _is_grouped_like_a_phone(match[1]) and not _is_code(text, match.start()) and _is_vietnamese(match[1]):
            yield "phone", match.start(1), match.end(1)
    for match in _AMERICAN.finditer(text):
        clear = re.search(r"[.\-(]", match[0]) or _CALL.search(text, max(0, match.start() - 40), match.start())
        if clear and _is_private(match[0], "US"):
            yield "phone", match.start(), match.end()
    for match in _BRITISH.finditer(text):
        if _is_private(match[0], "GB"):
            yield "phone", match.start(), match.end()


def spelt_phones(view: View) -> Iterator[Found]:
    """Find phone numbers written in Vietnamese words.

    Args:
        view: The text.

    Yields:
        Each run of ten or eleven such words that starts with a zero.
    """
    for match in _SPELT.finditer(view.text):
        yield "phone", match.start(), match.end()


def _is_grouped_like_a_phone(number: str) -> bool:
    """Tell a phone from dates, opening hours, decimals and lists of sizes that have as many digits."""
    groups = re.findall(r"[\doO]+", number)
    if len(groups) == 1 or all(len(group) == 1 for group in groups):
        return True
    gaps = {gap.strip() or " " for gap in re.findall(r"[^\doO+]+", number)}
    if len(groups) == 5 and {
        int(right) - int(left) for left, right in pairwise(groups) if (left + right).isdigit()
    } == {1}:
        return False  # sizes 07 08 09 10 11
    uniform = len(gaps) == 1 or len(groups) <= 3 or number[0] in "(+8"
    return uniform and len(groups) <= 6 and not re.match(r"0[.,]", number) and not DATE.search(number)


def _is_code(text: str, start: int) -> bool:
    """Tell whether letters before a number make it a code, as in SPXVN0912345678 or ISBN 0912345678."""
    letters = _CODE.search(text, max(0, start - 12), start)
    return bool(letters and letters[1] not in _PHONE_WORDS) or bool(_BOOK.search(text, max(0, start - 12), start))


def _is_vietnamese(number: str) -> bool:
    """Ask the Vietnamese numbering plan, and the one of before 2018."""
    digits = re.sub(r"\D", "", re.sub("[oO]", "0", number))
    local = re.sub(r"^(?:00)?84", "", digits)
    return bool(_OLD_MOBILE.fullmatch(local)) or _is_private("0" + local.lstrip("0"), "VN")


def _foreign_end(text: str, start: int, end: int) -> int:
    """Say where a number with a country code ends, 0 if there is none: what follows may be another number."""
    for group in reversed(list(re.finditer(r"\d+", text[start:end]))):
        digits = re.sub(r"\D", "", text[start : start + group.end()]).removeprefix("00")
        if len(digits) < 8:
            return 0
        if _is_private("+" + digits, None) or (digits[:2] == "84" and len(digits) in {11, 12}):
            return start + group.end()
    return 0


def _is_private(number: str, region: str | None) -> bool:
    """Ask the numbering plans whether this is somebody's phone."""
    import phonenumbers
    from phonenumbers import PhoneNumberType

    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return False
    public = (PhoneNumberType.TOLL_FREE, PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST, PhoneNumberType.UAN)
    return phonenumbers.is_valid_number(parsed) and phonenumbers.number_type(parsed) not in public
