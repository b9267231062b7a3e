"""One call says what goes with a score, how sure that is, and why a figure is missing."""

import json

import numpy as np
import pytest

from nlp_cx.drivers import DriverTable, find_drivers
from nlp_cx.errors import ScoreError
from nlp_cx.histogram import Scale
from tests.drivers.simulated import NPS, STARS, table

CSAT = Scale("csat", 1, 5)


def said(drivers, lang="en"):
    return " ".join(note[lang] for note in drivers.notes)


def of(drivers, theme):
    return next(one for one in drivers.drivers if one.theme == theme)


@pytest.fixture(scope="module")
def found():
    return find_drivers(table(1_500), metric="nps", seed=7, quality={"t0": 0.8, "t1": 0.4})


def test_what_was_planted_is_found(found):
    """t0 is blamed most dearly and t1 next, both beyond chance; t2 and t3 go with nothing."""
    assert [(one.theme, one.rank, one.clear) for one in found.drivers[:2]] == [("t0", 1, True), ("t1", 2, True)]
    assert not of(found, "t2").clear
    assert not of(found, "t3").clear
    assert of(found, "t0").kind == "basic"
    assert of(found, "t0").penalty.rank == 1
    assert (of(found, "t0").rank_low, of(found, "t0").rank_high) == (1, 1)


def test_shares_sum_to_one_and_stand_in_their_intervals(found):
    assert sum(one.share for one in found.drivers) == pytest.approx(1)
    assert all(one.share_low <= one.share <= one.share_high for one in found.drivers)


def test_promoters_and_detractors_tell_the_same(found):
    """The check by logistic regression agrees with each clear penalty and reward."""
    odds = of(found, "t0").odds

    assert {one.outcome for one in odds} == {"promoters", "detractors"}
    assert all(ratio.agrees for one in found.drivers for ratio in one.odds)
    assert next(one for one in odds if (one.outcome, one.mention) == ("detractors", "negative")).low > 1


def test_the_seed_repeats_everything(found):
    """The same table and seed give the same JSON; a seed that was drawn is told."""
    again = find_drivers(table(1_500), metric="nps", seed=7, quality={"t0": 0.8, "t1": 0.4})
    drawn = find_drivers(table(), metric="nps", resamples=20)

    assert again.to_dict() == found.to_dict()
    assert find_drivers(table(), metric="nps", resamples=20, seed=drawn.seed).to_dict() == drawn.to_dict()


def test_figures_are_json_and_say_association(found):
    """Strict JSON; nothing claims a cause, in either language."""
    text = json.dumps(found.to_dict(), allow_nan=False, ensure_ascii=False)

    assert "associated with" in text
    assert "có liên hệ với" in text
    assert "cause" not in text.replace("do not prove a cause", "")


def test_a_clear_penalty_is_said_in_words(found):
    """The figures of the sentence are those of the penalty, in both languages."""
    one = of(found, "t0")
    sentence = one.sentences[0]

    assert f"(n = {one.penalty.n}) are associated with NPS {-one.penalty.value:.1f} points lower" in sentence["en"]
    assert f"{-one.penalty.value:.1f}".replace(".", ",") in sentence["vi"]
    assert f"{-one.penalty.high:.1f} to {-one.penalty.low:.1f})" in sentence["en"]


def test_the_quality_of_a_theme_stands_beside_it(found):
    """t1 is found with F1 0.4: that its figures are too small is said."""
    assert (of(found, "t0").f1, of(found, "t2").f1) == (0.8, None)
    assert "F1 below 0.6 by the model: the figures of t1" in said(found)


def test_where_lower_is_better_blame_raises_the_score():
    """A CES of effort: blame of t0 goes with a higher number, and is a penalty all the same."""
    made = table(1_500)
    effort = Scale("ces", 1, 7, "lower_is_better")
    turned = DriverTable(themes=made.themes, mentions=made.mentions, scores={effort: 7 - made.scores[NPS] * 0.6})

    drivers = find_drivers(turned, metric="ces", resamples=0, seed=1)

    assert of(drivers, "t0").penalty.value > 0
    assert of(drivers, "t0").kind == "basic"
    assert "higher" in of(drivers, "t0").sentences[0]["en"]
    assert all(ratio.agrees for one in drivers.drivers for ratio in one.odds)


