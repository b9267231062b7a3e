"""The check of drivers on real reviews takes any scheme of aspects, and fails where what is known is not found."""

import numpy as np
from rich.console import Console

from nlp_cx.drivers import find_drivers
from training.drivers_check import CSAT, LEFT_OUT, compare_known, of_aspects


def review(stars, **aspects):
    return {
        "labels": [{"label": name, "polarity": how} for name, how in aspects.items()],
        "score": {"value": float(stars), "min": 1, "max": 5},
    }


def test_aspects_become_a_table_with_stars_as_csat():
    """An aspect without polarity says nothing of how; the stars' own scale is that of a CSAT."""
    table = of_aspects([review(5, SCREEN="pos", OTHERS=None), review(1, SCREEN="neg", PRICE="neu")])

    assert table.themes == ("PRICE", "SCREEN")
    assert table.mentions.tolist() == [[0, 4], [2, 1]]
    assert table.scores[CSAT].tolist() == [5, 1]


def test_other_reviews_do_not_pass_for_the_known_answer():
    """Reviews in which PERFORMANCE costs twice what it costs in the corpus."""
    draw = np.random.default_rng(0)
    reviews = [
        review(draw.choice([5, 1], p=[0.2, 0.8]) if blamed else draw.choice([5, 1], p=[0.8, 0.2]),
               PERFORMANCE="neg" if blamed else "pos", STORAGE="neu", **({"PRICE": "neg"} if priced else {}))
        for blamed, priced in draw.integers(0, 2, (400, 2))
    ] + [review(draw.choice([5, 1])) for _ in range(200)]  # fmt: skip
    drivers = find_drivers(of_aspects(reviews), metric="csat", seed=1, leave_out=LEFT_OUT)

    assert not compare_known(Console(quiet=True), drivers)
