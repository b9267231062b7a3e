"""Finds numbers that belong to a person: identity papers, bank accounts, payment cards, order codes when asked.

A card proves itself by brand and check digit, an IBAN by its length and check digits. Any other number is personal only
through the nearest word that says what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from nlp_cx.redact.phones import DATE, VIETNAMESE
from nlp_cx.redact.view import Found, View, joined, words

_RUN = re.compile(r"(?<!\d)\d(?:[ .\-]{0,3}\d){5,}+")
_LONGEST_RUN = 200
_PRICE = re.compile(
    r"(?<=[$€£¥₫])\d|(?:\d{1,3}(?:[.,]\d{3})+|\d+)(?:[.,]\d{1,2})?(?i:(?:d|k|tr|%)(?![a-z])"
    r"| ?(?:[$€£¥₫]|vnd|usd|dong|dollars?|trieu|ty|nghin|ngan|cu|diem|xu|points?|views?)(?![a-z])"
    r"| (?:d|tr)(?![a-z0-9]))"
    r"|\d{1,3}(?:[.,]\d{3})*[.,]000(?![\d.,])"
)

_ID = """cccd|cmnd|cmtnd|cmt|can cuoc(?: cong dan)?|chung minh(?: nhan dan| thu)?|so dinh danh|ma dinh danh|passport
    |ho chieu|(?:national|citizen|identity|id) (?:card|number|no)|ma so thue|mst|bhxh|bhyt|gplx|bang lai
    |social security|ssn"""
_ACCOUNT = "stk|so (?:tk|tai khoan)|(?:account|acct?|a/c) (?:number|num|no)|acct|a/c|bank account|iban"
_PHONE = """sdt|so (?:dien thoai|dt|phone|zalo|may|thue bao)|dien thoai so|(?:dien thoai|dt)(?= ?[:.])
    |(?:phone|mobile|cell|telephone)(?: (?:number|no)|(?= ?:))|tel|whatsapp|viber|zalo"""
_CARD = """so the|the (?:atm|visa|master(?:card)?|tin dung|ghi no|napas|ngan hang)
    |(?:credit |debit )?card(?: number| no)?|visa|mastercard"""
_ORDER = """ma don(?: hang)?|don hang|so don(?: hang)?|ma van don|van don|ma giao dich|ma dat (?:phong|cho|ve|hang|ban)
    |ma booking|booking|pnr|reservation|order|tracking|invoice|hoa don|transaction|ticket|mvd|mdh|ma tra cuu"""
_BANK = """vietcombank|vcb|techcombank|tcb|mb ?bank|acb|bidv|agribank|vietinbank|vpbank|tpbank|sacombank|vib|shb|hdbank
    |ocb|msb|seabank|scb|eximbank|lpbank|pvcombank"""
_MONEY = "so tien|so du|gia|tong|amount|balance|price|chuyen(?! khoan)|tru|mat|nap|rut|phi"
_CONTEXT = re.compile(
    words(
        rf"(?P<id>{_ID})|(?P<account>{_ACCOUNT})|(?P<phone>{_PHONE})|(?P<card>{_CARD})|(?P<order>{_ORDER})"
        rf"|(?P<maybe>tai khoan|tk|account|acc|{_BANK})"
        rf"|(?P<money>{_MONEY})"
    )
)
_AFTER = re.compile(
    rf"[ ,]{{0,2}}[(\[\-]? ?(?i:(?:day )?la |is |= ?)?(?i:so |my )?{words(rf'(?P<id>{_ID})|(?P<account>{_ACCOUNT})')}"
)
_PLAIN_GAP = re.compile(
    r"[ :#=.,(\-]*(?:(?i:so|cua|toi|minh|em|anh|chi|la|is|no|number|ngan hang|bank|my|nay|nhan|ten"
    rf"|{joined(_BANK)})[ :#=.,(\-]+)*"
)
_AND = re.compile(r"[\s,;/&|+\-]*(?:(?i:va|hoac|hay|or|and)\s+)?")
_LENGTHS = {"id": (8, 15), "account": (6, 19), "phone": (8, 12), "card": (12, 19), "maybe": (8, 19)}
_WINDOW = 48
"""Letters before a number in which the word that says what it is may stand."""

_PASSPORT = re.compile(
    words("passport|ho chieu") + r"[^\d\0\n]{0,30}?(?<![A-Za-z\d])([A-Za-z]{1,2} ?\d{6,8})(?![A-Za-z\d])"
)
_PLATE = re.compile(
    words("bien so(?: xe)?|bks|bsx") + r"[ :]{0,3}(\d\d ?-?[A-Za-z][A-Za-z\d]?[ .\-]{0,3}\d{3}\.?\d{1,2})(?!\d)"
)


def personal_numbers(view: View) -> Iterator[Found]:
    """Find numbers that a word beside them makes personal: identity, bank account, card, phone.

    Args:
        view: The text.

    Yields:
        Each number, without the word.
    """
    text, before, inherited = view.text, 0, ""
    for run in _RUN.finditer(text):
        if run.end() - run.start() > _LONGEST_RUN:
            before, inherited = run.end(), ""
            continue
        groups = [(run.start() + group.start(), run.start() + group.end()) for group in re.finditer(r"\d+", run[0])]
        while groups:
            start = groups[0][0]
            kind = _kind(text, before, start, run.end())
            if not kind and _AND.fullmatch(text, before, start):
                kind = inherited
            count = _groups_taken(text, kind, groups)
            end = groups[max(count, 1) - 1][1]
            inherited = kind if _fits(kind, text[start:end]) else ""
            if inherited:
                yield "account" if kind == "maybe" else kind, start - (text[start - 1 : start] == "+"), end
            before, groups = end, groups[max(count, 1) :]
    for pattern in (_PASSPORT, _PLATE):
        for match in pattern.finditer(text):
            yield "id", match.start(1), match.end(1)


def _kind(text: str, before: int, start: int, end: int) -> str:
    """Say what the nearest word makes of a number: a key of `_LENGTHS`, "order", "money", or "" if no word does."""
    left = max(before, start - _WINDOW, text.rfind("\0", max(0, start - _WINDOW), start) + 1)
    for match in reversed(list(_CONTEXT.finditer(text, left, start))):
        kind = match.lastgroup or ""
        if kind == "money" and (text[start] == "0" or end - start > 9):
            continue  # nobody pays 0451000123456
        if kind == "maybe" and (_is_round(text[start:end]) or not _PLAIN_GAP.fullmatch(text, match.end(), start)):
            continue
        if kind == "phone" and start - match.end() > 25:
            continue
        return kind
    after = _AFTER.match(text, end)
    return (after.lastgroup or "") if after else ""


def _groups_taken(text: str, kind: str, groups: list[tuple[int, int]]) -> int:
    """Say how many groups of digits make up the number that the first of them begins."""
    digits = 0
    for count, (start, end) in enumerate(groups):
        size = end - start
        if digits + size > _LENGTHS.get(kind, (0, 0))[1] or _is_amount(text, start):
            return count
        complete = digits + size > 12 if kind == "id" else digits >= 8 and size > 5
        if digits and (complete or (digits >= 8 and VIETNAMESE.match(text, start))):
            return count
        digits += size
    return len(groups)


def _fits(kind: str, number: str) -> bool:
    """Tell whether a number can be of its kind; hotlines and dates are not."""
    low, high = _LENGTHS.get(kind, (1, 0))
    digits = re.sub(r"\D", "", number)
    hotline = len(digits) in {8, 10} and re.match(r"1[89]00", digits)
    return low <= len(digits) <= high and not hotline and not DATE.search(number)


def _is_amount(text: str, start: int) -> bool:
    """Tell whether a price or a count starts here, at its first digit."""
    return bool(_PRICE.match(text, start)) and not re.match(r"0\d", text[start : start + 2])


def _is_round(number: str) -> bool:
    """Tell whether a number reads like a sum of money."""
    return len(number) <= 12 and number.endswith("000") and not number.startswith("0")


_IBAN = re.compile(r"(?<![A-Za-z\d])[A-Za-z]{2}\d\d(?=[ \-]?[A-Za-z\d])")
_IBAN_COUNTRIES = {
    15: "NO", 16: "BE", 18: "DK FI NL", 19: "MK SI", 20: "AT EE KZ LT LU", 21: "CH HR LI LV",
    22: "BG BH DE GB GE IE ME RS", 23: "AE IL", 24: "CZ ES MD PK RO SA SE SK TN",
    25: "PT", 26: "IS TR", 27: "FR GR IT MC SM",
    28: "AL AZ CY DO HU LB PL", 29: "BR QA UA", 30: "JO KW MU", 31: "MT SC",
}  # fmt: skip
"""Length of an IBAN, by the country that it begins with."""
_IBAN_LENGTHS = {country: length for length, countries in _IBAN_COUNTRIES.items() for country in countries.split()}


def ibans(view: View) -> Iterator[Found]:
    """Find international bank account numbers by length and check digits.

    Args:
        view: The text.

    Yields:
        Each number.
    """
    for match in _IBAN.finditer(view.text):
        length = _IBAN_LENGTHS.get(match[0][:2].upper())
        whole = _letters_and_digits(length).match(view.text, match.start()) if length else None
        if whole:
            code = re.sub(r"[ \-]", "", whole[0])
            if int("".join(str(int(letter, 36)) for letter in code[4:] + code[:4])) % 97 == 1:
                yield "account", whole.start(), whole.end()


@cache
def _letters_and_digits(length: int) -> re.Pattern[str]:
    """Make the pattern of so many letters and digits, in groups or not."""
    return re.compile(rf"[A-Za-z\d](?:[ \-]?[A-Za-z\d]){{{length - 1}}}(?![A-Za-z\d])")


_THIRTEEN_DIGITS = re.compile(r"\d(?:[ .\-]?\d){12}")
_CARDS = [re.compile(rf"(?<!\d)(?=([2-69](?:[ .\-]?\d){{{length - 1}}})(?!\d))") for length in range(19, 12, -1)]
_BRANDS = re.compile(
    r"4\d{12}(?:\d{3}){0,2}|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}|3[47]\d{13}"
    r"|3(?:0[0-5]|[68]\d)\d{11}|(?:6011|65\d\d|64[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14,17}"
    r"|9704\d{12}(?:\d{3})?"
)


def cards(view: View) -> Iterator[Found]:
    """Find payment cards by brand, grouping and check digit (Napas cards by their prefix).

    Args:
        view: The text.

    Yields:
        Each card number.
    """
    for pattern in _CARDS if _THIRTEEN_DIGITS.search(view.text) else ():
        for match in pattern.finditer(view.text):
            sizes = [len(group) for group in re.findall(r"\d+", match[1])]
            digits = re.sub(r"\D", "", match[1])
            grouped = min(sizes[:-1], default=4) > 3 or max(sizes) == 1
            if grouped and _BRANDS.fullmatch(digits) and (digits.startswith("9704") or _luhn(digits)):
                yield "card", match.start(1), match.end(1)


def _luhn(digits: str) -> bool:
    """Check the last digit, as card issuers do."""
    doubled = [sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2]]
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


_ORDER_CODE = re.compile(
    joined(
        rf"""(?:{words(_ORDER)}[ :#.=\-(]{{0,4}}
        (?:(?i:so|la|cua|toi|minh|em|is|no|number|code|id|hang)[ :#.]{{1,3}}){{0,3}}#?|(?<![\w/#*&])#(?=\d{{6}}))
        (?P<code>[A-Za-z]{{0,8}}[\-_]?\d[A-Za-z0-9\-_]{{2,29}})(?![\w/])"""
    )
)


def orders(view: View) -> Iterator[Found]:
    """Find order, shipment, booking and transaction codes by the words before them.

    Args:
        view: The text.

    Yields:
        Each code of five digits, or four and letters, without the word.
    """
    for match in _ORDER_CODE.finditer(view.text):
        enough = 5 if match["code"].isdigit() else 4
        if sum(map(str.isdigit, match["code"])) >= enough and not _is_amount(view.text, match.start("code")):
            yield "order", match.start("code"), match.end("code")
