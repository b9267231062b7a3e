"""The report: what it concludes, and that no comment can steer it."""

from __future__ import annotations

import pytest

from nlp_cx.gates import Change, Comparison
from nlp_cx.labelled import Labelled
from nlp_cx.records import Comment
from training.checks import Checks, Suspect
from training.measured import Measured
from training.pictures import label, verdict
from training.report import Story, conclude, write_report


def change(difference: float, *, kind="overall", name="all", figure="theme_micro_f1", regressed=False) -> Change:
    return Change(name=name, kind=kind, figure=figure, n=50, live=0.7, candidate=0.7 + difference,
                  difference=difference, low=difference - 0.03, high=difference + 0.03,
                  regressed=regressed)  # fmt: skip


def measured(*changes: Change) -> Measured:
    return Measured(name="rows held out", rows=(), live=None, candidate=None,
                    comparison=Comparison(rows=0, changes=changes))  # fmt: skip


@pytest.mark.parametrize(
    ("found", "worse", "words"),
    [
        (change(0.05), False, "theme F1 +5.0 on rows held out"),
        (change(0.01), False, "Nothing changed beyond chance"),
        (change(0.2, kind="theme", name="delivery", figure="f1"), False, "Better beyond chance"),
        (
            change(-0.2, kind="theme", name="delivery", figure="f1", regressed=True),
            True,
            "Delivery & fulfilment · Giao",
        ),
    ],
)
def test_the_conclusion_names_what_changed_beyond_chance(found, worse, words):
    """Better, the same, or worse: the sentence says which figure, by how much and on which rows."""
    assert conclude([measured(found)])[0] is worse
    assert words in conclude([measured(found)])[1]


def test_verdicts_and_names_of_changes():
    """A change counts where its whole interval lies on one side of zero; names stand in both languages."""
    assert [verdict(change(one)) for one in (0.05, 0.01, -0.01)] == ["better", "within chance", "within chance"]
    assert verdict(change(-0.2, regressed=True)) == "worse"
    judged = label(change(-0.2, kind="theme", name="delivery", figure="polarity_f1"))
    assert judged == f"{label(change(0, kind='theme', name='delivery', figure='f1'))}: judgement · đánh giá"
    assert label(change(0, kind="language", name="vi")) == "Vietnamese · tiếng Việt: theme F1"


def test_comments_cannot_steer_the_pages(tmp_path):
    """Markup, table bars, formulas and phone numbers of a comment come out as harmless text, or not at all."""
    text = "=1+1 <script>x</script> | **b** gọi 0912 345 678"
    row = Labelled(comment=Comment(id="=2", text=text), sentiment="negative", themes={}, row=7)
    suspect = Suspect(row=row, field="sentiment", given="negative", likely="positive", probability=0.1)
    checks = Checks(balance={"vi": {"rows": 1}}, copies=[], contradictions=[[row, row]], suspects=[suspect],
                    truncated=[], agreement=None, other_language=0, unlabelled=0, in_regression=0)  # fmt: skip

    write_report(
        Story(title="a", title_vi="b", told="", measured=[], checks=checks, held={}, notes=["n"], next="do"), tmp_path
    )

    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    markdown = (tmp_path / "report.md").read_text(encoding="utf-8")
    table = (tmp_path / "labels_to_check.csv").read_text(encoding="utf-8-sig")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "<script>" not in markdown
    assert "\\| **b**" in markdown
    assert ",'=2," in table
    assert all("0912" not in written for written in (page, markdown, table))
