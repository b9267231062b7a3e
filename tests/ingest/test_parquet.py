"""Parquet gives the same comments as JSON lines of the same fields."""

import tracemalloc
from datetime import date

import polars as pl

from nlp_cx.ingest import open_survey
from nlp_cx.records import Comment, Score


def test_flat_columns(tmp_path, read):
    """Columns are recognised by name; a row without a text is a respondent without a comment."""
    pl.DataFrame(
        {"id": [1, 2], "comment": ["good thing here", None], "nps": [0, None], "date": [date(2025, 1, 2), None]}
    ).write_parquet(tmp_path / "survey.parquet")

    survey = read("survey.parquet")

    assert survey.comments == [
        Comment(
            id="1", text="good thing here", created_at=date(2025, 1, 2),
            scores=(Score(metric="nps", value=0, min=0, max=10),),
        ),
        Comment(id="2", text=""),
    ]  # fmt: skip
    assert survey.survey.total_rows == 2


def test_lists_and_structs(tmp_path, read):
    """Scores and segments as a comment's record has them."""
    pl.DataFrame(
        {
            "id": ["a", "b"],
            "text": ["x", ""],
            "scores": [[{"metric": "ces", "value": 7.0}], []],
            "segments": [{"kv": "HN"}, {"kv": None}],
        }
    ).write_parquet(tmp_path / "survey.parquet")

    assert read("survey.parquet").comments == [
        Comment(id="a", text="x", segments={"kv": "HN"}, scores=(Score(metric="ces", value=7.0, min=1, max=7),)),
        Comment(id="b", text=""),
    ]


def test_slices_join_without_a_seam(tmp_path):
    """More rows than are read at once come out complete and in order."""
    count = 50_003
    pl.DataFrame({"id": range(count), "comment": ["a b c"] * count}).write_parquet(tmp_path / "survey.parquet")

    assert [row.id for row in open_survey(tmp_path / "survey.parquet").rows()] == [str(n) for n in range(count)]


def test_a_small_file_of_enormous_cells_is_read_in_little_memory(tmp_path):
    """Equal texts stand in the file once: these few kilobytes would be six hundred megabytes in memory."""
    rows = 120
    frame = pl.DataFrame({"id": range(rows), "comment": ["chậm " * 1_000_000] * (rows - 1) + ["giao hàng chậm quá"]})
    frame.write_parquet(tmp_path / "survey.parquet")

    tracemalloc.start()
    *refused, last = open_survey(tmp_path / "survey.parquet").rows()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (len(refused), last.text) == (rows - 1, "giao hàng chậm quá")
    assert {row.reason for row in refused} == {"the text has more than 1,000,000 characters: split it"}
    assert most < 100 << 20
