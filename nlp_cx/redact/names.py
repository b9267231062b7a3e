"""Finds names of people by what stands around them; off unless asked for.

Found: a capitalised name behind a title (anh, chị, Mr) or an introduction (tên tôi là, my name is), and a capitalised
Vietnamese full name of three words or more. Not found: names in lower case outside an introduction, two-word names and
foreign names without a title. Streets and schools named after people stay where a word or their fame tells them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlp_cx.redact.places import FAMILIES, WRITTEN_FAMILIES
from nlp_cx.redact.view import Found, View, joined, vocabulary, words

_TITLES = """anh|chi|em|co|chu|bac|ong|ba|ban|chau|thay|di|cau|miss|sir|madam|nhan vien|nv|bao ve|tai xe|shipper|le tan
    |thu ngan|tu van vien|quan ly|ten(?: la)?|(?:toi|minh|em) la|named"""
_TITLED = re.compile(
    rf"(?:(?P<title>{words(_TITLES)})|{words('mr|mrs|ms|dr')}\.?) "
    r"(?P<name>[A-Z][a-z]+(?: [A-Z][a-z]+){0,3})(?![A-Za-z\d])"
)
_WRITTEN_TITLES = vocabulary("""
    chị cô chú bác ông bà bạn cháu thầy dì cậu nhân viên bảo vệ tài xế lễ tân thu ngân tư vấn quản lý tên là tôi mình
    anh em miss sir madam shipper named nv
""")
"""How titles are spelt; look-alikes such as cơ or bàn are none."""
_MANY_BEFORE = re.compile(words("cac|nhung|may|anh|chi|tieng") + " $")
"""Before a title of many people, or of a language."""
_INTRODUCED = re.compile(
    rf"{words('ten (?:toi|minh|em)(?: la)?+|my name is|ho (?:va )?ten|full name|name:')}[ :]{{0,3}}"
    r"(?P<name>[A-Za-z]+(?: [A-Za-z]+){0,3}?)"
    rf"(?= ?[,.;:\n\0(\-]| {words('so|sdt|cmnd|cccd|dien thoai|va|and|toi|minh|i|o')}|\d| \d|$)"
)
_FULL_NAME = re.compile(r"(?<![A-Za-z])(?P<family>[A-Z][A-Za-z]+)(?P<given>(?: [A-Z][A-Za-z]*){2,3})(?![A-Za-z])")
_PLACES = """duong|pho|chi nhanh|cn|quan|phuong|xa|huyen|tp|truong|benh vien|cho|cau|cua hang|sieu thi|kcn|ben xe
    |dai lo|ngo|hem|o|tai"""
_PLACE_BEFORE = re.compile(words(_PLACES) + r"[ .:]{0,2}(?:\d+[A-Za-z]? )?$")
_NO_NAMES = vocabulary("""
    shipper shop admin ad sales sale nv ship call concierge bellman bartender iphone samsung honda sony china tiki
    shopee lazada số và nhưng đó đôi trong ăn việt hướng rịa nà quốc trưng triệu chiểu ơi này kia mình anh chị em bạn
    khách
""")
_ROLE = re.compile(
    words("""nhan vien|quan ly|bao ve|tu van|le tan|tiep tan|thu ngan|tai xe|giao hang|ban hang|phuc vu|dau bep
    |ky thuat|tuyen dung""")
)
_FAMOUS = frozenset(
    joined("""tran hung dao|nguyen thi minh khai|ly thuong kiet|nguyen van linh|le van sy|nguyen van cu|vo van kiet
    |pham van dong|le duc tho|hoang quoc viet|phan dinh phung|phan xich long|nguyen huu canh|nguyen dinh chieu
    |ly tu trong|le thanh ton|hoang van thu|nguyen chi thanh|tran quang khai|dinh tien hoang|nguyen tat thanh
    |vo nguyen giap|ton duc thang|hoang hoa tham|tran duy hung|le hong phong|nguyen van troi|vo thi sau
    |le quang dinh""").split("|")
)
"""People whom most towns have named a street after."""


def names(view: View) -> Iterator[Found]:
    """Find names behind a title or an introduction, and capitalised Vietnamese full names.

    Args:
        view: The text.

    Yields:
        Each name, without the title.
    """
    for match in _INTRODUCED.finditer(view.text):
        yield "name", match.start("name"), match.end("name")
    for match in _TITLED.finditer(view.text):
        if _is_title(view, match) and _may_be_name(view, match):
            yield "name", match.start("name"), match.end("name")
    for match in _FULL_NAME.finditer(view.text):
        family = view.written(match.start(), match.end("family"))
        known = family in WRITTEN_FAMILIES or (family.isascii() and family in FAMILIES)
        place = match[0].lower() in _FAMOUS or _PLACE_BEFORE.search(
            view.text, max(0, match.start() - 24), match.start()
        )
        if known and not place and not match[0].isupper():
            yield "name", match.start(), match.end()


def _is_title(view: View, match: re.Match[str]) -> bool:
    """Tell whether the word before a name is a title of one person, as it is written."""
    if match["title"] is None:
        return True
    written = view.written(match.start("title"), match.end("title"))
    spelt = all(word in _WRITTEN_TITLES for word in written.split()) or view.source.isascii()
    return spelt and not _MANY_BEFORE.search(view.text, max(0, match.start() - 8), match.start())


def _may_be_name(view: View, match: re.Match[str]) -> bool:
    """Tell a name from a role or a word that starts a sentence."""
    start = match.start("name")
    space = view.text.find(" ", start, match.end())
    first = view.written(start, match.end() if space < 0 else space)
    return first not in _NO_NAMES and not _ROLE.match(view.text, start)
