"""Which comments are meant, as query parameters: the same names wherever comments are listed, summed up or rescored."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from nlp_cx.api.records import MAX_NAME, Polarity
from nlp_cx.storage.interface import Filter, ScoreBand
from nlp_cx.taxonomy import load_taxonomy

MOST_VALUES = 100
"""Values of one parameter."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:", re.ASCII)
_NUMBER = r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?"
_BAND = rf"^[^\x00-\x1f]+:(?:{_NUMBER}(?:\.\.(?:{_NUMBER})?)?|\.\.{_NUMBER})$"


def _day(given: object) -> object:
    """Take a day as it is written, nothing that merely counts seconds."""
    if isinstance(given, str) and not _DAY.fullmatch(given):
        raise ValueError("must be a day such as 2026-11-24")
    return given


def _moment(given: object) -> object:
    """Take a moment as it is written, nothing that merely counts seconds."""
    if isinstance(given, str) and not _MOMENT.match(given):
        raise ValueError("must be a moment such as 2026-11-24T09:30:00+07:00")
    return given


def _in_utc(moment: datetime) -> datetime:
    """Refuse a moment that UTC, by which all are kept, has no year for."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("must lie within the years 1 to 9999 of UTC") from None


def _flag(given: object) -> object:
    """Take true and false, nothing that may be meant as one of them."""
    if isinstance(given, str) and given not in ("true", "false"):
        raise ValueError("must be true or false")
    return given


def known_theme(given: str) -> str:
    """Refuse a theme that the taxonomy does not have.

    Examples:
        >>> known_theme("delivery")
        'delivery'
    """
    if given not in load_taxonomy().ids:
        raise ValueError(f"must be one of {', '.join(load_taxonomy().ids)}")
    return given


def _name_themes(schema: dict[str, Any]) -> None:
    """Name the themes in the contract."""
    schema["enum"] = list(load_taxonomy().ids)


Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment), AfterValidator(_in_utc)]
Flag = Annotated[bool, BeforeValidator(_flag)]
ThemeId = Annotated[str, AfterValidator(known_theme), Field(json_schema_extra=_name_themes)]
Value = Annotated[str, Field(min_length=1, max_length=MAX_NAME)]
SegmentValue = Annotated[
    str, Field(max_length=2 * MAX_NAME + 1, pattern=r"^([^=\\\x00-\x1f]|\\[^\x00-\x1f])+=[^\x00-\x1f]*$")
]
_SEGMENT = re.compile(r"((?:[^=\\]|\\.)+)=(.*)")
_ESCAPED = re.compile(r"\\([=\\])")


def _listed(description: str) -> Any:
    """Describe a parameter that may be given several times."""
    return Field(default_factory=list, max_length=MOST_VALUES, description=f"{description} Several mean any of them.")


class Traits(BaseModel):
    """What comments have in common; what is left out restricts nothing. A name that does not exist is refused."""

    model_config = ConfigDict(extra="forbid")

    language: list[Literal["vi", "en", "mixed", "other"]] = _listed("Language of the comment.")
    sentiment: list[Polarity] = _listed("Overall sentiment.")
    mentioning: list[ThemeId] = _listed("Themes that the comment mentions.")
    mentioning_as: list[Polarity] = _listed("How these themes (any theme, if none is named) are judged.")
    touchpoint: list[Value] = _listed("Touchpoint.")
    stage: list[Value] = _listed("Stage of the journey.")
    segment: list[SegmentValue] = Field(
        default_factory=list,
        max_length=MOST_VALUES,
        description="`name=value`, such as `branch=Quận 3`. Several of a name mean any of them; all names must fit. "
        r"In a name write `\=` for `=` and `\\` for `\`.",
    )
    score: list[Annotated[str, Field(max_length=MAX_NAME + 80, pattern=_BAND)]] = Field(
        default_factory=list,
        max_length=MOST_VALUES,
        description="`metric:low..high`, both included: `nps:0..6`, `nps:9..`, `stars:5`. All must fit.",
    )
    batch: list[Value] = _listed("Id of the batch.")
    model: list[Value] = _listed("Version of the model that read it.")
    needs_review: Flag | None = Field(None, description="Whether a person should look at it.")
    human: Flag | None = Field(None, description="Whether a person corrected it.")
    mixed: Flag | None = Field(None, description="Whether it both praises and blames.")
    complaint: Flag | None = Field(None, description="Whether it is more likely than not a complaint.")
    suggestion: Flag | None = Field(None, description="Whether it more likely than not holds a suggestion.")

    def where(self, **more: Any) -> Filter:
        """Give the filter of the store.

        Args:
            more: Further fields of it.

        Returns:
            The filter.

        Examples:
            >>> traits = Traits(segment=["branch=Quận 3", "branch=Quận 1"], score=["csat:Phòng ở:4.."])
            >>> traits.where().segments, traits.where().bands
            ({'branch': ('Quận 3', 'Quận 1')}, (ScoreBand(metric='csat:Phòng ở', low=4.0, high=None),))
        """
        return Filter(
            **{
                "languages": tuple(self.language),
                "sentiments": tuple(self.sentiment),
                "themes": tuple(self.mentioning),
                "theme_sentiments": tuple(self.mentioning_as),
                "touchpoints": tuple(self.touchpoint),
                "stages": tuple(self.stage),
                "segments": _segments(self.segment),
                "bands": tuple(map(_band, self.score)),
                "batches": tuple(self.batch),
                "models": tuple(self.model),
                "needs_review": self.needs_review,
                "human": self.human,
                "mixed": self.mixed,
                "complaint": self.complaint,
                "suggestion": self.suggestion,
                **more,
            }
        )


class Scope(Traits):
    """Comments to look at; what is left out restricts nothing. A parameter that does not exist is refused."""

    since: Day | None = Field(None, description="First day; comments without a date are left out then.")
    until: Day | None = Field(None, description="Last day, included.")

    @model_validator(mode="after")
    def _in_order(self) -> Scope:
        """Refuse a period that ends before it begins."""
        if self.since and self.until and self.until < self.since:
            raise ValueError("since must not be later than until")
        return self

    def where(self, **more: Any) -> Filter:
        """Give the filter of the store."""
        return super().where(**({"since": self.since, "until": self.until} | more))


class Drill(Scope):
    """Comments to look at one by one."""

    standing: list[Literal["judged", "none", "unsupported", "blank"]] = _listed(
        "Judged; says nothing; in a language that is not read; without text."
    )
    respondent: list[Value] = _listed("Who answered.")
    text: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        None, description="What the text holds, whatever its case and diacritics."
    )

    def where(self, **more: Any) -> Filter:
        """Give the filter of the store."""
        said = {"standings": tuple(self.standing), "respondents": tuple(self.respondent), "text": self.text}
        return super().where(**(said | more))


def _segments(given: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Gather the values of each segment."""
    found: dict[str, tuple[str, ...]] = {}
    for each in given:
        name, value = _SEGMENT.fullmatch(each).groups()  # type: ignore[union-attr]  # its pattern was checked
        name = _ESCAPED.sub(r"\1", name)
        found[name] = (*found.get(name, ()), value)
    return found


def _band(given: str) -> ScoreBand:
    """Read a band of scores; the lower end may come last."""
    metric, _, values = given.rpartition(":")
    first, dots, last = values.partition("..")
    low, high = (float(word) if word else None for word in (first, last if dots else first))
    if low is not None and high is not None:
        low, high = sorted((low, high))
    return ScoreBand(metric=metric, low=low, high=high)
