"""What the environment says, read once at the edge and frozen.

| variable | meaning | default |
|---|---|---|
| `NLP_CX_MODEL` | version or folder of the model to use; the service then follows no promotion | the live model |
| `NLP_CX_MODELS` | folder of models, promotions included | a checkout's `models/`, else `models` in `NLP_CX_HOME` |
| `NLP_CX_LANG` | language of everything printed, `vi` or `en` | Vietnamese where the locale is, else English |
| `NLP_CX_HOME` | folder of the service's data: SQLite file, uploads | `~/.local/share/nlp_cx` |
| `DATABASE_URL` | where comments are kept: `sqlite:///...` or `postgresql+psycopg://...` | SQLite in `NLP_CX_HOME` |
| `NLP_CX_HOST` | address the service listens on; others than loopback need an API key in the store | `127.0.0.1` |
| `NLP_CX_PORT` | its port | `8000` |
| `NLP_CX_KEEP_RAW` | whether the text as sent is kept beside the redacted one, `1` or `0` | `0` |
| `NLP_CX_RETENTION_DAYS` | days after which stored comments are deleted; `0` keeps them | `0` |
| `NLP_CX_REDACT_NAMES` | whether the service takes names of people out too, `1` or `0` | `0` |
| `NLP_CX_REDACT_ORDERS` | whether the service takes order codes out too, `1` or `0` | `0` |
| `NLP_CX_CORS` | origins whose pages may call the API, by commas: `https://cx.example.com` | none |
| `NLP_CX_RATE_LIMIT` | requests a minute of one key; `0` sets no limit | `6000` |
| `NLP_CX_MAX_BODY_MB` | largest request body that is not an upload | `32` |
| `NLP_CX_MAX_UPLOAD_MB` | largest file that is uploaded as a batch | `2048` |
| `NLP_CX_QUEUE` | comments that may wait for the model before 429 is answered | `4000` |
| `NLP_CX_PRIVATE_WEBHOOKS` | whether webhooks may go to private addresses, `1` or `0` | `0` |
| `NLP_CX_WORKER` | whether the service works on batches itself, `1` or `0`; else `nlp-cx work` does | `1` |
| `NLP_CX_LOG` | log lines: `json`, or `console` for people | `json`, in a terminal `console` |
| `NLP_CX_SHUTDOWN_SECONDS` | how long requests under way may take once the service is told to stop | `30` |
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from nlp_cx.errors import InputError

if TYPE_CHECKING:
    from nlp_cx.words import Tongue

_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
_YES_NO = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
_HOME = Path("~/.local/share/nlp_cx")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a run starts from; options of the command line go before it."""

    model: str | None = None
    models: Path | None = None
    lang: Tongue = "en"
    home: Path = _HOME
    database_url: str | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    keep_raw: bool = False
    retention_days: int = 0
    redact_names: bool = False
    redact_orders: bool = False
    cors: tuple[str, ...] = ()
    rate_limit: int = 6000
    max_body_mb: int = 32
    max_upload_mb: int = 2048
    queue: int = 4000
    private_webhooks: bool = False
    worker: bool = True
    log: Literal["json", "console"] | None = None
    shutdown_seconds: int = 30

    @property
    def folder(self) -> Path:
        """The service's data folder as an absolute path; it may not be there yet."""
        return self.home.expanduser().absolute()

    @property
    def store_url(self) -> str:
        """Where comments are kept: what DATABASE_URL says, else a SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{self.folder / 'nlp_cx.sqlite'}"

    @property
    def uploads(self) -> Path:
        """Where files wait while they are analysed."""
        return self.folder / "uploads"


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
        >>> read_settings({"NLP_CX_PORT": "9000", "NLP_CX_CORS": "https://a.example, https://b.example"}).cors
        ('https://a.example', 'https://b.example')
    """
    variables = os.environ if environment is None else environment  # noqa: TID251  # the one place that may
    default = Settings()
    lang = _choice(variables, "NLP_CX_LANG", ("en", "vi"))
    locale = next((value for name in _LOCALE if (value := variables.get(name))), "")
    vietnamese = lang == "vi" or (not lang and locale.lower().startswith("vi"))
    log = _choice(variables, "NLP_CX_LOG", ("json", "console"))
    return Settings(
        model=variables.get("NLP_CX_MODEL") or None,
        models=Path(models).expanduser().absolute() if (models := variables.get("NLP_CX_MODELS")) else None,
        lang="vi" if vietnamese else "en",
        home=Path(variables.get("NLP_CX_HOME") or _HOME),
        database_url=variables.get("DATABASE_URL") or None,
        host=variables.get("NLP_CX_HOST") or default.host,
        port=_number(variables, "NLP_CX_PORT", default.port, high=65_535),
        keep_raw=_flag(variables, "NLP_CX_KEEP_RAW"),
        retention_days=_number(variables, "NLP_CX_RETENTION_DAYS", default.retention_days, high=36_500),
        redact_names=_flag(variables, "NLP_CX_REDACT_NAMES"),
        redact_orders=_flag(variables, "NLP_CX_REDACT_ORDERS"),
        cors=tuple(origin for part in variables.get("NLP_CX_CORS", "").split(",") if (origin := part.strip())),
        rate_limit=_number(variables, "NLP_CX_RATE_LIMIT", default.rate_limit),
        max_body_mb=_number(variables, "NLP_CX_MAX_BODY_MB", default.max_body_mb, low=1),
        max_upload_mb=_number(variables, "NLP_CX_MAX_UPLOAD_MB", default.max_upload_mb, low=1),
        queue=_number(variables, "NLP_CX_QUEUE", default.queue, low=1),
        private_webhooks=_flag(variables, "NLP_CX_PRIVATE_WEBHOOKS"),
        worker=_flag(variables, "NLP_CX_WORKER", default=True),
        log="json" if log == "json" else "console" if log == "console" else None,
        shutdown_seconds=_number(variables, "NLP_CX_SHUTDOWN_SECONDS", default.shutdown_seconds),
    )


def _choice(variables: Mapping[str, str], name: str, choices: tuple[str, str]) -> str:
    """Read one of two words, or nothing."""
    given = variables.get(name, "").strip().lower()
    if given and given not in choices:
        raise InputError(f"{name} is {given!r}: set it to {choices[0]} or {choices[1]}, or leave it out")
    return given


def _flag(variables: Mapping[str, str], name: str, *, default: bool = False) -> bool:
    """Read a yes or no."""
    given = variables.get(name, "").strip().lower()
    if given and given not in _YES_NO:
        raise InputError(f"{name} is {given!r}: set it to 1 or 0, or leave it out")
    return _YES_NO.get(given, default)


def _number(variables: Mapping[str, str], name: str, default: int, *, low: int = 0, high: int = 1_000_000_000) -> int:
    """Read a whole number within bounds."""
    given = variables.get(name, "").strip()
    if not given:
        return default
    if not (given.isascii() and given.isdigit() and len(given) < 12 and low <= int(given) <= high):
        raise InputError(f"{name} is {given[:40]!r}: set it to a whole number from {low} to {high}, or leave it out")
    return int(given)
