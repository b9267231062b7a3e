"""Do drivers find what was planted, seldom what was not, and how long do they take for a million comments?

Surveys are simulated in which it is known what each mention goes with: the chance of being satisfied is 0.6 plus what
the mentions add, so that penalties and rewards are exact, and so are impacts and shares of R², which follow from the
chances of the mentions. In "alone" every row is another respondent and themes are mentioned independently. In
"repeated" some respondents answer several times and are satisfied by temper, and some mention more of everything.

Run: python benchmarks/drivers.py [--surveys 500] [--rows 2000] [--million 1000000]
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from nlp_cx.drivers import Drivers, DriverTable, find_drivers
from nlp_cx.drivers.importance import lmg
from nlp_cx.histogram import Scale

CSAT = Scale("csat", 1, 5)
BASE, TEMPER = 60.0, 10.0
PLANTED = {"delivery": (-25.0, 5.0), "staff": (-8.0, 12.0), "price": (-15.0, 0.0), "support": (0.0, 8.0)}
"""Penalty and reward in percentage points; all other themes go with nothing."""
NULL = ("speed", "process", "billing", "digital", "information", "choice")
THEMES = (*PLANTED, *NULL)
EFFECTS = np.array([part for theme in THEMES for part in PLANTED.get(theme, (0.0, 0.0))])
"""Negative and positive by turns."""
TALK = (0.6, 1.7)
"""How much more or less often than on average the silent and the talkative half mention something."""


@dataclass(frozen=True)
class Truth:
    """What is true of the customers from whom surveys are drawn."""

    effects: Mapping[tuple[str, str], float]
    impacts: Mapping[tuple[str, str], float]
    shares: Mapping[str, float]


def chances(talk: float) -> np.ndarray:
    """Chance that each side is taken, by someone who talks so much; a theme is blamed or praised, not both."""
    return talk * np.tile([0.08, 0.10], len(THEMES)) * np.repeat(np.linspace(0.8, 1.4, len(THEMES)), 2)


def truth_of(talks: tuple[float, ...]) -> Truth:
    """Work out impacts and shares from the chances of the mentions."""
    mean, second = np.zeros(2 * len(THEMES)), np.zeros((2 * len(THEMES),) * 2)
    for talk in talks:
        p = chances(talk)
        both = np.outer(p, p)
        for at in range(0, len(p), 2):
            both[at : at + 2, at : at + 2] = np.diag(p[at : at + 2])
        mean += p / len(talks)
        second += both / len(talks)
    covariance = second - np.outer(mean, mean)
    with_score = covariance @ EFFECTS
    # the score's own variance scales all parts alike, so that shares do not depend on it
    products = np.block([[covariance, with_score[:, None]], [with_score[None], np.array([[EFFECTS @ with_score * 2]])]])
    parts, r2 = lmg(products, [2] * len(THEMES))
    impacts = {}
    for at, theme in enumerate(THEMES):
        for mention, columns in (("negative", [2 * at]), ("positive", [2 * at + 1]), ("any", [2 * at, 2 * at + 1])):
            # score of all less score of the rest = cov(mention, score) / share of the rest
            impacts[theme, mention] = float(with_score[columns].sum() / (1 - mean[columns].sum()))
    return Truth(
        effects={(theme, side): float(EFFECTS[2 * at + place]) for at, theme in enumerate(THEMES)
                 for place, side in enumerate(("negative", "positive"))},
        impacts=impacts,
        shares={theme: float(parts[at] / r2) for at, theme in enumerate(THEMES)},
    )  # fmt: skip


def survey(draw: np.random.Generator, rows: int, *, repeated: bool) -> DriverTable:
    """Draw one survey."""
    respondents = draw.integers(0, int(0.6 * rows), rows) if repeated else np.arange(rows)
    talk = draw.choice(TALK, rows) if repeated else np.ones(rows)
    temper = draw.choice([-TEMPER, TEMPER], rows)[respondents] if repeated else 0.0
    chance = chances(1.0).reshape(-1, 2)[None] * talk[:, None, None]
    luck = draw.random((rows, len(THEMES)))
    negative = luck < chance[:, :, 0]
    positive = ~negative & (luck < chance.sum(axis=2))
    sides = np.stack([negative, positive], axis=2).reshape(rows, -1)
    satisfied = 100 * draw.random(rows) < BASE + temper + sides @ EFFECTS
    return DriverTable(
        themes=THEMES,
        mentions=(negative + 4 * positive).astype(np.uint8),
        scores={CSAT: np.where(satisfied, 5.0, 2.0)},
        respondents=respondents if repeated else None,
    )


def check(surveys: int, rows: int, *, repeated: bool) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """Draw surveys; give coverage of each kind of interval, false discoveries and discoveries of each kind."""
    truth = truth_of((TALK[0], TALK[1]) if repeated else (1.0,))
    held: dict[str, list[bool]] = defaultdict(list)
    false: dict[str, list[float]] = defaultdict(list)
    found: dict[str, list[bool]] = defaultdict(list)
    for seed in track(range(surveys), "repeated" if repeated else "alone", transient=True):
        drivers = find_drivers(
            survey(np.random.default_rng([seed, repeated]), rows, repeated=repeated), metric="csat", seed=seed
        )
        claims = _look(drivers, truth, held)
        for kind, made in claims.items():
            false[kind].append(sum(not real for real in made) / max(1, len(made)))
            found[kind].append(bool(made))
    return (
        {kind: float(np.mean(each)) for kind, each in held.items()},
        {kind: float(np.mean(each)) for kind, each in false.items()},
        {kind: float(np.mean(each)) for kind, each in found.items()},
    )


def _look(drivers: Drivers, truth: Truth, held: dict[str, list[bool]]) -> dict[str, list[bool]]:
    """Note which intervals hold the truth; give for each claim of its kind whether it is one."""
    claims: dict[str, list[bool]] = {"impact": [], "penalty, reward": [], "theme as a whole": []}
    for one in drivers.drivers:
        planted = one.theme in PLANTED
        for mention, impact in one.impacts.items():
            true = truth.impacts[one.theme, mention]
            held[f"impact, {mention}"].append(impact.low <= true <= impact.high)
            if impact.q is not None and impact.q < 0.05:
                claims["impact"].append(abs(true) > 1e-9)
        for side, effect in (("negative", one.penalty), ("positive", one.reward)):
            if effect is not None:
                true = truth.effects[one.theme, side]
                held["penalty" if side == "negative" else "reward"].append(effect.low <= true <= effect.high)
                if effect.clear:
                    claims["penalty, reward"].append(bool(true))
        if one.clear:
            claims["theme as a whole"].append(planted)
        if planted and one.share_low is not None and one.share_high is not None:
            held["share of R², planted"].append(one.share_low <= truth.shares[one.theme] <= one.share_high)
    return claims


def million(rows: int, *, repeated: bool) -> tuple[float, float]:
    """Time 16 themes of a large survey; wall clock and processor."""
    draw = np.random.default_rng(5)
    luck = draw.random((rows, 16), dtype=np.float32)
    mentions = np.select([luck < 0.05, luck < 0.06, luck < 0.12], [1, 2, 4], 0).astype(np.uint8)
    score = (
        8 + 2 * draw.standard_normal(rows) - (mentions == 1) @ np.linspace(0, 2, 16) + 0.7 * (mentions == 4).sum(axis=1)
    )
    table = DriverTable(
        themes=tuple(f"theme {at}" for at in range(16)),
        mentions=mentions,
        scores={Scale("nps", 0, 10): np.clip(np.round(score), 0, 10)},
        respondents=draw.integers(0, rows // 2, rows) if repeated else None,
    )
    find_drivers(survey(draw, 200, repeated=False), metric="csat", seed=1)
    wall, processor = time.perf_counter(), time.process_time()
    find_drivers(table, metric="nps", seed=1)
    return time.perf_counter() - wall, time.process_time() - processor


def statsmodels_million(rows: int) -> tuple[float, float]:
    """Time the one regression of it that statsmodels would do on the same design."""
    import statsmodels.api as sm

    draw = np.random.default_rng(5)
    design = np.column_stack([np.ones(rows), draw.random((rows, 32), dtype=np.float32) < 0.06]).astype(np.float64)
    score = draw.choice([-100.0, 0.0, 100.0], rows)
    wall, processor = time.perf_counter(), time.process_time()
    _ = sm.OLS(score, design).fit(cov_type="HC3").bse
    return time.perf_counter() - wall, time.process_time() - processor


def lmg_times() -> Mapping[int, float]:
    """Time the exact shares of several numbers of themes."""
    draw = np.random.default_rng(6)
    times = {}
    for themes in (8, 12, 16):
        columns = np.column_stack([draw.random((5_000, 2 * themes)) < 0.1, draw.standard_normal(5_000)])
        columns = columns - columns.mean(axis=0)
        products = columns.T @ columns
        lmg(products, [2] * themes)
        started = time.perf_counter()
        lmg(products, [2] * themes)
        times[themes] = time.perf_counter() - started
    return times


def main() -> None:
    """Print coverage, false discoveries and times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--surveys", type=int, default=500, help="simulated surveys of each kind; 0 for times only")
    parser.add_argument("--rows", type=int, default=2_000, help="responses of each")
    parser.add_argument("--million", type=int, default=1_000_000, help="rows of the large survey; 0 to do without")
    options = parser.parse_args()
    console = Console(width=130)
    if options.surveys:
        results = [check(options.surveys, options.rows, repeated=repeated) for repeated in (False, True)]
        table = Table(title=f"{options.surveys} simulated surveys of {options.rows:,} responses each")
        for column in ("", "alone", "repeated", "promised"):
            table.add_column(column, justify="left" if not column else "right")
        for part, promise in ((0, "95 ± 2%"), (1, "≤ 5%")):
            for kind in results[0][part]:
                if (part, kind) == (1, "impact"):
                    continue
                label = f"95% intervals that hold: {kind}" if part == 0 else f"false discoveries: {kind}"
                table.add_row(label, *(f"{100 * result[part][kind]:.1f}%" for result in results), promise)
        # where some mention more of everything, a theme that goes with nothing has an impact of its company
        table.add_row("false discoveries: impact", f"{100 * results[0][1]['impact']:.1f}%", "", "≤ 5%")
        console.print(table)
    for themes, seconds in lmg_times().items():
        console.print(f"exact shares of {themes} themes ({2**themes:,} sets): {seconds * 1000:.1f} ms")
    if options.million:
        for repeated in (False, True):
            wall, processor = million(options.million, repeated=repeated)
            kind = "2 responses per respondent" if repeated else "a respondent each"
            console.print(
                f"find_drivers, {options.million:,} responses, 16 themes, 200 resamples, {kind}: "
                f"{wall:.1f} s ({processor:.1f} s of one core)"
            )
        wall, processor = statsmodels_million(options.million)
        console.print(f"statsmodels, the regression alone (OLS, HC3): {wall:.1f} s ({processor:.1f} s of one core)")


if __name__ == "__main__":
    main()
