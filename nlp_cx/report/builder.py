"""Takes comments with their analyses one by one and counts what a report tells.

Comments are counted where they stand; scores once per response. The answers of one row of the survey follow each other,
so a response ends where the next one begins.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import combinations
from pathlib import Path

from nlp_cx.contradictions import ContradictionFinder
from nlp_cx.correction import Corrected, correct, read_accuracy
from nlp_cx.drivers.screening import benjamini_hochberg
from nlp_cx.histogram import Histogram, Scale
from nlp_cx.journey import Journey, JourneyTable
from nlp_cx.mix import Mix, Tally, split_change
from nlp_cx.records import POLARITIES, Analysis, Comment, Polarity
from nlp_cx.report.findings import Bucket, Findings, Periods, ScoreBucket, ThemeChange
from nlp_cx.scores import accepts, measure, method_of
from nlp_cx.summarise import Summary, SummaryBuilder
from nlp_cx.summarise.pairs import find_pairs
from nlp_cx.summarise.passages import Passage
from nlp_cx.summarise.sample import Sample, fingerprint
from nlp_cx.taxonomy import load_taxonomy
from nlp_cx.trends import (
    Calendar,
    Change,
    RisingTerm,
    Trend,
    bucket_of,
    buckets_between,
    choose_calendar,
    compare_scores,
    compare_shares,
    find_trends,
    reader,
    rising_terms,
    series,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nlp_cx.drivers import Drivers

_PASSAGES = 120
"""Comments per week whose words are looked at for new and rising terms,"""
_WORDS = 900
"""and per period, of these."""
_SEGMENTS = 12
_SCALES = 6
_LONGEST_PERIOD = 91
_SHORTEST_PERIOD = 14
_ANSWERS = 25
"""Answers of a bucket, on average, from which its score is worth drawing."""
_ONE_PLACE = 0.95
"""Share of the comments from which a segment has one place only, in truth."""
_PLACES = 25
"""More places than this are no segment that a page can show."""
RESAMPLES = 200
SEED = 20250101
"""The same comments give the same report."""


@dataclass(slots=True)
class _Day:
    """What is counted of one day."""

    comments: int = 0
    sentiment: Counter[Polarity] = field(default_factory=Counter)
    themes: Counter[tuple[str, Polarity]] = field(default_factory=Counter)
    readers: set[str] = field(default_factory=set)
    scores: dict[Scale, Histogram] = field(default_factory=dict)
    tallies: dict[Scale, Tally] = field(default_factory=dict)


@dataclass(slots=True)
class _Response:
    """The answers of one row so far."""

    key: tuple[object, ...] | None
    day: date | None
    scores: dict[Scale, float]
    places: dict[str, str]
    respondent: str | None
    commented: bool = False
    answers: list[tuple[Comment, Analysis]] = field(default_factory=list)
    judged: dict[str, set[Polarity]] = field(default_factory=dict)


class ReportBuilder:
    """Takes comments one by one; what it keeps grows with days, themes and responses, not with texts."""

    def __init__(self) -> None:
        """Start empty."""
        self._summary = SummaryBuilder()
        self._contradictions = ContradictionFinder()
        self._days: defaultdict[date, _Day] = defaultdict(_Day)
        self._pairs: Counter[tuple[str, str]] = Counter()
        self._weeks: dict[str, Sample[Passage]] = {}
        self._tables: dict[str, JourneyTable] = {}
        self._open: _Response | None = None
        self._answers = _Answers()
        self._taxonomy = load_taxonomy().version

    def add(self, comment: Comment, analysis: Analysis) -> None:
        """Take one comment in.

        Args:
            comment: As it came in; its text is only looked at for whether there is any.
            analysis: What was read in it.
        """
        self._summary.add(comment, analysis)
        commented = bool(comment.text) and not comment.text.isspace()
        day = _day(comment)
        places = _places(comment)
        response = self._response(comment, day, places)
        if not commented:
            return
        response.commented = True
        response.answers.append((comment, analysis))
        mentions = _mentions(analysis)
        self._pairs.update(combinations(sorted(mentions), 2))
        for mention in analysis.themes:
            response.judged.setdefault(mention.theme, set()).add(mention.sentiment)
        judged = analysis.sentiment.label if _is_judged(analysis) else None
        for dimension, place in places.items():
            self._table(dimension, place, mentions, judged)
        if day is None:
            return
        tally = self._days[day]
        tally.comments += 1
        tally.readers.add(reader(analysis.model, analysis.taxonomy))
        if judged is not None:
            tally.sentiment[judged] += 1
        tally.themes.update(mentions.items())
        week = self._weeks.setdefault(bucket_of(day, "week"), Sample[Passage](_PASSAGES))
        week.offer(fingerprint(comment.id), lambda: Passage.whole(analysis))

    def build(
        self,
        source: str,
        *,
        model: Path | None = None,
        rejected: int = 0,
        notes: Iterable[Mapping[str, str]] = (),
    ) -> Findings:
        """Sum up what was taken in.

        Args:
            source: Name of the file, for the title.
            model: Folder of the model that read the comments, for its quality; unknown when None.
            rejected: Rows that could not be used.
            notes: In "en" and "vi": what is to be said of the file.

        Returns:
            The findings; of nothing, empty ones.
        """
        self._close()
        summary = self._summary.build()
        scale = self._answers.main(summary)
        first, last = min(self._days, default=None), max(self._days, default=None)
        calendar: Calendar | None = None
        if first is not None and last is not None:
            calendar = choose_calendar(first, last, sum(tally.comments for tally in self._days.values()))
        score_calendar = self._score_calendar(first, last, scale)
        periods = _split(first, last)
        corrected, quality = self._quality(summary, model)
        return Findings(
            source=source,
            summary=summary,
            metric=None if scale is None else scale.metric,
            drivers=self._answers.drivers(scale, quality),
            calendar=calendar,
            buckets=tuple(self._buckets(calendar)),
            score_calendar=score_calendar,
            scores=tuple(self._scores(score_calendar, scale)),
            negative=self._negative(calendar),
            trends=self._trends(calendar),
            periods=periods,
            score_change=self._score_change(periods, scale),
            theme_changes=tuple(self._theme_changes(periods, summary)),
            mix=self._mix(periods, scale),
            rising=self._rising(periods),
            journey=self._journey("stage"),
            touchpoints=self._journey("touchpoint"),
            segments=tuple(self._segments()),
            contradictions=self._contradictions.build(),
            pairs=find_pairs(self._pairs, {one.theme: one.mentions for one in summary.themes}, summary.comments),
            corrected=corrected,
            quality=quality,
            rejected=rejected,
            notes=tuple(notes),
        )

    # --- while comments come ---

    def _response(self, comment: Comment, day: date | None, places: dict[str, str]) -> _Response:
        """Find the response that a comment belongs to, or begin one."""
        key = _key(comment)
        scores = {
            scale: score.value for score in reversed(comment.scores) if accepts(scale := Scale.of(score), score.value)
        }
        response = self._open
        if response is None or key is None or response.key != key:
            self._close()
            response = self._open = _Response(
                key=key, day=day, scores={}, places=places, respondent=comment.respondent_id
            )
        for scale, value in scores.items():
            response.scores.setdefault(scale, value)
        return response

    def _close(self) -> None:
        """Count the response that ends here."""
        response, self._open = self._open, None
        if response is None or not response.scores:
            return
        self._contradictions.add(response.answers)
        if response.commented:
            self._answers.add(response)
        for dimension, place in response.places.items():
            if dimension in self._tables:
                self._tables[dimension].add_response(place, response.scores, response.judged)
        if response.day is None:
            return
        tally = self._days[response.day]
        for scale, value in response.scores.items():
            if scale not in tally.scores and len(tally.scores) >= _SCALES:
                continue
            tally.scores.setdefault(scale, Histogram(scale)).add(value)
            if response.commented:
                worth = method_of(scale).worth(value)
                tally.tallies.setdefault(scale, Tally()).add(worth, response.judged)

    def _table(self, dimension: str, place: str, mentions: Mapping[str, Polarity], judged: Polarity | None) -> None:
        """Count a comment at its stage, touchpoint or segment."""
        if dimension not in self._tables:
            if len(self._tables) >= _SEGMENTS + 2 and dimension.startswith("segment:"):
                return
            self._tables[dimension] = JourneyTable(dimension)
        self._tables[dimension].add_comment(place, mentions, judged)

    # --- at the end ---

    def _score_calendar(self, first: date | None, last: date | None, scale: Scale | None) -> Calendar | None:
        """Choose the calendar that scores are drawn by."""
        if first is None or last is None or scale is None:
            return None
        answers = sum(tally.scores[scale].n for tally in self._days.values() if scale in tally.scores)
        return choose_calendar(first, last, answers, fewest=_ANSWERS) if answers else None

    def _by_bucket(self, calendar: Calendar) -> dict[str, list[_Day]]:
        """Put days into buckets, from the first to the last without a gap."""
        found: dict[str, list[_Day]] = {
            name: [] for name in buckets_between(min(self._days), max(self._days), calendar)
        }
        for day, tally in self._days.items():
            found[bucket_of(day, calendar)].append(tally)
        return found

    def _buckets(self, calendar: Calendar | None) -> Iterator[Bucket]:
        """Sum up days."""
        for name, tallies in self._by_bucket(calendar).items() if calendar is not None else ():
            yield Bucket(
                bucket=name,
                comments=sum(tally.comments for tally in tallies),
                sentiment={one: sum(tally.sentiment[one] for tally in tallies) for one in POLARITIES},
            )

    def _scores(self, calendar: Calendar | None, scale: Scale | None) -> Iterator[ScoreBucket]:
        """Sum up the answers of days."""
        if calendar is None or scale is None:
            return
        for name, tallies in self._by_bucket(calendar).items():
            histogram = _merge((tally.scores.get(scale) for tally in tallies), scale)
            yield ScoreBucket(bucket=name, score=measure(histogram) if histogram.n else None)

    def _readers(self) -> Mapping[date, set[str]]:
        """Tell which model read each day's comments."""
        return {day: tally.readers for day, tally in self._days.items()}

    def _negative(self, calendar: Calendar | None) -> Trend | None:
        """Follow the share of negative comments."""
        if calendar is None:
            return None
        days = {day: (one.sentiment.total(), one.sentiment["negative"]) for day, one in self._days.items()}
        (trend,) = find_trends({"negative": series(days, calendar, self._readers())})
        return trend

    def _trends(self, calendar: Calendar | None) -> tuple[Trend, ...]:
        """Follow the share of comments that blame each theme."""
        if calendar is None:
            return ()
        blamed: Counter[str] = Counter()
        for tally in self._days.values():
            for (theme, polarity), count in tally.themes.items():
                blamed[theme] += count * (polarity == "negative")
        readers = self._readers()
        rates = {
            theme: series(
                {day: (one.comments, one.themes[theme, "negative"]) for day, one in self._days.items()},
                calendar,
                readers,
            )
            for theme, count in sorted(blamed.items(), key=lambda entry: (-entry[1], entry[0]))
            if count
        }
        return find_trends(rates)

    def _within(self, span: tuple[date, date]) -> list[_Day]:
        """Give the days of a period."""
        return [tally for day, tally in self._days.items() if span[0] <= day <= span[1]]

    def _score_change(self, periods: Periods | None, scale: Scale | None) -> Change | None:
        """Compare the score of the two periods."""
        if periods is None or scale is None:
            return None
        before, after = (
            _merge((tally.scores.get(scale) for tally in self._within(span)), scale)
            for span in (periods.before, periods.after)
        )
        return compare_scores(before, after)

    def _theme_changes(self, periods: Periods | None, summary: Summary) -> Iterator[ThemeChange]:
        """Compare how often each theme is named and blamed."""
        if periods is None or self._several_readers():
            return
        before, after = self._within(periods.before), self._within(periods.after)
        n_before, n_after = (sum(tally.comments for tally in part) for part in (before, after))

        def count(part: Sequence[_Day], theme: str, polarities: Sequence[Polarity]) -> int:
            return sum(tally.themes[theme, one] for tally in part for one in polarities)

        found: list[tuple[str, Change, Change]] = []
        for theme in summary.themes:
            named = compare_shares(
                count(before, theme.theme, POLARITIES), n_before, count(after, theme.theme, POLARITIES), n_after
            )
            blamed = compare_shares(
                count(before, theme.theme, ("negative",)), n_before, count(after, theme.theme, ("negative",)), n_after
            )
            if named is not None and blamed is not None:
                found.append((theme.theme, named, blamed))
        q_values = benjamini_hochberg([blamed.p for _, _, blamed in found])
        for (theme_id, named, blamed), q in zip(found, q_values, strict=True):
            yield ThemeChange(theme=theme_id, named=named, blamed=blamed, q=q)

    def _mix(self, periods: Periods | None, scale: Scale | None) -> Mix | None:
        """Split the change of the score; not over a change of models, for themes would seem to move."""
        if periods is None or scale is None or self._several_readers():
            return None
        sides = []
        for span in (periods.before, periods.after):
            tally = Tally()
            for day in self._within(span):
                if scale in day.tallies:
                    tally.merge(day.tallies[scale])
            sides.append(tally)
        return split_change(*sides)

    def _rising(self, periods: Periods | None) -> tuple[RisingTerm, ...]:
        """Find new and rising words; weeks belong to the period that their Monday is in."""
        if periods is None:
            return ()
        sides = []
        for first, last in (periods.before, periods.after):
            weeks = [one for name, one in sorted(self._weeks.items()) if first <= date.fromisoformat(name) <= last]
            each = max(1, _WORDS // max(1, len(weeks)))
            sides.append([passage for week in weeks for passage in week.items()[:each]])
        return rising_terms(*sides)

    def _several_readers(self) -> bool:
        """Tell whether more than one model or taxonomy read the comments."""
        return len({name for tally in self._days.values() for name in tally.readers}) > 1

    def _journey(self, dimension: str) -> Journey | None:
        """Sum up stages or touchpoints."""
        return self._tables[dimension].build() if dimension in self._tables else None

    def _segments(self) -> Iterator[Journey]:
        """Sum up the segments that tell places apart."""
        for dimension, table in self._tables.items():
            if not dimension.startswith("segment:"):
                continue
            journey = table.build()
            total = sum(place.comments for place in journey.places)
            largest = max((place.comments for place in journey.places), default=0)
            if 1 < len(journey.places) <= _PLACES and largest < _ONE_PLACE * total:
                yield journey

    def _quality(self, summary: Summary, model: Path | None) -> tuple[dict[str, Corrected], Mapping[str, float]]:
        """Correct shares for the model's errors, and tell how well it finds themes, as far as these are known."""
        if model is None or tuple(summary.models) != (model.name,):
            return {}, {}
        from nlp_cx.drivers import theme_quality

        accuracy = read_accuracy(model)
        corrected = {
            theme.theme: found
            for theme in summary.themes
            if theme.theme in accuracy
            and (found := correct(theme.mentions, summary.comments, accuracy[theme.theme])) is not None
        }
        return corrected, theme_quality(model)


class _Answers:
    """Responses with text and a score, for the drivers."""

    def __init__(self) -> None:
        self._judged: list[tuple[tuple[str, tuple[Polarity, ...]], ...]] = []
        self._same: dict[object, tuple[tuple[str, tuple[Polarity, ...]], ...]] = {}
        self._scores: dict[Scale, list[float]] = {}
        self._respondents: list[object] = []

    def add(self, response: _Response) -> None:
        """Keep one response; equal judgements are kept once."""
        judged = tuple((theme, tuple(sorted(found))) for theme, found in sorted(response.judged.items()))
        at = len(self._judged)
        self._judged.append(self._same.setdefault(judged, judged))
        self._respondents.append(response.respondent or at)
        for scale, value in response.scores.items():
            values = self._scores.setdefault(scale, [])
            values += [float("nan")] * (at - len(values))
            values.append(value)

    def main(self, summary: Summary) -> Scale | None:
        """Give the scale of the report's metric: the first of the summary."""
        for score in (*summary.scores, *summary.respondent_scores):
            for scale in self._scores:
                if (scale.metric, scale.min, scale.max, scale.direction) == (
                    score.metric, score.min, score.max, score.direction,
                ):  # fmt: skip
                    return scale
        return None

    def drivers(self, scale: Scale | None, quality: Mapping[str, float]) -> Drivers | None:
        """Find what goes with the score."""
        if scale is None:
            return None
        from nlp_cx.drivers import DriverTable, find_drivers

        n = len(self._judged)
        table = DriverTable.of_judgements(
            [dict(judged) for judged in self._judged],
            {one: values + [float("nan")] * (n - len(values)) for one, values in self._scores.items()},
            themes=load_taxonomy().ids,
            respondents=self._respondents,
        )
        return find_drivers(table, metric=scale, resamples=RESAMPLES, seed=SEED, quality=quality)


def _key(comment: Comment) -> tuple[object, ...] | None:
    """Name the row of a survey that a comment is an answer of; None if it stands alone."""
    if comment.question and comment.id.endswith(f"/{comment.question}"):
        return "row", comment.id[: -len(comment.question) - 1]
    if comment.question and comment.respondent_id:
        return "respondent", comment.respondent_id, comment.created_at
    return None


def _day(comment: Comment) -> date | None:
    """Give the day of a comment, as its date was written."""
    moment = comment.created_at
    return moment.date() if isinstance(moment, datetime) else moment


def _places(comment: Comment) -> dict[str, str]:
    """Give the stage, the touchpoint and the segments of a comment."""
    found = {"stage": comment.stage, "touchpoint": comment.touchpoint}
    found |= {f"segment:{name}": value for name, value in comment.segments.items()}
    return {dimension: value for dimension, value in found.items() if value}


def _mentions(analysis: Analysis) -> dict[str, Polarity]:
    """Give each theme once; one that is judged in several ways at once counts as neutral, as in the summary."""
    mentions: dict[str, Polarity] = {}
    for mention in analysis.themes:
        if mentions.setdefault(mention.theme, mention.sentiment) != mention.sentiment:
            mentions[mention.theme] = "neutral"
    return mentions


def _is_judged(analysis: Analysis) -> bool:
    """Tell a comment that was judged from one that says nothing and one in a language that is not read."""
    return not analysis.none and len(set(analysis.sentiment.scores.values())) > 1


def _merge(histograms: Iterable[Histogram | None], scale: Scale) -> Histogram:
    """Add answers up."""
    merged = Histogram(scale)
    for histogram in histograms:
        if histogram is not None:
            merged.counts.update(histogram.counts)
    return merged


def _split(first: date | None, last: date | None) -> Periods | None:
    """Cut the end of the survey's time into two periods of the same length."""
    if first is None or last is None:
        return None
    length = min(((last - first).days + 1) // 2, _LONGEST_PERIOD)
    if length < _SHORTEST_PERIOD:
        return None
    middle = last - timedelta(days=length)
    return Periods(before=(middle - timedelta(days=length - 1), middle), after=(middle + timedelta(days=1), last))
