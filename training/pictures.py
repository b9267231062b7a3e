"""Pictures of a comparison, as SVG: confusion, reliability, change by theme."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from nlp_cx.gates import Change
from nlp_cx.records import POLARITIES
from nlp_cx.words import say, theme_names
from training.measured import Measured, Said

BLUE, GREY, RED, GREEN = "#2563a8", "#8a8f98", "#b3362b", "#2c7a4b"
_FONT = "Arial, Liberation Sans, Helvetica, sans-serif"
"""Widths of words are measured before a browser draws them: fonts of the same widths, and some room for wider ones."""


def confusion(measured: Measured) -> str:
    """Draw which sentiment was taken for which, by the live model and by the candidate."""
    import altair as alt

    split = "split(datum.label, ' · ')"  # in two lines

    def one(said: Said, title: str) -> Any:
        rows = [
            {"given": _polarity(given), "said": _polarity(told), "rows": int(said.confusion[given, told]),
             "share": float(said.confusion[given, told] / max(1, said.confusion[given].sum()))}
            for given in range(3) for told in range(3)
        ]  # fmt: skip
        order = [_polarity(at) for at in range(3)]
        base = alt.Chart(_data(rows), title=title, width=220, height=170).encode(
            x=alt.X("said:N", sort=order, title="model says · mô hình", axis=alt.Axis(labelAngle=0, labelExpr=split)),
            y=alt.Y("given:N", sort=order, title="given label · nhãn", axis=alt.Axis(labelExpr=split)),
        )
        cells = base.mark_rect().encode(
            color=alt.Color("share:Q", scale=alt.Scale(domain=[0, 1], range=["#f4f6f9", BLUE]), legend=None)
        )
        figures = base.mark_text(fontSize=13).encode(
            text="rows:Q", color=alt.condition("datum.share > 0.55", alt.value("white"), alt.value("#222"))
        )
        return cells + figures

    return _svg(one(measured.live, "live · đang dùng") | one(measured.candidate, "candidate · bản mới"))


def reliability(measured: Measured) -> str:
    """Draw how often each model is right against how sure it says it is."""
    import altair as alt

    rows = [
        {"sure": sure, "right": right, "rows": rows, "model": name}
        for name, said in (("live", measured.live), ("candidate", measured.candidate))
        for sure, right, rows in said.reliability
    ]
    low = min([0.3, *(min(sure, right) for said in (measured.live, measured.candidate)
                      for sure, right, _ in said.reliability)])  # fmt: skip
    scale = alt.Scale(domain=[max(0.0, low - 0.05), 1.0])
    line = alt.Chart(_data([{"x": 0, "y": 0}, {"x": 1, "y": 1}])).mark_line(
        color=GREY, strokeDash=[4, 4], strokeWidth=1, clip=True
    )
    models = alt.Chart(_data(rows)).encode(
        x=alt.X("sure:Q", scale=scale, title="how sure it is · độ tin cậy", axis=alt.Axis(format="%")),
        y=alt.Y("right:Q", scale=scale, title="how often it is right · tỉ lệ đúng", axis=alt.Axis(format="%")),
        color=alt.Color(
            "model:N", scale=alt.Scale(domain=["live", "candidate"], range=[GREY, BLUE]), title=None,
            legend=alt.Legend(orient="top"),
        ),
    )  # fmt: skip
    chart = line.encode(x=alt.X("x:Q", scale=scale), y=alt.Y("y:Q", scale=scale))
    return _svg(
        (chart + models.mark_line(strokeWidth=2) + models.mark_circle(size=45)).properties(width=320, height=260)
    )


def changes(found: Sequence[Change]) -> str:
    """Draw what changes, in points, with intervals: one line a figure."""
    import altair as alt

    rows: list[dict[str, Any]] = [
        {"name": f"{label(change)} ({change.n})", "difference": 100 * change.difference, "low": 100 * change.low,
         "high": 100 * change.high, "verdict": verdict(change)}
        for change in found
    ]  # fmt: skip
    order = [row["name"] for row in rows]
    base = alt.Chart(_data(rows), width=430, height=alt.Step(24)).encode(
        y=alt.Y("name:N", sort=order, title=None, axis=alt.Axis(labelLimit=420, labelFontSize=12)),
        color=alt.Color(
            "verdict:N", title=None, legend=alt.Legend(orient="top"),
            scale=alt.Scale(domain=["better", "within chance", "worse"], range=[GREEN, GREY, RED]),
        ),
    )  # fmt: skip
    zero = alt.Chart(_data([{"x": 0}])).mark_rule(color="#444").encode(x="x:Q")
    bars = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("low:Q", title="change in points, candidate less live · thay đổi (điểm)"), x2="high:Q"
    )
    return _svg(zero + bars + base.mark_point(filled=True, size=60, opacity=1).encode(x="difference:Q"))


def verdict(change: Change) -> str:
    """Say what a change amounts to."""
    if change.regressed:
        return "worse"
    return "better" if change.low > 0 else "within chance"


def label(change: Change) -> str:
    """Name a change for people: theme in both languages, or the group and its figure."""
    if change.kind == "theme":
        english, vietnamese = theme_names(change.name, "en")
        return f"{english} · {vietnamese}{': judgement · đánh giá' if change.figure == 'polarity_f1' else ''}"
    figure = {
        "sentiment_macro_f1": "sentiment macro-F1",
        "sentiment_probability": "sentiment probabilities (1 - Brier/2)",
        "theme_micro_f1": "theme F1",
        "theme_polarity_micro_f1": "theme + judgement F1",
    }.get(change.figure, change.figure)
    group = {"all": "all · tất cả", "vi": "Vietnamese · tiếng Việt", "en": "English · tiếng Anh", "mixed": "mixed"}
    return f"{group.get(change.name, change.name)}: {figure}"


def _data(rows: Sequence[Mapping[str, Any]]) -> Any:
    """Give rows to a chart."""
    import altair as alt

    return alt.Data(values=list(rows))  # type: ignore[no-untyped-call]


def _polarity(at: int) -> str:
    """Name a sentiment in both languages."""
    return f"{POLARITIES[at]} · {say(f'polarity.{POLARITIES[at]}', 'vi')}"


def _svg(chart: Any) -> str:
    """Turn a chart into SVG."""
    import vl_convert

    config = {
        "font": _FONT, "view": {"stroke": None}, "title": {"fontSize": 13},
        "axis": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "titlePadding": 14},
        "axisQuantitative": {"labelFlush": False, "labelSeparation": 8},
        "legend": {"labelFontSize": 12, "columnPadding": 26},
    }  # fmt: skip
    spec = json.loads(chart.to_json()) | {"config": config, "padding": {"left": 48, "right": 8, "top": 5, "bottom": 5}}
    return str(vl_convert.vegalite_to_svg(json.dumps(spec)))
