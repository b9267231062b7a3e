"""The summary as tables that people read: the sheets of a workbook, and the themes as a CSV file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from nlp_cx.drivers import Impact
from nlp_cx.export.table import Column, Kind, Table
from nlp_cx.records import LANGUAGES, POLARITIES, Polarity
from nlp_cx.scores import MetricScore, Share, Unit
from nlp_cx.summarise.summary import Summary, ThemeSummary
from nlp_cx.words import Tongue, metric_name, say, theme_names, translate

Row = Mapping[str, object]
_COLUMNS: Mapping[str, Sequence[tuple[str, Kind]]] = {
    "overview": (
        ("figure", "wide"), ("count", "count"), ("share", "share"), ("low", "share"), ("high", "share"),
        ("base", "count"),
    ),
    "scores": (
        ("group", "wide"), ("metric", "text"), ("statistic", "text"), ("value", "figure"), ("low", "figure"),
        ("high", "figure"), ("unit", "text"), ("n", "count"), ("mean", "figure"), ("min", "number"), ("max", "number"),
        ("direction", "text"), ("promoters", "share"), ("passives", "share"), ("detractors", "share"),
        ("satisfied", "share"), ("easy", "share"), ("note", "long"),
    ),
    "drivers": (
        ("metric", "text"), ("mention", "text"), ("rank", "count"), ("name", "wide"), ("impact", "figure"),
        ("low", "figure"), ("high", "figure"), ("unit", "text"), ("n", "count"), ("score", "figure"),
        ("n_rest", "count"), ("rest_score", "figure"), ("q", "number"),
    ),
    "quotes": (
        ("name", "wide"), ("sentiment", "polarity"), ("quote", "long"), ("language", "text"), ("scores", "text"),
        ("comment_id", "text"),
    ),
    "terms": (("name", "wide"), ("term", "text"), ("language", "text"), ("n", "count"), ("weight", "figure")),
    "months": (
        ("month", "text"), ("count", "count"), ("negative", "count"), ("neutral", "count"), ("positive", "count"),
    ),
    "notes": (("note", "long"),),
}  # fmt: skip


def summary_tables(summary: Summary, lang: Tongue, notes: Sequence[str] = ()) -> tuple[Table, ...]:
    """Lay a summary out as tables.

    Args:
        summary: What comments say.
        lang: Language of titles and words.
        notes: What was to be said of the survey file, as `Survey.notes` has it.

    Returns:
        Tables named overview, themes, scores, drivers, quotes, terms, months and notes; of those after themes the ones
        that have rows.
    """
    said = [*(note[lang] for note in summary.notes), *(translate(note, lang) for note in notes)]
    rows: Mapping[str, list[Row]] = {
        "overview": list(_overview(summary, lang)),
        "themes": [_theme(theme) for theme in summary.themes],
        "scores": list(_scores(summary, lang)),
        "drivers": [_driver(driver, lang) for driver in summary.drivers],
        "quotes": list(_quotes(summary, lang)),
        "terms": list(_terms(summary, lang)),
        "months": [{"month": one.month, "count": one.comments} | _split(one.sentiment) for one in summary.months],
        "notes": [{"note": note} for note in said],
    }
    return tuple(
        Table(
            name=name,
            title=say(f"sheet.{name}", lang),
            columns=_theme_columns(summary, lang) if name == "themes" else _columns(_COLUMNS[name], lang),
            rows=listed,
        )
        for name, listed in rows.items()
        if listed or name in ("overview", "themes")
    )


def unit_name(unit: Unit, low: float, high: float, lang: Tongue) -> str:
    """Say what a score is measured in.

    Examples:
        >>> unit_name("scale", 1, 5, "en")
        'of 1-5'
    """
    return say(f"unit.{unit}", lang, min=low, max=high)


def _columns(listed: Sequence[tuple[str, Kind]], lang: Tongue) -> tuple[Column, ...]:
    """Give columns their titles."""
    return tuple(Column(key=key, title=say(f"column.{key}", lang), kind=kind) for key, kind in listed)


def _overview(summary: Summary, lang: Tongue) -> Iterator[Row]:
    """Give the figures of the whole survey."""

    def figure(name: str, count: int, base: int | None = None, **values: str) -> Row:
        row: dict[str, object] = {"figure": say(f"figure.{name}", lang, **values), "count": count}
        return row | ({"share": count / base, "base": base} if base else {})

    for score in summary.respondent_scores:
        yield {"figure": _headline(score, lang), "count": score.n}
    yield figure("responses", summary.responses)
    yield figure("blank", summary.blank, summary.responses)
    yield figure("comments", summary.comments)
    for code in LANGUAGES:
        if summary.languages.get(code):
            said = say(f"language.{code}", lang)
            yield figure("language", summary.languages[code], summary.comments, language=said)
    for polarity in POLARITIES:
        share = summary.sentiment[polarity]
        yield {"figure": say("figure.sentiment", lang, polarity=say(f"polarity.{polarity}", lang)), **_interval(share)}
    for name in ("mixed", "complaints", "suggestions", "none", "unsupported", "needs_review", "truncated"):
        yield figure(name, getattr(summary, name), summary.comments)


def _headline(score: MetricScore, lang: Tongue) -> str:
    """Write a score with its interval: NPS -56.7 [-76.5 … -26.5]."""
    sign, digits = ("%" if score.unit == "percent" else ""), 2 if score.unit == "scale" else 1

    def written(value: float) -> str:
        return f"{value:.{digits}f}{sign}".replace(".", "," if lang == "vi" else ".")

    name = metric_name(score.metric, lang)
    interval = "" if score.low is None or score.high is None else f" [{written(score.low)} … {written(score.high)}]"
    return f"{name} {written(score.value)}{interval}"


def _interval(share: Share) -> dict[str, object]:
    """Give the cells of a share."""
    return {"count": share.count, "share": share.share, "low": share.low, "high": share.high, "base": share.n}


def _split(sentiment: Mapping[Polarity, int]) -> dict[str, object]:
    """Give the cells of a sentiment split."""
    return {polarity: sentiment.get(polarity, 0) for polarity in POLARITIES}


def _theme_columns(summary: Summary, lang: Tongue) -> tuple[Column, ...]:
    """Give the columns of the themes: fixed ones, and two per metric."""
    names: tuple[tuple[str, Kind], ...] = (("name_en", "wide"), ("name_vi", "wide"))
    before: tuple[tuple[str, Kind], ...] = (
        *(names if lang == "en" else names[::-1]),
        ("mentions", "count"), ("share", "share"), ("share_low", "share"), ("share_high", "share"),
        ("negative", "count"), ("neutral", "count"), ("positive", "count"), ("net_sentiment", "figure"),
    )  # fmt: skip
    scores = []
    for score in summary.scores:
        metric = metric_name(score.metric, lang)
        title = say("column.score_of", lang, metric=metric)
        scores.append(Column(key=f"score_{score.metric}", title=title, kind="figure"))
        scores.append(Column(key=f"n_{score.metric}", title=say("column.n_of", lang, metric=metric), kind="count"))
    after: tuple[tuple[str, Kind], ...] = (
        ("terms", "long"), ("quote_1", "long"), ("quote_2", "long"), ("quote_3", "long"), ("theme", "text"),
    )  # fmt: skip
    return (*_columns(before, lang), *scores, *_columns(after, lang))


def _theme(theme: ThemeSummary) -> Row:
    """Give one theme's row."""
    return {
        "theme": theme.theme,
        "name_en": theme.name["en"],
        "name_vi": theme.name["vi"],
        "mentions": theme.mentions,
        "share": theme.share.share,
        "share_low": theme.share.low,
        "share_high": theme.share.high,
        **_split(theme.sentiment),
        "net_sentiment": theme.net_sentiment,
        **{f"score_{score.metric}": score.value for score in theme.scores},
        **{f"n_{score.metric}": score.n for score in theme.scores},
        "terms": ", ".join(term.text for term in theme.terms) or None,
        **{f"quote_{number}": quote.text for number, quote in enumerate(theme.quotes[:3], 1)},
    }


