"""A small survey with everything in it that a report tells, and its results without a model."""

from __future__ import annotations

from datetime import date, timedelta

from nlp_cx.report import ReportBuilder
from tests.analysed import analysed

FIRST = date(2025, 1, 6)


def survey(n=240, *, days=1, late_from=149, **more):
    """Say what `n` customers wrote, one a day: deliveries are blamed twice as often and score worse from a day on."""
    made = []
    for at in range(n):
        late = at % 5 == 0 or (at >= late_from and at % 5 == 1)
        text = f"Giao hàng chậm quá, chờ {at} phút" if late else f"Nhân viên nhiệt tình, lần {at}"
        made.append(
            analysed(
                f"r{at}", text, label="negative" if late else "positive",
                themes={"delivery": "negative"} if late else {"staff": "positive"}, nps=2 if late else 9 + at % 2,
                created_at=FIRST + timedelta(days=at * days), stage="Giao hàng" if late else "Mua hàng",
                segments={"Chi nhánh": ("Cầu Giấy", "Thủ Đức", "<b>Huế</b>")[at % 3]}, **more,
            )
        )  # fmt: skip
    return made


def findings(answers, **more):
    """Build findings of comments with analyses."""
    builder = ReportBuilder()
    for comment, analysis in answers:
        builder.add(comment, analysis)
    return builder.build("khảo sát.xlsx", **more)
