"""Charts are specifications that bring all they need."""

import json

import pytest

from nlp_cx.report import charts
from nlp_cx.report.drawing import draw

NAMES = {"negative": "chê", "neutral": "trung tính", "positive": "khen"}
SIDES = {"worse": "kém", "better": "hơn", "unclear": "chưa rõ"}
THEME = "Khuyến mãi & khách hàng thân thiết"
ODD = "<script>alert(1)</script> \" & '"


def every(width):
    """One of each chart."""
    name = {"name": THEME}
    interval = {"value": -5.0, "low": -8.0, "high": -1.0, "label": "−5", "brief": "−5", "side": "worse"}
    counts = {"negative": 3, "neutral": 1, "positive": 0}
    return {
        "theme_bars": charts.theme_bars([name | counts | {"label": "4"}], width=width, names=NAMES, axis="n"),
        "intervals": charts.intervals([name | interval], width=width, axis="NPS", names=SIDES, line=0),
        "impact_volume": charts.impact_volume(
            [name | {"share": 0.2, "impact": -3.0, "side": "worse", "named": True}],
            width=width, x_axis="x", y_axis="y",
        ),
        "judged_over_time": charts.judged_over_time(
            [counts | {"bucket": "01/2025"}], width=width, names=NAMES, axis="n"
        ),
        "score_over_time": charts.score_over_time(
            [{"bucket": "01/2025", "value": None, "low": None, "high": None},
             {"bucket": "02/2025", "value": 3.0, "low": 1.0, "high": 5.0}], width=width, axis="NPS",
        ),
        "control_chart": charts.control_chart(
            [{"bucket": "01/2025", "share": 0.1, "lower": None, "upper": None, "centre": None, "signal": False,
              "change": False, "ewma": None, "drift": False},
             {"bucket": "02/2025", "share": 0.4, "lower": 0.0, "upper": 0.2, "centre": 0.1, "signal": True,
              "change": True, "ewma": 0.16, "drift": True}], width=width, title="",
        ),
        "heat_map": charts.heat_map(
            [{"place": ODD, "theme": THEME, "net": -1.0, "label": "9", "faint": False}], width=width, places=[ODD],
            themes=[THEME], legend="net",
        ),
        "mix_bars": charts.mix_bars(
            [name | {"mix": -1.0, "rate": 2.0}], width=width, names={"mix": "cơ cấu", "rate": "mức"}, axis="NPS"
        ),
        "score_histogram": charts.score_histogram(
            [{"value": "10", "n": 3, "group": "positive"}], width=width, axis="n"
        ),
    }  # fmt: skip


@pytest.mark.parametrize("width", [760, 340])
def test_a_specification_needs_nothing_from_elsewhere(width):
    """It is JSON, its data are inside, no address is in it but that of its own schema."""
    for name, spec in every(width).items():
        text = json.dumps({key: value for key, value in spec.items() if key != "$schema"})

        assert '"url"' not in text, name
        assert "http" not in text, name


def test_a_drawing_is_as_wide_as_asked_and_escapes_what_it_writes():
    """A segment called like a script is text."""
    svg = draw(every(340)["heat_map"], "vi", name="c1")

    assert 'width="340"' in svg
    assert "<script" not in svg
    assert "&lt;script" in svg


def test_numbers_are_written_as_the_language_does():
    """Decimal commas in Vietnamese."""
    spec = every(760)["mix_bars"]

    assert ">−0,5<" in draw(spec, "vi", name="c")
    assert ">−0.5<" in draw(spec, "en", name="c")


def test_a_stray_limit_does_not_flatten_a_control_chart():
    """A week with one comment has a limit of 100%; the chart ends a little above the usual limits and the rates."""
    usual = [{"share": 0.1, "upper": 0.25}] * 9
    assert charts._ceiling([*usual, {"share": 0.0, "upper": 1.0}]) == pytest.approx(0.27)
    assert charts._ceiling([*usual, {"share": 0.5, "upper": 1.0}]) == pytest.approx(0.54)
    assert charts._ceiling([{"share": None, "upper": None}]) > 0


def test_two_drawings_on_a_page_share_no_ids():
    """Their clips would be mixed up."""
    import re

    spec = every(340)["control_chart"]
    first, second = (set(re.findall(r'id="([^"]+)"', draw(spec, "en", name=name))) for name in ("c1", "c2"))

    assert not first & second


def test_names_that_would_overlap_are_left_out():
    """Two dots at the same place get at most one name each side; far ones get theirs."""
    rows = [{"name": "Giá & giá trị", "share": 0.2, "impact": -3.0, "side": "worse", "named": True}] * 6
    rows = [*rows, {"name": "Nhân viên", "share": 0.4, "impact": 3.0, "side": "better", "named": True}]
    placed = charts._named(rows, 760, 0.4, (-4.0, 4.0))

    assert 1 <= sum(bool(row["at"]) for row in placed[:6]) <= 4
    assert placed[-1]["at"]


@pytest.mark.parametrize("colour", list(charts.COLOURS))
def test_colours_stay_apart_in_grey(colour):
    """Each judgement has a lightness of its own, for a black-and-white printer."""

    def light(value):
        red, green, blue = (int(value[at : at + 2], 16) for at in (1, 3, 5))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    others = [light(value) for name, value in charts.COLOURS.items() if name != colour]

    assert min(abs(light(charts.COLOURS[colour]) - other) for other in others) > 25
