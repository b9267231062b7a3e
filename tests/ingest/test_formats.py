"""What a file is shows in its content; what cannot be read says so and says what to do."""

import io
import os
import zipfile

import pytest

from nlp_cx.errors import ColumnError, FileError
from nlp_cx.ingest import Overrides, open_survey

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def archive(**members: bytes) -> bytes:
    """A ZIP file with some members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name.replace("__", "/"), content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("survey.csv", b"", "is empty"),
        ("survey.csv", b"\xef\xbb\xbf\r\n  \r\n", "is empty"),
        ("survey.csv", b"%PDF-1.7 ...", "is a PDF: export the answers"),
        ("survey.xlsx", b"\x89PNG\r\n\x1a\n...", "is a picture"),
        ("survey.csv", b"\x1f\x8b\x08\x00", "gzip-compressed: unpack it"),
        ("survey.csv", archive(notes=b"x"), "is a ZIP archive and no spreadsheet"),
        ("survey.xlsx", archive(notes=b"x")[:-8], "cut short or broken"),
        ("survey.xlsx", archive(word__document=b"<xml/>"), "no spreadsheet"),
        ("survey.xls", b"<html><table><tr><td>x</td></tr></table></html>", "is a web page"),
        ("survey.csv", bytes(range(1, 32)) * 40, "is a binary file"),
        ("survey.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        ("survey.xls", OLE, "no spreadsheet"),
        ("survey.xls", OLE + "Workbook".encode("utf-16-le"), "cannot be opened"),
        ("survey.parquet", b"PAR1....PAR1", "cannot be read as Parquet"),
        ("survey.jsonl", b"{broken\n", "line 1: the line is not JSON"),
        ("survey.json", b'{"a": ', "is not JSON"),
    ],
)
def test_foreign_file_is_named_for_what_it_is(tmp_path, name, content, said):
    """The message names the file, what is wrong with it and what to do."""
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(FileError) as caught:
        list(open_survey(path).rows())

    assert said in str(caught.value)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_archive_that_unpacks_to_far_more_is_not_opened(tmp_path):
    """A small file that would fill the memory is refused by its directory alone."""
    path = tmp_path / "survey.xlsx"
    path.write_bytes(archive(xl__workbook=b"<workbook/>", xl__worksheets__sheet1=bytes(300 << 20)))

    with pytest.raises(FileError, match="is not opened"):
        open_survey(path)


def test_missing_file_and_folder(tmp_path):
    """A path that leads nowhere and one that leads to a folder are told apart."""
    with pytest.raises(FileError, match="there is no file"):
        open_survey(tmp_path / "none.csv")
    with pytest.raises(FileError, match="is a folder"):
        open_survey(tmp_path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_file_without_permission(tmp_path):
    """A file that may not be read says so."""
    path = tmp_path / "survey.csv"
    path.write_text("comment\nfine\n", encoding="utf-8")
    path.chmod(0)

    with pytest.raises(FileError, match="Permission denied"):
        open_survey(path)


@pytest.mark.parametrize("name", ["survey.csv", "survey.xlsx", "survey", "survey.txt"])
def test_content_goes_before_the_name(read, name):
    """JSON lines are JSON lines under any name."""
    survey = read(name, '{"id": "a", "text": "Tốt"}\n{"id": "b", "text": "Tệ"}\n')

    assert (survey.survey.format, survey.ids) == ("jsonl", ["a", "b"])


def test_file_without_comments_lists_its_columns(tmp_path):
    """Where no column is of text, the message lists what there is to choose from."""
    path = tmp_path / "survey.csv"
    path.write_text("a,b\n1,2\n3,4\n", encoding="utf-8")

    with pytest.raises(ColumnError, match=r"no column of free text.*'a', 'b'"):
        open_survey(path)


def test_sheet_of_a_file_without_sheets(tmp_path):
    """Asking for a sheet of a CSV is a mistake, and is said to be one."""
    path = tmp_path / "survey.csv"
    path.write_text("comment\nfine thing\n", encoding="utf-8")

    with pytest.raises(ColumnError, match="has no sheets"):
        open_survey(path, Overrides(sheet="Q1"))
