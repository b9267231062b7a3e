"""What is printed is readable at any width, in both languages, and no comment can steer the terminal."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from nlp_cx.ingest import ColumnPlan, ColumnRole, Survey
from nlp_cx.ingest.scales import ScoreColumn
from nlp_cx.records import POLARITIES, Score
from nlp_cx.render import progress_bar, show_columns, show_models, show_summary
from nlp_cx.render.terminal import bar, number, percent, printable
from nlp_cx.summarise import SummaryBuilder
from tests.test_export import analysis, comment


def printed(what, width: int = 110) -> str:
    stream = io.StringIO()
    Console(file=stream, width=width, highlight=False, markup=False, emoji=False).print(what)
    return stream.getvalue()


def summary(text: str = "Gọi em [PHONE], giao hàng chậm", count: int = 40, metrics: int = 1):
    builder = SummaryBuilder()
    for at in range(count):
        scores = tuple(Score(metric=f"m{n}" if n else "nps", value=at % 11, min=0, max=10) for n in range(metrics))
        builder.add(comment(at, scores=scores), analysis(at, text=text))
    return builder.build()


# --- pieces ----------------------------------------------------------------------------------------------------------


@given(st.dictionaries(st.sampled_from(POLARITIES), st.integers(0, 10_000), min_size=3), st.integers(3, 40))
def test_a_bar_is_as_wide_as_asked_and_shows_what_there_is(counts, width):
    """All of it is filled; a kind is seen exactly if it occurs."""
    drawn = bar(counts, width=width).plain

    assert len(drawn) == (width if sum(counts.values()) else 0)
    for name, glyph in zip(POLARITIES, "█▒░", strict=True):
        assert (glyph in drawn) == bool(counts[name])


@pytest.mark.parametrize(
    ("value", "lang", "options", "wanted"),
    [
        (1234567, "en", {}, "1,234,567"),
        (1234567, "vi", {}, "1.234.567"),
        (0.5, "vi", {"digits": 1}, "0,5"),
        (12, "en", {"sign": True}, "+12"),
        (-12.34, "vi", {"digits": 1, "sign": True}, "−12,3"),
        (-0.0001, "en", {"digits": 2, "sign": True}, "0.00"),
        (0, "en", {"sign": True}, "0"),
    ],
)
def test_numbers_are_written_as_the_language_does(value, lang, options, wanted):
    """Commas and points change places in Vietnamese; nothing is neither plus nor minus nothing."""
    assert number(value, lang, **options) == wanted


def test_a_share_is_a_percentage():
    """None is nothing, 0 is 0%."""
    assert (percent(None, "en"), percent(0.0, "en"), percent(0.275, "vi")) == ("", "0%", "28%")


@given(st.text(alphabet=st.sampled_from("a\x1b\x07\r\n\x9b\u202e\u2066\ud800đ")))
def test_nothing_printable_steers_a_terminal(text):
    """Escape sequences, bells, line ends and marks of direction are gone; length and letters stay."""
    said = printable(text)

    assert not set(said) & set("\x1b\x07\r\n\x9b\u202e\u2066\ud800")
    assert len(said) == len(text)
    assert said.replace(" ", "") == "".join(letter for letter in text if letter in "ađ")


# --- summary ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [60, 80, 96, 110, 130, 200])
@pytest.mark.parametrize("lang", ["en", "vi"])
def test_figures_are_seen_at_any_width(width, lang):
    """No line is longer than the terminal, and the theme's share, its score and both its names are there."""
    said = printed(show_summary(summary(metrics=3), lang, width=width), width)

    assert max(map(len, said.splitlines())) <= width
    assert "100%" in said
    words = " ".join(said.split())
    for name in ("Delivery", "Giao hàng", "NPS", "n = 40"):
        assert name in words


def test_quotes_and_terms_cannot_steer_the_terminal():
    """A comment with an escape sequence and with markup is printed as plain text."""
    text = "\x1b]0;title\x07giao hàng [bold red]chậm[/bold red] :smile:"

    said = printed(show_summary(summary(text), "en"))

    assert "\x1b" not in said
    assert "[bold red]chậm[/bold red] :smile:" in said


