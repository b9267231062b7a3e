"""Finds links that lead to a person, and e-mail addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlp_cx.redact.view import Found, View, vocabulary

_DOMAINS = vocabulary("""
    com net org edu gov info biz vn io me app dev shop store online site xyz link asia eu uk us ca au nz jp kr cn hk tw
    sg th my id ph in de fr it es nl be ch at se no dk fi pl cz ru ua br mx gl ly gle ee co
""")
_LINK = re.compile(r"(?i:(?:https?|ftp)://|(?<![\w@.-])www\.)[^\s\0<>\"'«»“”]++")
_BARE_LINK = re.compile(r"(?<![\w@.-])(?:[\w-]++\.)+(?P<domain>[A-Za-z]{2,10})(?::\d+)?/[^\s\0<>\"'«»“”]++")
_PARTS = re.compile(r"(?:(?:https?|ftp)://)?([^/?#]*)([^?#]*)(.*)")
_SOCIAL = re.compile(
    r"(?:.*\.)?(?:(?:facebook|fb|messenger|instagram|tiktok|twitter|x|linkedin|pinterest|threads|snapchat|whatsapp|viber"
    r"|skype|github|tinyurl|dropbox)\.com|(?:fb|m|zalo|t|telegram|wa|line)\.me|threads\.net|instagr\.am|t\.co|bit\.ly"
    r"|goo\.gl|forms\.gle|cutt\.ly|s\.id|lnkd\.in|linktr\.ee|(?:drive|docs)\.google\.com)(?::\d+)?"
)
"""Where a path is somebody's: profiles, and short links that may lead to one."""
_PERSONAL_PATH = re.compile(
    r"~|(?:^|/)(?:u|users?|profiles?|members?|accounts?|customers?|orders?|invite|share|token|tai-khoan|don-hang"
    r"|nguoi-dung|khach-hang|thanh-vien)/[^/]|\d{8,}|(?<!\w)(?=[a-z_]*\d)(?=[\d_]*[a-z])\w{20,}"
)

_LOCAL = r"(?<![\w.+%&-])[.+%&-]*+(\w[\w.+%&-]*+)"
_EMAIL = re.compile(_LOCAL + r"@([A-Za-z0-9][\w.-]*)")
_PROVIDER = r"(?i:gmail|googlemail|yahoo|ymail|hotmail|outlook|icloud)"
_SPELT_DOT = r"(?i: ?[(\[{] ?(?:dot|cham|\.) ?[)\]}] ?| (?:dot|cham) )"
_SPELT_AT = (
    rf"(?: ?@ ?(?={_PROVIDER})| {{0,2}}[(\[{{<] ?(?i:at|@|a cong|a moc) ?[)\]}}>] {{0,2}}|(?i: a (?:cong|moc) )"
    rf"| (?i:at) (?={_PROVIDER}{_SPELT_DOT}))"
)
_MAY_BE_SPELT = re.compile(r"@|(?i:[(\[{<] ?(?:at|a )| a (?:cong|moc) | at [a-z]+ )")
_SPELT_EMAIL = re.compile(
    rf"{_LOCAL}{_SPELT_AT}(?:{_PROVIDER}|[A-Za-z0-9][\w-]*(?=\.|{_SPELT_DOT}))"
    rf"(?:(?: ?[.,] ?|{_SPELT_DOT})(?i:com|net|org|edu|gov|vn)(?![A-Za-z])){{0,2}}"
)
_BEFORE_DOT = re.compile(
    r"(?<![\w.+%&-])[\w+%-]{1,30}(?:(?i: dot )|(?P<cham>(?i: cham ))|(?i: ?[(\[{] ?(?:dot|cham) ?[)\]}] ?))$"
)
"""What stands before a local part whose dot is spelt out as well."""


def links(view: View) -> Iterator[Found]:
    """Find links that name someone or carry what only one person has: a profile, a query, a token.

    Args:
        view: The text.

    Yields:
        Each such link; home pages and plain paths are none.
    """
    for pattern in (_LINK, _BARE_LINK) if "/" in view.text or "www." in view.text.lower() else ():
        for match in pattern.finditer(view.text):
            if pattern is _BARE_LINK and match["domain"].lower() not in _DOMAINS:
                continue
            link = match[0].rstrip(".,;:!?…*_")
            if "(" not in link:
                link = link.split(")", 1)[0]
            if _is_personal(link.lower()):
                yield "url", match.start(), match.start() + len(link)


def _is_personal(link: str) -> bool:
    """Tell whether a link says who somebody is."""
    parts = _PARTS.match(link)
    host, path, rest = parts.groups() if parts else ("", "", "")
    if "@" in link or "=" in rest or (rest.startswith("?") and len(rest) > 1):
        return True
    return bool(path.strip("/")) and bool(_SOCIAL.fullmatch(host.removeprefix("www.")) or _PERSONAL_PATH.search(path))


def emails(view: View) -> Iterator[Found]:
    """Find e-mail addresses, also those whose @ or dot is spelt out or set apart.

    Args:
        view: The text.

    Yields:
        Each address.
    """
    for match in _EMAIL.finditer(view.text) if "@" in view.text else ():
        length = _host_length(match[2])
        if length:
            yield "email", match.start(1), match.start(2) + length
    for match in _SPELT_EMAIL.finditer(view.text) if _MAY_BE_SPELT.search(view.text) else ():
        start = match.start(1)
        while before := _BEFORE_DOT.search(view.text, max(0, start - 40), start):
            if before["cham"] and view.written(*before.span("cham")).strip() != "chấm":
                break  # "chậm" is slow, and no dot
            start = before.start()
        yield "email", start, match.end()


def _host_length(run: str) -> int:
    """Say how much of a dotted run is a host: "gmail.com.Shop" is one up to "com"; 0 if it is none."""
    end = known = other = 0
    for number, label in enumerate(run.split(".")):
        letters = re.match(r"[A-Za-z]*", label)
        domain = letters[0] if letters else ""
        if number and len(domain) > 1:
            if domain.lower() in _DOMAINS and (domain.islower() or domain.isupper()):
                known = end + 1 + len(domain)
            other = end + 1 + len(domain)
        if not label:
            break
        end += len(label) + (number > 0)
    return known or other