def test_overall_is_left_out_and_others_can_be():
    """`overall` restates the score; a caller with another scheme names its own."""
    made = DriverTable.of_judgements(
        [{"overall": ["negative"], "GENERAL": ["negative"]}] * 40 + [{}] * 40, {NPS: [0, 9] * 40}
    )

    assert [one.theme for one in find_drivers(made, metric="nps", seed=1).drivers] == ["GENERAL"]
    assert [one.theme for one in find_drivers(made, metric="nps", seed=1, leave_out=["GENERAL"]).drivers] == ["overall"]


@pytest.mark.parametrize("rows", [0, 3])
def test_no_scores_is_an_answer(rows):
    """Nobody answered: no figure, and a note."""
    made = DriverTable.of_judgements([{"price": ["negative"]}] * rows, {NPS: [np.nan] * rows})

    drivers = find_drivers(made, metric="nps", seed=1)

    assert (drivers.n, drivers.score, drivers.r2, drivers.drivers) == (0, None, None, ())
    assert "Nobody who wrote a comment answered NPS" in said(drivers)
    assert "Không ai viết ý kiến" in said(drivers, "vi")


def test_one_respondent_says_nothing_of_others():
    """100 answers of one person."""
    made = table(100, respondents=np.zeros(100, dtype=int))

    drivers = find_drivers(made, metric="nps", seed=1)

    assert "one respondent" in said(drivers)
    assert all(one.rank is None and not one.impacts and one.penalty is None for one in drivers.drivers)


def test_equal_scores_are_explained_by_nothing():
    """All tick 10; a promoter of 9 is worth the same, so NPS is equal too."""
    made = table(100)
    for values in (np.full(100, 10.0), np.array([9.0, 10.0] * 50)):
        same = DriverTable(themes=made.themes, mentions=made.mentions, scores={NPS: values})

        drivers = find_drivers(same, metric="nps", seed=1)

        assert drivers.score == 100
        assert "All scores are equal" in said(drivers)
        assert all(one.rank is None for one in drivers.drivers)


def test_a_theme_that_everybody_mentions_is_compared_by_how():
    """All mention price, half blame it: no presence impact; blame and praise are one column said twice, so no rank."""
    draw = np.random.default_rng(2)
    made = DriverTable.of_judgements(
        [{"price": ["negative"], "staff": ["positive"] if each else ["negative"]} for each in draw.integers(0, 2, 100)]
        + [{"price": ["positive"]}] * 100,
        {NPS: [*draw.integers(0, 9, 100).tolist(), *draw.integers(6, 11, 100).tolist()]},
    )

    price = of(find_drivers(made, metric="nps", seed=1), "price")

    assert "any" not in price.impacts
    assert price.impacts["negative"].impact < 0
    assert price.penalty is None
    assert price.rank is None
    assert price.reason is not None


def test_a_theme_that_everybody_mentions_the_same_way_has_too_few_without():
    """Nobody is left to compare with."""
    made = DriverTable.of_judgements(
        [{"price": ["negative"], "staff": ["negative"]}] * 50 + [{"price": ["negative"]}] * 50,
        {NPS: [0, 9] * 25 + [10] * 50},
    )

    drivers = find_drivers(made, metric="nps", seed=1)

    assert "only 0 do not judge it" in of(drivers, "price").reason["en"]
    assert of(drivers, "staff").rank == 1


def test_themes_that_always_come_together_are_not_told_apart():
    """Each names the other; both have the same impact and half of the share."""
    both = {"speed": ["negative"], "process": ["negative"]}
    made = DriverTable.of_judgements(
        [both] * 50 + [{"staff": ["positive"]}] * 60 + [{}] * 90, {NPS: [0, 3, 5, 7, 9] * 10 + [9, 8, 10] * 50}
    )

    drivers = find_drivers(made, metric="nps", seed=1)

    speed, process = of(drivers, "speed"), of(drivers, "process")
    assert "Process & effort" in speed.reason["en"]
    assert "Thời gian chờ & tốc độ" in process.reason["vi"]
    assert speed.share == pytest.approx(process.share)
    assert speed.penalty is None
    assert of(drivers, "staff").rank is not None


