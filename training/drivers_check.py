"""Do the drivers say of real reviews what is known to be true? UIT-ViSFD: phone reviews, stars, aspects by people.

CSAT is the share of 4 and 5 stars. First from the aspects that people labelled, beside the answer that is known. No
part of the data folder and no other reading of "mentions" gives its presence impact (3.30) and its negative one
(-9.80) together: train gives 3.40 and -9.88, dev 6.10 and -8.29. It is taken to be of the whole corpus of 11,122
reviews, of which 2,231 are held back. So impacts need not be equal: their intervals have to hold the known ones, and
what the reviews held back would have to give must lie within chance of what is here; both are printed. Then from our
themes: people's labels as the label map turns them into themes, beside what a model finds in the texts. The dev rows
tell how much a theme's figures lose by the model's mistakes; it has learnt from the others.

Run: python -m training.drivers_check --data DIR [--model VERSION]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from nlp_cx.drivers import Driver, Drivers, DriverTable, Mention, find_drivers, theme_quality
from nlp_cx.histogram import Scale
from nlp_cx.records import Analysis, Comment, Polarity
from training.data import BOTH, NEGATIVE, NEUTRAL, POSITIVE, THEMES, UNJUDGED, load_label_maps, read_records

SOURCE = "uit_visfd"
CSAT = Scale("csat", 1, 5)
POLARITY: Mapping[str, Polarity] = {"neg": "negative", "neu": "neutral", "pos": "positive"}
LEFT_OUT = ("GENERAL", "OTHERS")
"""The judgement of the whole restates the stars; OTHERS says nothing of how."""
KNOWN = {"presence impact": 3.30, "negative impact": -9.80, "penalty": -29.3, "share of R²": 0.32, "R²": 0.458}
"""PERFORMANCE; the penalty within 2.0."""
CORPUS = 11_122
"""Reviews of which the answer is known: those of the data folder and those that are held back."""
OURS = ("product", "price")
"""Themes that the source annotates; `overall` restates the stars."""
SEED = 1


def of_aspects(records: Sequence[Mapping[str, Any]]) -> DriverTable:
    """Take the source's own aspects, whatever ours are called."""
    return DriverTable.of_judgements(
        [
            {
                name: [POLARITY[label["polarity"]] for label in record["labels"] if label["label"] == name]
                for name in {label["label"] for label in record["labels"] if label["polarity"]}
            }
            for record in records
        ],
        stars_of(records),
    )


def of_labels(records: Sequence[Mapping[str, Any]], data: Path) -> DriverTable:
    """Take people's labels as themes; a theme that the map leaves unknown counts as not mentioned."""
    label_map = load_label_maps(data)[SOURCE]
    codes: Mapping[int, Sequence[Polarity]] = {
        NEGATIVE: ["negative"], NEUTRAL: ["neutral"], POSITIVE: ["positive"], UNJUDGED: ["neutral"],
        BOTH: ["negative", "positive"],
    }  # fmt: skip
    themes = [label_map.themes(record["labels"]) for record in records]
    places = {theme: THEMES.index(theme) for theme in OURS}
    return DriverTable.of_judgements(
        [{theme: codes[row[at]] for theme, at in places.items() if row[at] in codes} for row in themes],
        stars_of(records),
        themes=OURS,
    )


def of_model(analyses: Sequence[Analysis], records: Sequence[Mapping[str, Any]], themes: Sequence[str]) -> DriverTable:
    """Take what a model finds."""
    return DriverTable.of_judgements(
        [{mention.theme: [mention.sentiment] for mention in analysis.themes} for analysis in analyses],
        stars_of(records),
        themes=themes,
    )


def stars_of(records: Sequence[Mapping[str, Any]]) -> Mapping[Scale, Sequence[float]]:
    """Give the stars as answers on a CSAT's scale."""
    return {CSAT: [record["score"]["value"] if record["score"] else float("nan") for record in records]}


def one_of(drivers: Drivers, theme: str) -> Driver:
    """Find a theme."""
    return next(one for one in drivers.drivers if one.theme == theme)


