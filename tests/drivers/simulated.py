"""Small surveys for tests, drawn with a seed."""

import numpy as np

from nlp_cx.drivers import DriverTable
from nlp_cx.drivers.cells import Cells
from nlp_cx.histogram import Scale

STARS = Scale("stars", 1, 5)
NPS = Scale("nps", 0, 10)


def table(rows=400, themes=4, *, seed=0, scale=NPS, respondents=None, each=0.3):
    """Theme 0 costs much where it is blamed, theme 1 a little, and earns it where it is praised; the others nothing."""
    draw = np.random.default_rng(seed)
    mentions = np.where(draw.random((rows, themes)) < each, draw.choice([1, 2, 4], (rows, themes)), 0).astype(np.uint8)
    score = 8 + 1.5 * draw.standard_normal(rows) - 3 * (mentions[:, 0] == 1) - (mentions[:, 1] == 1)
    score += 1.2 * (mentions[:, 1] == 4)
    span = scale.max - scale.min
    return DriverTable(
        themes=tuple(f"t{at}" for at in range(themes)),
        mentions=mentions,
        scores={scale: np.clip(np.round(scale.min + score / 10 * span), scale.min, scale.max)},
        respondents=respondents,
    )


def cells_of(made, scale=NPS):
    """Count a table's cells."""
    return Cells.of(made, scale, list(range(len(made.themes))))


def twice(made):
    """The same table with each row twice, by the same respondent."""
    return DriverTable(
        themes=made.themes,
        mentions=np.repeat(made.mentions, 2, axis=0),
        scores={scale: np.repeat(values, 2) for scale, values in made.scores.items()},
        respondents=np.repeat(np.arange(made.n), 2),
    )
