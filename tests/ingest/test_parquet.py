"""Parquet gives the same comments as JSON lines of the same fields."""

import tracemalloc
from contextlib import suppress
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_cx.errors import ColumnError, FileError
from nlp_cx.ingest import open_survey, parquet_pages
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


def test_columns_of_objects_are_told_where_no_other_holds_a_text(tmp_path):
    pl.DataFrame({"id": ["a"], "comment": [{"vi": "giao hàng chậm quá"}]}).write_parquet(tmp_path / "survey.parquet")

    with pytest.raises(ColumnError, match=r"These hold lists or objects, which are no text: 'comment'$"):
        open_survey(tmp_path / "survey.parquet")


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


def test_a_cell_that_would_fill_the_memory_is_refused_unread(tmp_path, monkeypatch):
    """A few kilobytes of file unpacked to gigabytes; only the headers of its pages are looked at."""
    monkeypatch.setattr(parquet_pages, "PAGE_BYTES", 4 << 20)
    frame = pl.DataFrame({"id": [1, 2], "comment": ["giao hàng chậm quá", "x" * (50 << 20)]})
    frame.write_parquet(tmp_path / "survey.parquet", compression="zstd")
    assert (tmp_path / "survey.parquet").stat().st_size < 50_000

    with pytest.raises(FileError, match=r"column 'comment', has a page that unpacks to 50 MB, more than 4 MB: shorten"):
        open_survey(tmp_path / "survey.parquet")


def test_many_cells_that_would_fill_the_memory_together_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet_pages, "HELD_BYTES", 4 << 20)
    frame = pl.DataFrame({f"comment {number}": ["x" * (1 << 20)] for number in range(5)})
    frame.write_parquet(tmp_path / "survey.parquet", compression="zstd")

    with pytest.raises(
        FileError, match="unpacks to 5 MB for a single page of each column: write it again with smaller"
    ):
        open_survey(tmp_path / "survey.parquet")


def test_a_list_without_end_is_refused(tmp_path, monkeypatch):
    """A run of equal values takes no bytes in the file, and all of its own in memory."""
    monkeypatch.setattr(parquet_pages, "HELD_VALUES", 100_000)
    frame = pl.DataFrame({"comment": ["giao hàng chậm quá"], "tags": [[1] * 200_000]})
    frame.write_parquet(tmp_path / "survey.parquet")

    with pytest.raises(FileError, match="for a single page of each column"):
        open_survey(tmp_path / "survey.parquet")


@pytest.mark.parametrize("kept", [0.3, 0.9, 0.999])
def test_a_file_that_is_cut_short_is_told(tmp_path, kept):
    path = tmp_path / "survey.parquet"
    pl.DataFrame({"comment": ["giao hàng chậm quá", "tốt"]}).write_parquet(path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])

    with pytest.raises(FileError, match="cannot be read as Parquet"):
        open_survey(path)


@given(st.data())
def test_headers_of_rubbish_are_told(tmp_path_factory, data):
    """Any byte of headers and footer may be any other; whatever comes of it, it is no error but ours."""
    path = tmp_path_factory.mktemp("rubbish") / "survey.parquet"
    pl.DataFrame({"id": [1, 2], "comment": ["giao hàng chậm quá", "tốt"], "tags": [["a"], []]}).write_parquet(path)
    bytes_of = bytearray(path.read_bytes())
    for place in data.draw(st.lists(st.integers(4, len(bytes_of) - 5), min_size=1, max_size=4)):
        bytes_of[place] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes_of)

    with suppress(FileError):
        parquet_pages.check_pages(path)


@pytest.mark.parametrize("pages", ["1.0", "2.0"])
@pytest.mark.parametrize("dictionary", [True, False])
def test_what_another_writer_writes_is_read(tmp_path, pages, dictionary):
    """With and without rows; headers of a table without rows point nowhere."""
    pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    table = pa.table({"id": range(300), "comment": [f"giao hàng chậm {n % 7}" for n in range(300)]})
    path = tmp_path / "survey.parquet"
    parquet.write_table(table, path, data_page_version=pages, use_dictionary=dictionary)
    assert len(list(open_survey(path).rows())) == 300

    parquet.write_table(table.slice(0, 0), path, data_page_version=pages, use_dictionary=dictionary)
    with pytest.raises(FileError, match="holds nothing to analyse"):
        open_survey(path)