def test_a_plain_terminal_gets_plain_bars():
    """Without Unicode no block characters are used."""
    said = printed(show_summary(summary(), "en", unicode=False))

    assert not set("█▒░") & set(said)
    assert "##############" in said


def test_nothing_to_say_is_said_too():
    """A summary of nothing prints."""
    assert "0 comments" in printed(show_summary(SummaryBuilder().build(), "en"))


def test_drivers_are_named_only_where_they_are_clear():
    """Delivery blamed by those who give 0, others give 10: it is said to go with a worse NPS."""
    builder = SummaryBuilder()
    for at in range(80):
        blames = at % 2 == 0
        score = Score(metric="nps", value=0 if blames else 10, min=0, max=10)
        found = analysis(at) if blames else replace(analysis(at), themes=())
        builder.add(comment(at, scores=(score,)), found)

    said = printed(show_summary(builder.build(), "en"))

    assert "Goes with a worse NPS: Delivery & fulfilment (named as bad) −100.0" in said
    assert "Goes with a better" not in said


# --- columns, models, progress ---------------------------------------------------------------------------------------


def test_columns_are_shown_with_role_confidence_and_reason(tmp_path):
    """Used columns in a table; personal and unused ones by name; notes in the reader's language."""
    nps = ScoreColumn(column="Q1", metric="nps", min=0, max=10, direction="lower_is_better", scale_from="header")
    plan = ColumnPlan(
        columns=(
            ColumnRole(column="Nhận xét", role="text", confidence=0.5, why="values"),
            ColumnRole(column="Q1", role="score", confidence=0.9, why="header", score=nps),
            ColumnRole(column="Họ tên", role="ignored", confidence=1.0, why="header"),
            ColumnRole(column="x\x1b[2J", role="unused", confidence=0.0, why="nothing"),
        )
    )
    survey = Survey(tmp_path / "s.csv", "csv", [(TableNamed(), plan)], ["read as cp1258"])

    said = printed(show_columns(survey, "vi"))

    assert "điểm số NPS 0–10, thấp là tốt" in said
    assert "90%" in said
    assert "dữ liệu cá nhân hoặc nội bộ: Họ tên" in said
    assert "không dùng đến: x [2J" in said
    assert "! đọc theo bảng mã cp1258" in said


def test_columns_without_use_are_named_up_to_twenty(tmp_path):
    """Of three hundred questions the first are named and the rest counted."""
    unused = [ColumnRole(column=f"Q{one}", role="unused", confidence=0.0, why="nothing") for one in range(1, 301)]
    survey = Survey(tmp_path / "s.csv", "csv", [(TableNamed(), ColumnPlan(columns=tuple(unused)))], [])

    said = " ".join(printed(show_columns(survey, "en")).split())

    assert "Q19, Q20, … (+280)" in said
    assert "Q21" not in said


class TableNamed:
    """The part of a table that a survey asks for before it is read."""

    name = None
    total = None


def test_models_without_figures_are_shown():
    """A model that was never measured has blanks where figures stand."""
    model = {"version": "v1", "made": "2026-11-25", "bytes": 31_400_000, "live": False, "path": "/m/v1",
             "sentiment_macro_f1": None, "theme_micro_f1": None}  # fmt: skip

    said = printed(show_models([model], "vi"))

    assert "31,4 MB" in said


def test_the_bar_is_for_terminals_only():
    """A stream that is no terminal gets nothing; a terminal gets counts and a speed."""
    for terminal in (False, True):
        console = Console(file=io.StringIO(), force_terminal=terminal, width=120)
        with progress_bar(console, "en") as progress:
            task = progress.add_task("", total=2000)
            progress.update(task, completed=500)
        said = console.file.getvalue()
        assert ("500 / 2,000" in said) == terminal
        assert bool(said) == terminal