def test_few_respondents_get_the_simple_comparison_only():
    """12 answers: impacts with their intervals, no rank, and a note."""
    drivers = find_drivers(table(12, each=0.5), metric="nps", seed=1)

    assert drivers.r2 is None
    assert any(one.impacts for one in drivers.drivers)
    assert all(one.rank is None and one.reason for one in drivers.drivers)
    assert "Too few respondents (12)" in said(drivers)


def test_themes_that_go_with_nothing_are_not_ranked():
    """Scores drawn without regard to themes: whatever comes first, comes first by chance."""
    made = table(600)
    draw = np.random.default_rng(5)
    blind = DriverTable(
        themes=made.themes, mentions=made.mentions, scores={NPS: draw.integers(0, 11, 600).astype(float)}
    )

    drivers = find_drivers(blind, metric="nps", seed=1)

    assert drivers.p > 0.05
    assert "no more than chance would" in said(drivers)
    assert all(one.rank is None for one in drivers.drivers)


def test_seventeen_themes_are_sampled_and_that_is_said():
    drivers = find_drivers(table(3_000, 17, each=0.1), metric="nps", seed=1, resamples=2)

    assert (drivers.exact, drivers.orders) == (False, 1_000)
    assert "17 themes: their parts were worked out from 1000 random orders" in said(drivers)
    assert sum(one.share for one in drivers.drivers) == pytest.approx(1)


def test_any_number_can_be_explained():
    """Money spent, each amount different, with amounts off the declared scale left out."""
    draw = np.random.default_rng(9)
    made = table(500)
    spent = Scale("spend", 0, 1_000)
    values = 400 - 150 * (made.mentions[:, 0] == 1) + 50 * draw.standard_normal(500)
    values[:2] = 5_000

    drivers = find_drivers(
        DriverTable(themes=made.themes, mentions=made.mentions, scores={spent: values}), metric="spend", seed=1
    )

    low, high = of(drivers, "t0").penalty.low, of(drivers, "t0").penalty.high
    assert low < -150 < high
    assert "2 answers were left out" in said(drivers)


def test_repeated_respondents_are_said():
    made = table(400, respondents=np.arange(400) // 2)

    assert "400 responses come from 200 respondents" in said(find_drivers(made, metric="nps", seed=1, resamples=10))


def test_stars_are_explained_in_units_of_their_scale():
    """Blame of t0 goes with about 3 of 10, so 1.2 of 4 stars less."""
    drivers = find_drivers(table(1_000, scale=STARS), metric=STARS, seed=1, resamples=0)

    assert drivers.unit == "scale"
    assert of(drivers, "t0").penalty.value == pytest.approx(-1.2, abs=0.25)
    assert of(drivers, "t0").share_low is None


@pytest.mark.parametrize(
    ("asked", "message"),
    [({"metric": "csat"}, "no score called csat"), ({"metric": "nps", "resamples": -1}, "0 or more")],
)
def test_what_cannot_be_asked_is_refused(asked, message):
    with pytest.raises(ScoreError, match=message):
        find_drivers(table(), **asked)


def test_blame_and_praise_together_make_a_theme_that_may_be_ranked():
    """20 blame price and 20 praise it: the theme is ranked, neither side alone is. 40 neutral mentions are none."""
    draw = np.random.default_rng(4)
    made = DriverTable.of_judgements(
        [{"price": ["negative"], "place": ["neutral"]}] * 20
        + [{"price": ["positive"], "place": ["neutral"]}] * 20
        + [{}] * 100,
        {
            NPS: [
                *draw.integers(0, 7, 20).tolist(),
                *draw.integers(8, 11, 20).tolist(),
                *draw.integers(0, 11, 100).tolist(),
            ]
        },
    )

    drivers = find_drivers(made, metric="nps", seed=1)

    assert (of(drivers, "price").rank, of(drivers, "price").penalty.rank, of(drivers, "price").kind) == (1, None, None)
    assert "only 0 judge it well or badly" in of(drivers, "place").reason["en"]
