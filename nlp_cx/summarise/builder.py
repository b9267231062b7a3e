"""All comments of a survey, summed up: sentiment, themes, scores, terms, quotes, months.

Comments stream through a `SummaryBuilder` that counts, and keeps a few passages per theme; whatever needs words waits
for `build`. So memory and the cost per comment do not grow with the survey.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import partial

from nlp_cx.drivers import Impact, find_impacts
from nlp_cx.histogram import Scale
from nlp_cx.records import LANGUAGES, POLARITIES, Analysis, Comment, LanguageCode, Polarity
from nlp_cx.scores import MetricScore, Share, measure
from nlp_cx.summarise.passages import Passage
from nlp_cx.summarise.quotes import QuotePool, quote_key
from nlp_cx.summarise.responses import MAX_SCALES, Histograms, Responses
from nlp_cx.summarise.sample import Sample, fingerprint
from nlp_cx.summarise.summary import Month, Summary, ThemeSummary
from nlp_cx.summarise.terms import find_terms
from nlp_cx.taxonomy import load_taxonomy

__all__ = ["Month", "Summary", "SummaryBuilder", "ThemeSummary"]

_PASSAGES = 160
_FEW = 30
_LIKELY = 0.5
_ONES = 5
"""Answers of 1 beside none of 0 that make one ask whether the scale began at 1."""
_METRICS = ("nps", "csat", "ces", "stars")
_NOTES: Mapping[str, Mapping[str, str]] = {
    "few": {
        "en": "Fewer than {n} comments: take every share with its interval.",
        "vi": "Chưa đến {n} ý kiến: hãy xem mỗi tỷ lệ cùng khoảng tin cậy của nó.",
    },
    "unsupported": {
        "en": "{n} comments are in a language that is not read; no sentiment or theme was forced on them.",
        "vi": "{n} ý kiến viết bằng ngôn ngữ không được hỗ trợ nên không bị gán cảm xúc hay chủ đề.",
    },
    "not_whole": {
        "en": "{n} answers to {metric} are no whole numbers and were left out.",
        "vi": "{n} câu trả lời {metric} không phải số nguyên nên không được tính.",
    },
    "beyond": {
        "en": "{n} scores were left out: no more than {limit} metrics are counted.",
        "vi": "{n} điểm số không được tính: chỉ tính tối đa {limit} chỉ số.",
    },
    "scales": {
        "en": "{metric} was asked on several scales; each is counted apart.",
        "vi": "{metric} được hỏi trên nhiều thang điểm; mỗi thang được tính riêng.",
    },
    "no_zero": {
        "en": "Nobody ticked 0 for {metric}, though {n} ticked 1: if the question was asked on 1-10, declare it"
        " (--score nps=COLUMN:1-10); an NPS needs 0-10.",
        "vi": "Không ai chấm {metric} 0 điểm, dù {n} người chấm 1: nếu câu hỏi dùng thang 1-10, hãy khai báo"
        " (--score nps=CỘT:1-10); NPS cần thang 0-10.",
    },
    "score": {"en": "{metric}: {note}.", "vi": "{metric}: {note}."},
    "models": {
        "en": "Comments were read by several models: {models}.",
        "vi": "Ý kiến được nhiều mô hình phân tích: {models}.",
    },
}


class _ThemeTally:
    """What is counted and kept of one theme."""

    def __init__(self) -> None:
        self.sentiment: Counter[Polarity] = Counter()
        self.languages: Counter[LanguageCode] = Counter()
        self.passages = Sample[Passage](_PASSAGES)
        self.quotes = QuotePool()


class SummaryBuilder:
    """Takes comments with their analyses one by one, in flat memory; the same comments give the same summary."""

    def __init__(self) -> None:
        """Start empty."""
        self._counts: Counter[str] = Counter()
        self._languages: Counter[LanguageCode] = Counter()
        self._sentiment: Counter[Polarity] = Counter()
        self._themes: dict[str, _ThemeTally] = {}
        self._responses = Responses()
        self._months: dict[str, Counter[str]] = {}
        self._first: date | None = None
        self._last: date | None = None
        self._models: dict[str, None] = {}
        self._taxonomy = load_taxonomy().version

    def add(self, comment: Comment, analysis: Analysis) -> None:
        """Take one comment in.

        Args:
            comment: As it came in; its text is only looked at for whether there is any.
            analysis: What was read in it.
        """
        if len(self._models) < _FEW:
            self._models[analysis.model] = None
        self._taxonomy = analysis.taxonomy
        if not comment.text or comment.text.isspace():
            self._counts["blank"] += 1
            self._responses.add(comment, {}, commented=False)
            return
        mentions = _mentions(analysis)
        self._responses.add(comment, mentions, commented=True)
        self._counts["comments"] += 1
        self._languages[analysis.language.code] += 1
        state = _state(analysis)
        if state == "judged":
            self._sentiment[analysis.sentiment.label] += 1
        self._counts.update(
            name
            for name, holds in (
                (state, True),
                ("mixed", analysis.mixed),
                ("complaints", analysis.complaint >= _LIKELY and state == "judged"),
                ("suggestions", analysis.suggestion >= _LIKELY and state == "judged"),
                ("needs_review", analysis.needs_review),
                ("truncated", analysis.truncated),
            )
            if holds
        )
        self._add_month(comment.created_at, analysis.sentiment.label if state == "judged" else None)
        if mentions:
            self._add_themes(comment, analysis, mentions)

    def build(self) -> Summary:
        """Sum up what was taken in so far; the sampled passages are cut into words now.

        Returns:
            The summary; of nothing, an empty one.
        """
        counts, judged, responses = self._counts, self._sentiment.total(), self._responses
        labels = _labels(responses.everyone)
        respondents = _scores(responses.everyone, labels)
        return Summary(
            comments=counts["comments"],
            blank=counts["blank"],
            responses=responses.n,
            languages={code: self._languages[code] for code in LANGUAGES if self._languages[code]},
            sentiment={polarity: Share.of(self._sentiment[polarity], judged) for polarity in POLARITIES},
            net_sentiment=_net(self._sentiment) if judged else None,
            none=counts["none"],
            unsupported=counts["unsupported"],
            mixed=counts["mixed"],
            complaints=counts["complaints"],
            suggestions=counts["suggestions"],
            needs_review=counts["needs_review"],
            truncated=counts["truncated"],
            themes=tuple(self._theme_summaries(labels)),
            scores=_scores(responses.commenters, labels),
            respondent_scores=respondents,
            drivers=tuple(self._drivers(labels)),
            first_date=self._first,
            last_date=self._last,
            months=tuple(
                Month(
                    month=month,
                    comments=tally["comments"],
                    sentiment={polarity: tally[polarity] for polarity in POLARITIES},
                )
                for month, tally in sorted(self._months.items())
            ),
            undated=counts["undated"],
            models=tuple(self._models),
            taxonomy=self._taxonomy,
            notes=tuple(self._notes(respondents, labels)),
        )

    def _add_month(self, moment: datetime | date | None, label: Polarity | None) -> None:
        """Count a comment in its calendar month, as its date was written."""
        if moment is None:
            self._counts["undated"] += 1
            return
        day = moment.date() if isinstance(moment, datetime) else moment
        self._first = day if self._first is None else min(self._first, day)
        self._last = day if self._last is None else max(self._last, day)
        tally = self._months.setdefault(f"{day.year:04}-{day.month:02}", Counter())
        tally["comments"] += 1
        if label is not None:
            tally[label] += 1

    def _add_themes(self, comment: Comment, analysis: Analysis, mentions: Mapping[str, Polarity]) -> None:
        """Count the themes of a comment; keep its passages if they are among those sampled."""
        key, readable = fingerprint(comment.id), quote_key(analysis)
        for mention in analysis.themes:
            tally = self._themes.get(mention.theme)
            if tally is None:
                tally = self._themes[mention.theme] = _ThemeTally()
            tally.passages.offer(key, partial(Passage.of, comment, analysis, mention))
            tally.quotes.offer(readable, comment, analysis, mention)
        for theme, polarity in mentions.items():
            tally = self._themes[theme]
            tally.sentiment[polarity] += 1
            tally.languages[analysis.language.code] += 1

    def _theme_summaries(self, labels: Mapping[Scale, str]) -> Iterator[ThemeSummary]:
        """Sum up each theme, most mentions first."""
        taxonomy, comments = load_taxonomy(), self._counts["comments"]
        places = {theme: place for place, theme in enumerate(taxonomy.ids)}
        terms = find_terms({theme: tally.passages.items() for theme, tally in self._themes.items()})
        quoted: set[str] = set()
        for theme, tally in sorted(
            self._themes.items(), key=lambda entry: (-entry[1].sentiment.total(), places.get(entry[0], len(places)))
        ):
            quotes = tally.quotes.choose(terms[theme], tally.sentiment, quoted)
            quoted.update(quote.comment_id for quote in quotes)
            yield ThemeSummary(
                theme=theme,
                name={"en": taxonomy.name(theme, "en"), "vi": taxonomy.name(theme, "vi")},
                mentions=tally.sentiment.total(),
                share=Share.of(tally.sentiment.total(), comments),
                sentiment={polarity: tally.sentiment[polarity] for polarity in POLARITIES},
                net_sentiment=_net(tally.sentiment),
                languages={code: tally.languages[code] for code in LANGUAGES if tally.languages[code]},
                terms=terms[theme],
                quotes=quotes,
                scores=_scores(self._responses.mentioners[theme]["any"], labels),
            )

    def _drivers(self, labels: Mapping[Scale, str]) -> Iterator[Impact]:
        """Compute the impact of each theme on each metric."""
        for scale in _in_order(self._responses.commenters):
            mentioners = {
                theme: {mention: found[scale] for mention, found in by_mention.items() if scale in found}
                for theme, by_mention in self._responses.mentioners.items()
            }
            for driver in find_impacts(self._responses.commenters[scale], mentioners):
                yield replace(driver, metric=labels[scale])

    def _notes(self, scores: Iterable[MetricScore], labels: Mapping[Scale, str]) -> Iterator[Mapping[str, str]]:
        """Say what a reader should know before trusting a number."""
        responses, counts = self._responses, self._counts
        if 0 < counts["comments"] < _FEW:
            yield _note("few", n=_FEW)
        if counts["unsupported"]:
            yield _note("unsupported", n=counts["unsupported"])
        for metric, count in sorted(responses.not_whole.items()):
            yield _note("not_whole", n=count, metric=metric)
        if responses.beyond:
            yield _note("beyond", n=responses.beyond, limit=MAX_SCALES)
        yield from _scale_notes(responses.everyone, labels)
        for score in scores:
            if score.note is not None:
                yield {
                    lang: _NOTES["score"][lang].format(metric=score.metric, note=score.note[lang])
                    for lang in score.note
                }
        if len(self._models) > 1:
            yield _note("models", models=", ".join(self._models))


def _scale_notes(everyone: Histograms, labels: Mapping[Scale, str]) -> Iterator[Mapping[str, str]]:
    """Say what is odd about the scales that were declared."""
    for scale, histogram in everyone.items():
        ones = histogram.counts.get(1, 0)
        if (scale.kind, scale.min, scale.max) == ("nps", 0, 10) and ones >= _ONES and not histogram.counts.get(0):
            yield _note("no_zero", metric=scale.metric, n=ones)
    for metric in sorted({scale.metric for scale, label in labels.items() if label != scale.metric}):
        yield _note("scales", metric=metric)


def _state(analysis: Analysis) -> str:
    """Tell a comment that was judged from one that says nothing and one in a language that is not read.

    What was not judged has the same probability for all three sentiments.
    """
    if analysis.none:
        return "none"
    return "unsupported" if len(set(analysis.sentiment.scores.values())) == 1 else "judged"


def _mentions(analysis: Analysis) -> dict[str, Polarity]:
    """Give each theme once; one that is judged in several ways at once counts as neutral."""
    mentions: dict[str, Polarity] = {}
    for mention in analysis.themes:
        known = mentions.setdefault(mention.theme, mention.sentiment)
        if known != mention.sentiment:
            mentions[mention.theme] = "neutral"
    return mentions


def _net(sentiment: Counter[Polarity]) -> float:
    """Give positive less negative as a share of all, at least one of them."""
    return (sentiment["positive"] - sentiment["negative"]) / sentiment.total()


def _in_order(histograms: Histograms) -> list[Scale]:
    """Put the standard metrics first, then the others by name; of the same metric the scale most used first."""

    def place(scale: Scale) -> tuple[int, str, int]:
        known = _METRICS.index(scale.kind) if scale.kind in _METRICS else len(_METRICS)
        return known, scale.metric, -histograms[scale].n

    return sorted(histograms, key=place)


def _labels(histograms: Histograms) -> dict[Scale, str]:
    """Name each scale after its metric; a metric's less used scales carry their bounds: "nps:1-10"."""
    labels: dict[Scale, str] = {}
    for scale in _in_order(histograms):
        bare = scale.metric not in labels.values()
        turned = "" if scale.direction == "higher_is_better" else " lower is better"
        labels[scale] = scale.metric if bare else f"{scale.metric}:{scale.min:g}-{scale.max:g}{turned}"
    return labels


def _scores(histograms: Histograms, labels: Mapping[Scale, str]) -> tuple[MetricScore, ...]:
    """Sum up every metric."""
    return tuple(replace(measure(histograms[scale]), metric=labels[scale]) for scale in _in_order(histograms))


def _note(key: str, **values: object) -> Mapping[str, str]:
    """Say something in both languages."""
    return {lang: text.format(**values) for lang, text in _NOTES[key].items()}
