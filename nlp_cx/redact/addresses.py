"""Finds addresses down to a house number; a street, a district or a city alone is no personal data and stays.

A number is weighed by what stands around it: "số" before it, its own shape (12B, 123/4), an alley, a street, a ward
or a city behind it. Two signs make an address. Words count as they are written: quận is a district, quán is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nlp_cx.redact import places
from nlp_cx.redact.view import Found, View, fold, joined, words

_UNIT_NEXT = words(places.UNITS)
_CITY = words(places.CITIES)
_CAPITAL = rf"(?!{_UNIT_NEXT})(?:CMT ?8|[A-Z][A-Za-z]*)(?!\w)"
_SHOUTED = rf"(?!{_UNIT_NEXT})(?:[A-Z]{{2,}})(?!\w)"
_NAME = (
    rf"(?:{_SHOUTED}(?: {_SHOUTED}){{1,3}}(?= ?[,.;:)\n\-]|$| {_UNIT_NEXT})|{_SHOUTED} {_SHOUTED}(?! [a-z])"
    rf"|{_CAPITAL}(?: {_CAPITAL}){{0,3}}(?:(?<= [Tt]hang) \d{{1,2}}(?!\d))?)"
)
"""A capitalised name; in a text all in capitals it ends at a stop, or after two words."""
_LOW = joined(
    rf"""(?:(?:{joined(places.DISTRICTS)})(?![a-z])
    |[a-z]+(?: [a-z]+){{0,3}}?(?= ?[,\n]| (?:phuong|quan|huyen|p|q|tp|tphcm|hcm|ha noi)(?![a-z])|\.?$)
    |(?:nguyen|tran|le|pham|hoang|huynh|phan|vo|vu|dang|bui|ly|dinh|truong) [a-z]+|[a-z]+)"""
)
"""A name in lower case: a known district, up to a stop, or a word or two."""
_JOIN = r"(?: ?[,;|\-] ?|\.| )"
_SUFFIX = r"(?:bis|ter|[A-Za-z])(?![A-Za-z])"
_NUMBER = rf"\d{{1,4}}(?:{_SUFFIX})?(?:[/\-]\d{{1,4}}(?:{_SUFFIX})?){{0,5}}"
_WARD = "phuong|quan|huyen|xa(?! dan)|thi xa|thi tran|thanh pho|tinh|ward|district|dist"
_PARTS = {
    "alley": rf"{_JOIN}(?P<word>{words('ngo|ngach|hem|kiet')})[ .]?(?:(?i:so) )?{_NUMBER}(?![\w/])",
    "estate": rf"{_JOIN}(?P<word>{words('chung cu|cc|kdt|khu do thi|ktx|ky tuc xa')})[ .]?(?:{_NAME}|[A-Z]?\d{{1,3}})",
    "block": rf"""{_JOIN}(?P<word>{words("toa(?: nha)?|block|lo|to|kp|khu pho|ap|thon|xom|doi|cum|tang|lau|khu")})
        [ .]?(?:[A-Z]?\d{{1,3}}[A-Za-z]?(?![A-Za-z])|{_NAME})""",
    "street": rf"""{_JOIN}(?P<word>{words("duong(?: so)?|pho|dg|dai lo|quoc lo|tinh lo|ql|tl|d[.]")})[ ]?
        (?:(?P<named>{_NAME})|(?P<low>{_LOW})
        |(?P<numbered>\d{{1,3}}[A-Za-z]?(?:/\d{{1,2}})?(?![\w%])(?! ?(?:da|%))))""",
    "unit": rf"""(?:{_JOIN}(?P<word>{words(_WARD)})[ ](?:\d{{1,2}}(?!\d)|{_NAME}|{_LOW})
        |{_JOIN}(?i:(?<![a-z])(?:p|q|h|x|tp|tx|tt)(?![a-z])) ?\.? ?(?:\d{{1,2}}(?!\d)|{_NAME})
        |(?:{_JOIN}|(?<=\d))(?i:(?<![a-z])[pqf]\d{{1,2}}(?!\d)))""",
    "city": rf"{_JOIN}{_CITY}",
    "bare": rf"(?P<join>[ ,] ?)(?!{_CITY})(?:(?P<named>{_NAME})|(?P<low>{_LOW}))",
    "area": rf"(?: ?, ?| ){_NAME}(?={_JOIN}(?:{_CITY}|(?i:[pq])[. ]?\d|(?i:quan|huyen|tp) [A-Z\d]))",
}
"""What may follow a house number, each from the end of what was read before it."""
_READ = {part: re.compile(joined(pattern)) for part, pattern in _PARTS.items()}
_WEIGHTS = {"alley": 2, "unit": 2, "estate": 1, "block": 1, "city": 1, "area": 0, "street": 1}
_STREET_PARTS = frozenset({"alley", "street", "bare", "estate"})

_HOUSE = re.compile(
    joined(
        rf"""(?:(?<![\w/$€£])|(?<=(?<!\w)[kKhH])(?=\d+/))(?<!\d[.,\-:])(?P<number>{_NUMBER})(?={_JOIN}(?:[A-Z]|ngo|ngach|hem|kiet|chung|cc|k[dt]|khu
        |ky|toa|block|lo|to|[ad]p|thon|xom|doi|cum|tang|lau|duong|pho|d[g.]|dai|quoc|tinh|ql|tl
        |{"|".join(sorted(set(map(fold, places.CLEAR_FAMILIES))))}))"""
    )
)
"""A number with something behind it that may belong to an address."""
_CUE = re.compile(
    joined(
        rf"""(?:(?P<strong>{words(places.STRONG_CUES)})|(?P<weak>{words(places.CUES)}))?[ :.,\-]{{0,3}}
        (?P<so>{words(f"(?P<not>{places.NOT_HOUSE_NUMBER})|so nha|nha so|so")}[ :.]{{0,2}})?$"""
    )
)
_COUNTED_BEFORE = re.compile(words(places.COUNTED_BEFORE) + r"[ .:]{0,2}$")
_BRANCH_BEFORE = re.compile(words(places.BRANCHES) + r"[ :]{0,2}$")
_ALLEY_BEFORE = re.compile(words("hem|ngo|ngach|kiet") + r"[ .]?(?:(?i:so) ?)?$")
_ALLEY_LETTERS = frozenset("kKhH")
"""Alleys of Da Nang and Hue: K12/5."""
_FLAT_BEFORE = re.compile(words("phong|p|can ho|can") + r"[ .]{0,2}$")
_STREET_START = re.compile(words(places.STREETS))
_COMMON_WORDS = re.compile(places.COMMON_WORDS)

_ENGLISH = re.compile(
    joined(
        r"""(?<![\w/$€£.,])\d{1,5}(?P<suffix>[A-Za-z]|[/\-]\d{1,4})?(?![\w%])
        (?P<name>(?: [A-Z](?:[.]|[A-Za-z']*)){1,4})[ ]
        (?:(?:[Ss]treet|[Rr]oad|[Aa]venue|[Ll]ane|[Bb]oulevard|Crescent|Highway|Parkway|Mews|Gardens|Terrace)\b
        |(?:St|Rd|Ave|Ln|Blvd|Hwy|Pkwy)\b\.?|(?P<vague>(?:Drive|Court|Way|Place|Square)\b|(?:Dr|Ct|Pl|Sq)\b\.?))
        (?:,? (?:Apt|Apartment|Unit|Flat|Suite|Ste|#)\.? ?#?\w{1,5})?(?:, [A-Z][a-z]+(?: [A-Z][a-z]+){0,2}){0,2}
        (?:,? (?:[A-Z][a-z]+, )?[A-Z]{2} \d{5}(?:-\d{4})?|,? [A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2})?(?!\w)"""
    )
)
_ENGLISH_LOW = re.compile(
    words("address(?: is)?:?|lives? (?:at|on)|living at|deliver(?:ed|y)? to|ship(?:ped)? to|home at")
    + r" (?P<house>\d{1,5}[a-z]?(?: [A-Za-z]+){1,3}? "
    r"(?i:street|st|road|rd|avenue|ave|lane|drive|boulevard|court|place|square|terrace|crescent)(?![A-Za-z]))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _House:
    """A number that may be a house's, and what stands before it."""

    start: int
    end: int
    signs: int
    """Signs of an address so far."""
    firm: bool
    """Whether one of them is hardly anything else: "số", "địa chỉ", 12B, 123/4."""
    plain: bool
    """Whether it is a number of two digits or more, and no more than that."""


def addresses(view: View) -> Iterator[Found]:
    """Find Vietnamese and English addresses that name a house.

    Args:
        view: The text.

    Yields:
        Each address, from "số" or the house number to the city.
    """
    text = view.text
    for match in _HOUSE.finditer(text):
        found = _vietnamese(view, match)
        if found:
            yield "address", *found
    for match in _ENGLISH.finditer(text):
        names = match["name"].split()
        vague = match["vague"] and (match["suffix"] or len(names) > 3)
        if not (vague or match["name"].isupper() or names[0].lower() in places.MEASURES):
            yield "address", match.start(), match.end()
    for match in _ENGLISH_LOW.finditer(text):
        yield "address", match.start("house"), match.end()


def _vietnamese(view: View, house: re.Match[str]) -> tuple[int, int] | None:
    """Weigh what stands before a number, then what stands behind it."""
    text, start = view.text, house.start()
    cue = _CUE.search(text, max(0, start - 40), start)
    so = bool(cue and cue["so"] and not cue["not"] and _is_spelt(view, cue, "so"))
    strong = bool(cue and cue["strong"] and _is_spelt(view, cue, "strong"))
    weak = bool(cue and cue["weak"] and _is_spelt(view, cue, "weak"))
    shape = _shape(house["number"])
    signs = so + 2 * strong + weak + shape
    flat = _is_flat(text, house)
    alley = _ALLEY_BEFORE.search(text, max(0, start - 12), start)
    if alley and "/" in house["number"]:
        start, signs = alley.start(), signs + 1
    elif not (so or flat) and _COUNTED_BEFORE.search(text, max(0, start - 24), start):
        signs -= 2
    if _BRANCH_BEFORE.search(text, max(0, start - 24), start):
        return None
    if cue and so:
        start = cue.start("so")
    if text[house.start() - 1 : house.start()] in _ALLEY_LETTERS:
        start -= 1
    plain = re.fullmatch(r"[1-9]\d{1,3}", house["number"]) is not None and shape == 0 and not flat
    return _read_on(
        view, _House(start=start, end=house.end(), signs=signs, firm=so or strong or shape > 0, plain=plain)
    )


def _read_on(view: View, house: _House) -> tuple[int, int] | None:
    """Read alley, street, ward, city behind a house number, and give the stretch if there are signs enough."""
    end, signs = house.end, house.signs
    seen: list[str] = []
    while len(seen) < 12:
        for part, pattern in _READ.items():
            if part in {"city", "area"} and not {"street", "bare", "unit", "alley"}.intersection(seen):
                continue
            if part == "bare" and {"street", "bare", "unit", "estate"}.intersection(seen):
                continue
            match = pattern.match(view.text, end)
            weight = _weight(view, part, match, house) if match else None
            if match and weight is not None:
                signs += weight if part not in seen or part == "unit" else 0
                seen.append(part)
                end = match.end()
                break
        else:
            break
    street = _STREET_PARTS.intersection(seen) or (house.firm and {"block", "unit"}.issubset(seen))
    return (house.start, end) if signs >= 2 and street else None


def _is_flat(text: str, house: re.Match[str]) -> bool:
    """Tell a flat's number (P.1205) from a ward's."""
    return len(house["number"]) > 2 and bool(_FLAT_BEFORE.search(text, max(0, house.start() - 8), house.start()))


def _is_spelt(view: View, match: re.Match[str], group: str) -> bool:
    """Tell whether words are written as those of an address are, or without diacritics at all."""
    written = view.written(match.start(group), match.end(group))
    return all(word.isascii() or word.strip(".:,") in places.WRITTEN_ADDRESS for word in written.split())


def _shape(number: str) -> int:
    """Tell whether a number by itself looks like a house (12B, 123/4: 1), a year, a rating or a date (below 0)."""
    if re.fullmatch(r"\d+(?:[A-CEF]|[abc]|bis|ter)", number):
        return 1
    if "/" not in number:
        return -1 if re.fullmatch(r"(?:19|20)\d\d|\d+[A-Za-z]", number) else 0
    first, second, *more = (int("".join(filter(str.isdigit, part))) for part in re.split(r"[/\-]", number))
    if more:
        return -4 if 1900 <= more[0] < 2100 else 1
    if first <= second and second in {5, 10, 100}:
        return -1
    if 1900 <= second < 2100:
        return -4
    return int(first > 31 or second > 12)


def _weight(view: View, part: str, match: re.Match[str], house: _House) -> int | None:
    """Say how much a part tells that this is an address; None: it is no part of one."""
    groups = match.groupdict()
    if groups.get("word") and not _is_spelt(view, match, "word"):
        return None
    if part != "bare":
        return 0 if groups.get("low") and part == "street" and not house.firm else _WEIGHTS[part]
    group = "named" if match["named"] else "low"
    first = match.start(group)
    space = view.text.find(" ", first, match.end())
    word = view.written(first, match.end() if space < 0 else space)
    if group == "low":
        common = _COMMON_WORDS.match(view.text, first)
        return 1 if word in places.CLEAR_FAMILIES and space >= 0 and not common else None
    spaced = match["join"] == " "
    weight = 1 if house.firm or spaced else 0
    known = (word in places.WRITTEN_FAMILIES or (word.isascii() and word in places.FAMILIES)) and space >= 0
    if known:
        return weight + (house.plain and spaced)
    if _STREET_START.match(view.text, first):
        return weight
    return None if fold(word) in places.MEASURES or weight == 0 else -1