def compare_known(console: Console, drivers: Drivers) -> bool:
    """Print PERFORMANCE beside what is known of it, and STORAGE; tell whether all of it fits."""
    best = one_of(drivers, "PERFORMANCE")
    presence, negative, penalty = best.impacts["any"], best.impacts["negative"], best.penalty
    if penalty is None or drivers.r2 is None or best.share is None:
        return False
    rows = {
        "presence impact": (presence.impact, presence.low, presence.high, None),
        "negative impact": (negative.impact, negative.low, negative.high, None),
        "penalty": (penalty.value, penalty.low, penalty.high, 2.0),
        "share of R²": (best.share, best.share_low, best.share_high, 0.02),
        "R²": (drivers.r2, None, None, 0.01),
    }
    table = Table(title=f"PERFORMANCE, from people's aspects, n = {drivers.n:,}")
    for column in ("figure", "known", "here", "95% interval", "fits"):
        table.add_column(column, justify="left" if column == "figure" else "right")
    good = True
    for name, (value, low, high, allowed) in rows.items():
        if allowed is not None:
            fits = abs(value - KNOWN[name]) <= allowed
        else:
            fits = low is not None and high is not None and low <= KNOWN[name] <= high
        good &= fits
        digits = 3 if "R²" in name else 2
        interval = "" if low is None or high is None else f"{low:.{digits}f} … {high:.{digits}f}"
        table.add_row(name, f"{KNOWN[name]:.{digits}f}", f"{value:.{digits}f}", interval, "yes" if fits else "NO")
    console.print(table)
    storage = one_of(drivers, "STORAGE")
    gated = storage.kind is None and storage.penalty is not None and storage.penalty.rank is None
    console.print(
        f"STORAGE: {storage.n} mentions, {storage.penalty.n if storage.penalty else 0} negative ones; class "
        f"{storage.kind}, rank of the penalty {storage.penalty.rank if storage.penalty else None}: "
        f"{'gated' if gated else 'NOT gated'}"
    )
    return gated and good


def show_parts(console: Console, records: Sequence[Mapping[str, Any]]) -> bool:
    """Print PERFORMANCE's impacts in each part of the data and what the rest must give; tell if that can be chance."""
    table = Table(title="PERFORMANCE's impacts by part of the corpus, any mention and negative ones")
    for column in ("part", "n", "presence", "95% interval", "negative", "95% interval"):
        table.add_column(column, justify="left" if column == "part" else "right")
    kinds: tuple[tuple[Mention, str], ...] = (("any", "presence impact"), ("negative", "negative impact"))
    for part, splits in (("train", ("train",)), ("dev", ("dev",)), ("train and dev", ("train", "dev"))):
        rows = [record for record in records if record["split"] in splits]
        drivers = find_drivers(of_aspects(rows), metric="csat", seed=SEED, resamples=0, leave_out=LEFT_OUT)
        impacts = one_of(drivers, "PERFORMANCE").impacts
        cells = [(f"{impacts[kind].impact:.2f}", f"{impacts[kind].low:.2f} … {impacts[kind].high:.2f}")
                 for kind, _ in kinds]  # fmt: skip
        table.add_row(part, f"{len(rows):,}", *cells[0], *cells[1])
    table.add_row("whole, known", f"{CORPUS:,}", *(cell for _, name in kinds for cell in (f"{KNOWN[name]:.2f}", "")))
    rest, good, implied = CORPUS - len(records), True, []
    for kind, name in kinds:
        one = impacts[kind]
        value = (CORPUS * KNOWN[name] - len(records) * one.impact) / rest
        # two samples of the same customers: their errors add up by squares
        error = (one.high - one.low) / 2 / 1.96 * (1 + len(records) / rest) ** 0.5
        apart = abs(value - one.impact) / error
        good &= apart < 1.96
        implied += [f"{value:.2f}", f"{apart:.1f} errors away"]
    table.add_row("held back, implied", f"{rest:,}", *implied)
    console.print(table)
    console.print(f"What is held back {'can' if good else 'CANNOT'} differ by chance as the known answer asks.")
    return good


