"""The charts of the report and of the page: functions that take rows and give a Vega-Lite specification.

Rows are plain dictionaries, their keys are named at each function. Nothing here knows where rows come from; words and
numbers in labels come ready in the reader's language. Colours can be told apart with any colour vision and in grey;
what a colour says is also said by place or sign.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import altair as alt

Row = Mapping[str, Any]
Spec = dict[str, Any]

COLOURS: Mapping[str, str] = {"negative": "#D4602A", "neutral": "#C3CAD3", "positive": "#1A5E8E"}
"""Judgements: orange and blue stay apart for the colour-blind, and by lightness in grey."""
INK, SOFT, FAINT, BAND = "#1B2A3A", "#5B6B7C", "#E4E9EE", "#DCE6EF"
NARROW = 480
"""Below this width a chart is drawn for a phone."""
FONT = "Liberation Sans"
"""Comes with what draws, which knows how wide its letters are; those of Arial are as wide."""
_ROW = 30
_TWO_MARKS = re.compile("[\u1e00-\u1eff]")
_SQUARE = 320
_LETTER = 11
_ASIDE: Mapping[str, tuple[Any, int, int]] = {
    "right": ("left", 9, 0), "left": ("right", -9, 0), "above": ("center", 0, -14), "below": ("center", 0, 15),
    "upper right": ("left", 7, -11), "lower right": ("left", 7, 12), "upper left": ("right", -7, -11),
    "lower left": ("right", -7, 12),
}  # fmt: skip
"""Where a name stands beside its dot: alignment and distance."""


def theme_bars(rows: Sequence[Row], *, width: int, names: Mapping[str, str], axis: str) -> Spec:
    """Draw themes as bars that are split by judgement.

    Args:
        rows: `name`, `negative`, `neutral`, `positive` (comments), `label` (stands at the bar's end); in order.
        width: Of the whole chart, in pixels.
        names: "negative", "neutral", "positive" -> the word for it.
        axis: What bars measure.
    """
    import altair as alt

    long = [
        {
            "name": _wrapped(row["name"], width), "judged": names[key], "n": row[key], "order": order,
            "total": row["negative"] + row["neutral"] + row["positive"], "label": row["label"],
        }
        for row in rows
        for order, key in enumerate(("negative", "neutral", "positive"))
    ]  # fmt: skip
    y = alt.Y("name:N", sort=None, title=None, axis=_names_axis(width))
    colour = alt.Color(
        "judged:N",
        title=None,
        scale=alt.Scale(domain=[names[key] for key in COLOURS], range=list(COLOURS.values())),
        legend=alt.Legend(orient="top", symbolType="square", offset=8, columns=1 if width < NARROW else 3),
    )
    bars = alt.Chart().mark_bar(height={"band": 0.72}).encode(
        x=alt.X("n:Q", title=axis, axis=alt.Axis(tickMinStep=1, tickCount=5)),
        y=y, color=colour, order=alt.Order("order:Q"),
    )  # fmt: skip
    ends = alt.Chart().transform_filter("datum.order == 0").mark_text(
        align="left", dx=5, color=SOFT, fontSize=11
    ).encode(x="total:Q", y=y, text="label:N")  # fmt: skip
    return _spec(
        alt.layer(bars, ends, data=_data(long)),
        width=width,
        left=[row["name"] for row in long],
    )


def intervals(rows: Sequence[Row], *, width: int, axis: str, names: Mapping[str, str], line: float) -> Spec:
    """Draw estimates as dots with their intervals.

    Args:
        rows: `name`, `value`, `low`, `high`, `label` (stands beside), `brief` (the same on a phone), `side` ("worse",
            "better" or "unclear"); in order.
        width: Of the whole chart.
        axis: What the dots measure.
        names: "worse", "better", "unclear" -> the word for it; empty for no legend.
        line: Where an upright line stands: no impact, or the whole.
    """
    import altair as alt

    colours = {"worse": COLOURS["negative"], "better": COLOURS["positive"], "unclear": "#8995A3"}
    long = [{**row, "name": _wrapped(row["name"], width)} for row in rows]
    if names:
        long = [{**row, "side": names[row["side"]]} for row in long]
    domain = [names.get(key, key) for key in colours]
    y = alt.Y("name:N", sort=None, title=None, axis=_names_axis(width))
    colour = alt.Color(
        "side:N",
        title=None,
        scale=alt.Scale(domain=domain, range=list(colours.values())),
        legend=alt.Legend(orient="top", symbolType="circle", symbolOpacity=1, offset=8, columns=1, labelLimit=300)
        if names
        else None,
    )
    x = alt.X("low:Q", title=axis, scale=alt.Scale(zero=False, nice=True), axis=alt.Axis(tickCount=6))
    spans = alt.Chart().mark_rule(strokeWidth=3, opacity=0.45).encode(x=x, x2="high:Q", y=y, color=colour)
    dots = alt.Chart().mark_circle(size=95, opacity=1).encode(x=alt.X("value:Q", title=axis), y=y, color=colour)
    ends = alt.Chart().mark_text(align="left", dx=10, color=SOFT, fontSize=11).encode(
        x=alt.value("width"), y=y, text="label:N" if width >= NARROW else "brief:N"
    )  # fmt: skip
    upright = alt.Chart(_data([{"at": line}])).mark_rule(color=INK, strokeWidth=1).encode(x="at:Q")
    layers = [upright, spans, dots, ends]
    return _spec(
        alt.layer(*layers, data=_data(long)),
        width=width,
        left=[row["name"] for row in long],
    )


def impact_volume(rows: Sequence[Row], *, width: int, x_axis: str, y_axis: str) -> Spec:
    """Draw impact against volume: what many name and what goes with much stands at the edges.

    Args:
        rows: `name`, `share` (0 to 1), `impact`, `side` ("worse", "better", "unclear"), `named` (whether to write the
            name at the dot).
        width: Of the whole chart.
        x_axis: What the share is of.
        y_axis: What the impact is on.
    """
    import altair as alt

    colours = {"worse": COLOURS["negative"], "better": COLOURS["positive"], "unclear": "#8995A3"}
    most = max((row["share"] for row in rows), default=0.0) or 1.0
    ends = [min(0.0, *(row["impact"] for row in rows)), max(0.0, *(row["impact"] for row in rows))]
    room = 0.12 * (ends[1] - ends[0] or 1.0)
    reach = (ends[0] - room, ends[1] + room)
    long = _named(rows, width, most, reach)
    x = alt.X("share:Q", title=x_axis, axis=alt.Axis(format="%", tickCount=6), scale=alt.Scale(domain=[0, 1.08 * most]))
    y = alt.Y("impact:Q", title=y_axis, axis=alt.Axis(tickCount=6), scale=alt.Scale(domain=list(reach)))
    colour = alt.Color("side:N", legend=None, scale=alt.Scale(domain=list(colours), range=list(colours.values())))
    line = alt.Chart(_data([{"at": 0}])).mark_rule(color=INK, strokeWidth=1).encode(y="at:Q")
    dots = alt.Chart().mark_circle(size=130, opacity=0.9).encode(x=x, y=y, color=colour)
    layers = [line, dots]
    for at, (align, dx, dy) in _ASIDE.items():
        named = alt.Chart().transform_filter(f"datum.at == '{at}'")
        place = {"align": align, "dx": dx, "dy": dy, "fontSize": _LETTER}
        for ink in ({"stroke": "#FFFFFF", "strokeWidth": 3.5, "color": "#FFFFFF"}, {"color": INK}):
            layers.append(named.mark_text(**place, **ink).encode(x=x, y=y, text="name:N"))
    return _spec(alt.layer(*layers, data=_data(long)), width=width, height=_SQUARE)


def _named(rows: Sequence[Row], width: int, most: float, reach: tuple[float, float]) -> list[Row]:
    """Place names beside their dots where they cover neither dots nor names, the first rows first; else leave out."""
    plot = width - 60
    points = [
        (60 + plot * row["share"] / (1.08 * most), _SQUARE * (reach[1] - row["impact"]) / (reach[1] - reach[0]))
        for row in rows
    ]
    taken = [(x - 7, y - 7, x + 7, y + 7) for x, y in points]
    placed: list[Row] = []
    for row, (x, y) in zip(rows, points, strict=True):
        letters = 0.56 * _LETTER * len(row["name"])
        boxes = {
            "right": (x + 9, y - 7, x + 9 + letters, y + 7),
            "left": (x - 9 - letters, y - 7, x - 9, y + 7),
            "above": (x - letters / 2, y - 21, x + letters / 2, y - 8),
            "below": (x - letters / 2, y + 8, x + letters / 2, y + 21),
            "upper right": (x + 7, y - 18, x + 7 + letters, y - 5),
            "lower right": (x + 7, y + 5, x + 7 + letters, y + 18),
            "upper left": (x - 7 - letters, y - 18, x - 7, y - 5),
            "lower left": (x - 7 - letters, y + 5, x - 7, y + 18),
        }
        chosen = next(
            (
                at
                for at, box in boxes.items()
                if row["named"] and box[0] >= 58 and box[2] <= width and box[1] >= 0 and box[3] <= _SQUARE
                and not any(_overlap(box, other) for other in taken)
            ),
            "",
        )  # fmt: skip
        if chosen:
            taken.append(boxes[chosen])
        placed.append({**row, "at": chosen})
    return placed


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Tell whether two boxes (left, top, right, bottom) overlap."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def judged_over_time(rows: Sequence[Row], *, width: int, names: Mapping[str, str], axis: str) -> Spec:
    """Draw comments over time, stacked by judgement.

    Args:
        rows: `bucket` (as it is written), `negative`, `neutral`, `positive`; in order.
        width: Of the whole chart.
        names: "negative", "neutral", "positive" -> the word for it.
        axis: What bars measure.
    """
    import altair as alt

    long = [
        {"bucket": row["bucket"], "judged": names[key], "n": row[key], "order": order}
        for row in rows
        for order, key in enumerate(("negative", "neutral", "positive"))
    ]
    chart = alt.Chart(_data(long)).mark_bar().encode(
        x=_time_axis(len(rows)),
        y=alt.Y("n:Q", title=axis, axis=alt.Axis(tickCount=4, tickMinStep=1)),
        color=alt.Color(
            "judged:N", title=None, legend=alt.Legend(orient="top", symbolType="square", offset=8),
            scale=alt.Scale(domain=[names[key] for key in COLOURS], range=list(COLOURS.values())),
        ),
        order=alt.Order("order:Q"),
    )  # fmt: skip
    return _spec(chart, width=width, height=190)


def score_over_time(rows: Sequence[Row], *, width: int, axis: str) -> Spec:
    """Draw a score over time with its interval.

    Args:
        rows: `bucket`, `value`, `low`, `high` (None where there is no answer); in order.
        width: Of the whole chart.
        axis: Name of the score.
    """
    import altair as alt

    x = _time_axis(len(rows))
    scale = alt.Scale(zero=False, nice=True)
    y = alt.Y("value:Q", title=axis, scale=scale, axis=alt.Axis(tickCount=5))
    band = alt.Chart().mark_errorbar(ticks=False, thickness=5, opacity=0.22, color=COLOURS["positive"]).encode(
        x=x, y=alt.Y("low:Q", title=axis, scale=scale), y2="high:Q"
    )  # fmt: skip
    line = alt.Chart().mark_line(color=COLOURS["positive"], strokeWidth=2, point={"size": 45, "filled": True}).encode(
        x=x, y=y
    )  # fmt: skip
    return _spec(alt.layer(band, line, data=_data(rows)), width=width, height=190)


def control_chart(rows: Sequence[Row], *, width: int, title: str, height: int = 130) -> Spec:
    """Draw a rate over time inside the limits that chance alone would keep it in.

    Args:
        rows: `bucket`, `share`, `lower`, `upper`, `centre` (any None where it cannot be told), `signal` (bool),
            `change` (bool: a new level begins here), `ewma` (None where it cannot be told), `drift` (bool: it is beyond
            its own limits); in order.
        width: Of the whole chart.
        title: Stands above it.
        height: Of the plot.
    """
    import altair as alt

    x = _time_axis(len(rows), few=True)
    y = alt.Y(
        "share:Q", title=None, axis=alt.Axis(format="%", tickCount=3), scale=alt.Scale(domain=[0, _ceiling(rows)])
    )  # fmt: skip
    band = alt.Chart().transform_filter("datum.upper !== null").mark_area(
        color=BAND, interpolate="step", clip=True
    ).encode(
        x=x, y=alt.Y("lower:Q", title=None), y2="upper:Q"
    )  # fmt: skip
    middle = alt.Chart().transform_filter("datum.centre !== null").mark_line(
        color=SOFT, strokeDash=[3, 3], strokeWidth=1
    ).encode(x=x, y=alt.Y("centre:Q", title=None))  # fmt: skip
    line = alt.Chart().mark_line(color=SOFT, strokeWidth=1, opacity=0.8).encode(x=x, y=y)
    smooth = alt.Chart().transform_filter("datum.ewma !== null").mark_line(color=INK, strokeWidth=2.4).encode(
        x=x, y=alt.Y("ewma:Q", title=None)
    )  # fmt: skip
    drifts = alt.Chart().transform_filter("datum.drift").mark_point(
        color=COLOURS["negative"], filled=False, size=55, strokeWidth=1.6, opacity=1
    ).encode(x=x, y=alt.Y("ewma:Q", title=None))  # fmt: skip
    marks = alt.Chart().transform_filter("datum.signal").mark_point(
        color=COLOURS["negative"], filled=True, size=80, opacity=1
    ).encode(x=x, y=y)  # fmt: skip
    steps = alt.Chart().transform_filter("datum.change").mark_rule(
        color=COLOURS["negative"], strokeDash=[4, 2], strokeWidth=1.5
    ).encode(x=x)  # fmt: skip
    chart = alt.layer(band, middle, steps, line, smooth, drifts, marks, data=_data(rows))
    heading: Any = alt.TitleParams(title, anchor="start", fontSize=12, color=INK, fontWeight=600, offset=6)
    return _spec(chart.properties(title=heading), width=width, height=height)


def _ceiling(rows: Sequence[Row]) -> float:
    """Give a control chart its upper end: all rates, and the usual limits, not those of a stray bucket."""
    limits = sorted(row["upper"] for row in rows if row["upper"] is not None)
    shares = [row["share"] for row in rows if row["share"] is not None]
    usual = limits[int(0.75 * (len(limits) - 1))] if limits else 0.0
    return min(1.0, 1.08 * float(max([usual, *shares, 0.01])))


def heat_map(rows: Sequence[Row], *, width: int, places: Sequence[str], themes: Sequence[str], legend: str) -> Spec:
    """Draw a table of themes by place, coloured by how they are judged.

    Args:
        rows: `place`, `theme`, `net` (-1 to 1), `label` (stands in the cell), `faint` (bool: few comments behind it).
        width: Of the whole chart.
        places: Columns, in order.
        themes: Rows, in order.
        legend: What the colour says.
    """
    import altair as alt

    letters = max(8, min(16, int((width - 230) / 6.4 / max(1, len(places)))))
    long = [
        {**row, "theme": _wrapped(row["theme"], width), "place": _wrapped(row["place"], 0, letters)} for row in rows
    ]
    heads = [_wrapped(place, 0, letters) for place in places]
    turned = width < NARROW and len(places) > 3
    x = alt.X(
        "place:N", sort=heads, title=None,
        axis=alt.Axis(orient="top", labelAngle=-60 if turned else 0, domain=False, ticks=False, labelLimit=200,
                      labelExpr="replace(datum.label, /\\n/g, ' ')" if turned else "split(datum.label, '\\n')",
                      labelLineHeight=13, labelAlign="left" if turned else "center",
                      labelPadding=4 if turned else 6 + 13 * max((head.count("\n") for head in heads), default=0)),
    )  # fmt: skip
    y = alt.Y("theme:N", sort=[_wrapped(theme, width) for theme in themes], title=None, axis=_names_axis(width))
    colour = alt.Color(
        "net:Q", title=legend,
        scale=alt.Scale(domain=[-1, 0, 1], range=[COLOURS["negative"], "#F2F3F3", COLOURS["positive"]],
                        interpolate="rgb"),
        legend=alt.Legend(orient="bottom", direction="horizontal", gradientLength=160, tickCount=2, format=".0f",
                          titleLimit=400, values=[-1, 0, 1], labelOverlap=False),
    )  # fmt: skip
    cells = alt.Chart().mark_rect(stroke="#FFFFFF", strokeWidth=2, cornerRadius=3).encode(
        x=x, y=y, color=colour, opacity=alt.condition("datum.faint", alt.value(0.45), alt.value(1)),
    )  # fmt: skip
    words = alt.Chart().mark_text(fontSize=11 if width >= NARROW else 9).encode(
        x=x, y=y, text="label:N",
        color=alt.condition("abs(datum.net) > 0.75 && !datum.faint", alt.value("#FFFFFF"), alt.value(INK)),
    )  # fmt: skip
    # what draws does not count turned letters that stand out above and to the right
    longest = max((len(place) for place in places), default=0)
    return _spec(
        alt.layer(cells, words, data=_data(long)),
        width=width,
        left=[row["theme"] for row in long],
        above=longest if turned else 0,
        right=longest if turned else 0,
    )


def mix_bars(rows: Sequence[Row], *, width: int, names: Mapping[str, str], axis: str) -> Spec:
    """Draw what themes add to a score's change, split into mix and rate.

    Args:
        rows: `name`, `mix`, `rate`; in order.
        width: Of the whole chart.
        names: "mix", "rate" -> the word for it.
        axis: What bars measure.
    """
    import altair as alt

    long = [
        {"name": _wrapped(row["name"], width), "part": names[key], "value": row[key]}
        for row in rows
        for key in ("mix", "rate")
    ]
    bars = alt.Chart().mark_bar(height={"band": 0.62}).encode(
        x=alt.X("value:Q", title=axis, axis=alt.Axis(tickCount=6)),
        y=alt.Y("name:N", sort=None, title=None, axis=_names_axis(width)),
        color=alt.Color("part:N", title=None, legend=alt.Legend(orient="top", symbolType="square", offset=8,
                        columns=1, labelLimit=320),
                        scale=alt.Scale(domain=[names["mix"], names["rate"]], range=["#E0A43A", "#45607A"])),
    )  # fmt: skip
    line = alt.Chart(_data([{"at": 0}])).mark_rule(color=INK, strokeWidth=1).encode(x="at:Q")
    return _spec(
        alt.layer(bars, line, data=_data(long)),
        width=width,
        left=[row["name"] for row in long],
    )


def score_histogram(rows: Sequence[Row], *, width: int, axis: str) -> Spec:
    """Draw how often each value was ticked.

    Args:
        rows: `value` (as it is written), `n`, `group` ("negative", "neutral", "positive"); in order.
        width: Of the whole chart.
        axis: What bars measure.
    """
    import altair as alt

    chart = alt.Chart(_data(rows)).mark_bar().encode(
        x=alt.X("value:N", sort=None, title=None, axis=alt.Axis(labelAngle=0, ticks=False)),
        y=alt.Y("n:Q", title=axis, axis=alt.Axis(tickCount=3, tickMinStep=1)),
        color=alt.Color("group:N", legend=None, scale=alt.Scale(domain=list(COLOURS), range=list(COLOURS.values()))),
    )  # fmt: skip
    return _spec(chart, width=width, height=110)


# --- parts -----------------------------------------------------------------------------------------------------------


def _data(rows: Sequence[Row]) -> alt.InlineData:
    """Put rows into the specification, which then needs nothing from elsewhere."""
    import altair as alt

    return alt.InlineData(values=[dict(row) for row in rows])


def _wrapped(name: str, width: int, letters: int | None = None) -> str:
    r"""Break a long name into two lines, or three on a phone.

    Examples:
        >>> _wrapped("Giao hàng & thực hiện đơn", 720), _wrapped("Giao hàng & thực hiện đơn", 340)
        ('Giao hàng & thực hiện đơn', 'Giao hàng & thực\nhiện đơn')
    """
    room = letters or (42 if width >= NARROW else 20)
    return "\n".join(textwrap.wrap(name, room, max_lines=3, placeholder=" …")) or name[:room]


def _height(names: Sequence[str]) -> int:
    """Give a plot with a row per name its height: names may take several lines."""
    lines = max((name.count("\n") + 1 for name in names), default=1)
    return max(_ROW, 13 * lines + 10) * len(names)


def _names_axis(width: int) -> alt.Axis:
    """Write names along the left, whole."""
    import altair as alt

    return alt.Axis(
        labelExpr="split(datum.label, '\\n')", labelLimit=400, ticks=False, domain=False, labelPadding=8,
        labelFontSize=12 if width >= NARROW else 10.5, labelColor=INK, labelLineHeight=13,
        # several lines stand around the middle of the row, not below it
        labelOffset={"condition": [{"test": "length(split(datum.label, '\\n')) == 2", "value": -6.5},
                                   {"test": "length(split(datum.label, '\\n')) == 3", "value": -13}], "value": 0},
    )  # fmt: skip


def _time_axis(n: int, *, few: bool = False) -> alt.X:
    """Write buckets along the bottom, as many as there is room for."""
    import altair as alt

    turned = n > 8
    return alt.X(
        "bucket:N", sort=None, title=None, scale=alt.Scale(paddingInner=0.2),
        axis=alt.Axis(labelAngle=-40 if turned and not few else 0, labelOverlap="greedy",
                      labelSeparation=6 if few else 2,
                      ticks=False, labelAlign="right" if turned and not few else "center"),
    )  # fmt: skip


def _spec(
    chart: Any, *, width: int, height: int = 0, left: Sequence[str] = (), above: float = 0, right: float = 0
) -> Spec:
    """Give the specification in the report's style, its data inside; with `left`, a row for each of these names."""
    import altair as alt

    # what draws takes Vietnamese letters with two marks for narrower than they are
    narrow = max((len(_TWO_MARKS.findall(line)) for name in left for line in name.split("\n")), default=0)

    made = chart.properties(
        width=width, height=height or _height(list(dict.fromkeys(left))),
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        padding=alt.Padding(left=4 + 6 * narrow, right=6 + max(0.0, right), top=4 + max(0.0, above), bottom=4),  # type: ignore[no-untyped-call]
    ).configure(
        font=FONT,
        background="#FFFFFF",
        aria=False,
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            gridColor=FAINT, domainColor="#A9B4C0", tickColor="#A9B4C0", labelColor=SOFT, titleColor=SOFT,
            titleFontWeight="normal", titleFontSize=11, labelFontSize=11, titlePadding=8,
        ),
        legend=alt.LegendConfig(labelColor=INK, labelFontSize=11, titleColor=SOFT, titleFontWeight="normal",
                                titleFontSize=11),
    )  # fmt: skip
    spec: Spec = made.to_dict()
    return spec
