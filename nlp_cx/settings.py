"""What the environment says, read once at the edge and frozen.

| variable | meaning | default |
|---|---|---|
| `NLP_CX_MODEL` | version or folder of the model to use | the shelf's default |
| `NLP_CX_LANG` | language of everything printed, `vi` or `en` | Vietnamese where the locale is, else English |
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nlp_cx.errors import InputError

if TYPE_CHECKING:
    from nlp_cx.words import Tongue

_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a run starts from; options of the command line go before it."""

    model: str | None = None
    lang: Tongue = "en"


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the environment.

    Args:
        environment: Variables by name; those of this process when None.

    Returns:
        Settings; an empty variable counts as one that is not set.

    Raises:
        InputError: If a variable holds what it cannot mean.

    Examples:
        >>> read_settings({"LANG": "vi_VN.UTF-8"}).lang
        'vi'
        >>> read_settings({"LANG": "vi_VN.UTF-8", "NLP_CX_LANG": "en"}).lang
        'en'
    """
    variables = os.environ if environment is None else environment  # noqa: TID251  # the one place that may
    lang = variables.get("NLP_CX_LANG", "").strip().lower()
    if lang not in ("", "en", "vi"):
        raise InputError(f"NLP_CX_LANG is {lang!r}: set it to en or vi, or leave it out")
    locale = next((value for name in _LOCALE if (value := variables.get(name))), "")
    vietnamese = lang == "vi" or (not lang and locale.lower().startswith("vi"))
    return Settings(model=variables.get("NLP_CX_MODEL") or None, lang="vi" if vietnamese else "en")