def show(console: Console, title: str, drivers: Drivers) -> None:
    """Print all themes."""
    table = Table(
        title=f"{title}: CSAT {drivers.score:.1f}, R² {drivers.r2:.3f}, n = {drivers.n:,}, seed {drivers.seed}"
    )
    for column in ("rank", "theme", "n", "impact", "penalty", "reward", "class", "share of R²", "q", "F1"):
        table.add_column(column, justify="left" if column in ("theme", "class") else "right")
    for one in drivers.drivers:
        impact, sides = one.impacts.get("any"), (one.penalty, one.reward)
        table.add_row(
            f"{one.rank} ({one.rank_low}-{one.rank_high})" if one.rank else "",
            one.theme,
            f"{one.n:,}",
            f"{impact.impact:+.2f}" if impact else "",
            *(f"{side.value:+.1f} ± {(side.high - side.low) / 2:.1f}" if side else "" for side in sides),
            one.kind or "",
            f"{one.share:.3f} [{one.share_low:.3f} … {one.share_high:.3f}]" if one.share_low is not None else "",
            f"{one.q:.1g}" if one.q is not None else "",
            f"{one.f1:.2f}" if one.f1 is not None else "",
        )  # fmt: skip
    console.print(table)


def show_difference(console: Console, title: str, people: Drivers, model: Drivers) -> None:
    """Print what the model's mistakes take from each figure."""
    table = Table(
        title=f"{title}: from people's labels, from the model, and the difference (same two themes), n = {people.n:,}"
    )
    for column in ("theme", "figure", "people", "model", "difference"):
        table.add_column(column, justify="left" if column in ("theme", "figure") else "right")
    for theme in OURS:
        pair = [one_of(found, theme) for found in (people, model)]
        figures = {
            "mentions": [float(one.n) for one in pair],
            "presence impact": [one.impacts["any"].impact for one in pair],
            "negative impact": [one.impacts["negative"].impact for one in pair],
            "penalty": [one.penalty.value if one.penalty else float("nan") for one in pair],
            "reward": [one.reward.value if one.reward else float("nan") for one in pair],
            "share of R²": [one.share if one.share is not None else float("nan") for one in pair],
        }
        for name, (mine, its) in figures.items():
            digits = 0 if name == "mentions" else 2
            table.add_row(theme, name, f"{mine:.{digits}f}", f"{its:.{digits}f}", f"{its - mine:+.{digits}f}")
    table.add_row("", "R²", f"{people.r2:.3f}", f"{model.r2:.3f}", f"{(model.r2 or 0) - (people.r2 or 0):+.3f}")
    console.print(table)


def main() -> int:
    """Print all of it; fail if what is known is not reproduced."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with labelled/ and label_maps.toml")
    parser.add_argument("--model", help="version or folder; the live model if not given")
    parser.add_argument("--aspects-only", action="store_true", help="do without the model")
    options = parser.parse_args()
    console = Console(width=130)
    records = list(read_records(options.data / "labelled" / f"{SOURCE}.jsonl.gz"))
    aspects = find_drivers(of_aspects(records), metric="csat", seed=SEED, leave_out=LEFT_OUT)
    show(console, "Aspects by people", aspects)
    reproduced = compare_known(console, aspects)
    reproduced &= show_parts(console, records)
    if not options.aspects_only:
        from nlp_cx import Analyzer

        analyzer = Analyzer.load(options.model)
        f1 = theme_quality(analyzer.folder.path)
        analyses = analyzer([Comment(id=record["id"], text=record["text"], language="vi") for record in records])
        whole = of_model(analyses, records, THEMES)
        show(console, "All themes by the model", find_drivers(whole, metric="csat", seed=SEED, quality=f1))
        for title, wanted in (("Dev rows", ("dev",)), ("All rows", ("dev", "train"))):
            rows = [at for at, record in enumerate(records) if record["split"] in wanted]
            those = [records[at] for at in rows]
            show_difference(
                console,
                title,
                find_drivers(of_labels(those, options.data), metric="csat", seed=SEED),
                find_drivers(
                    of_model([analyses[at] for at in rows], those, OURS), metric="csat", seed=SEED, quality=f1
                ),
            )
    return 0 if reproduced else 1


if __name__ == "__main__":
    sys.exit(main())