def _scores(summary: Summary, lang: Tongue) -> Iterator[Row]:
    """Give all scores: of all responses, of those with text, of those who mention each theme."""
    groups = [
        (say("group.respondents", lang), summary.respondent_scores),
        (say("group.commenters", lang), summary.scores),
        *((" · ".join(theme_names(theme.theme, lang)), theme.scores) for theme in summary.themes),
    ]
    for group, scores in groups:
        for score in scores:
            yield _score(group, score, lang)


def _score(group: str, score: MetricScore, lang: Tongue) -> Row:
    """Give one score's row."""
    return {
        "group": group,
        "metric": metric_name(score.metric, lang),
        "statistic": say(f"statistic.{score.statistic}", lang),
        "value": score.value,
        "low": score.low,
        "high": score.high,
        "unit": unit_name(score.unit, score.min, score.max, lang),
        "n": score.n,
        "mean": score.mean,
        "min": score.min,
        "max": score.max,
        "direction": say(f"direction.{score.direction}", lang),
        **{name: share.share for name, share in score.shares.items()},
        "note": score.note[lang] if score.note else None,
    }


def _driver(driver: Impact, lang: Tongue) -> Row:
    """Give one driver's row."""
    return {
        "metric": metric_name(driver.metric, lang),
        "mention": say(f"mention.{driver.mention}", lang),
        "rank": driver.rank,
        "name": " · ".join(theme_names(driver.theme, lang)),
        "impact": driver.impact,
        "low": driver.low,
        "high": driver.high,
        "unit": unit_name(driver.unit, driver.min, driver.max, lang),
        "n": driver.n,
        "score": driver.score,
        "n_rest": driver.n_rest,
        "rest_score": driver.rest_score,
        "q": None if driver.q is None else round(driver.q, 4),
    }


def _quotes(summary: Summary, lang: Tongue) -> Iterator[Row]:
    """Give the quotes, theme by theme."""
    for theme in summary.themes:
        for quote in theme.quotes:
            scores = [f"{metric_name(metric, lang)} {value:g}" for metric, value in quote.scores.items()]
            yield {
                "name": " · ".join(theme_names(theme.theme, lang)),
                "sentiment": quote.sentiment,
                "quote": quote.text,
                "language": say(f"language.{quote.language}", lang),
                "scores": ", ".join(scores) or None,
                "comment_id": quote.comment_id,
            }


def _terms(summary: Summary, lang: Tongue) -> Iterator[Row]:
    """Give the terms, theme by theme."""
    for theme in summary.themes:
        for term in theme.terms:
            yield {
                "name": " · ".join(theme_names(theme.theme, lang)),
                "term": term.text,
                "language": say(f"language.{term.language}", lang),
                "n": term.count,
                "weight": term.weight,
            }
