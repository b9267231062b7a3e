"""A report is one file: a page without scripts and requests, a PDF with its letters, a workbook without formulas."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from openpyxl import load_workbook

from nlp_cx.errors import OutputError
from nlp_cx.report import write_document, write_report
from nlp_cx.report.html import to_html
from nlp_cx.report.pdf import to_pdf
from tests.analysed import analysed
from tests.report.survey import FIRST, findings, survey

HOSTILE = '=cmd() <img src=x onerror=alert(1)> "quoted" #eval(1) \\u202e 🙂 ếờữ'


@pytest.fixture(scope="module")
def found():
    hostile = [
        analysed(f"h{at}", HOSTILE, label="negative", sure=0.99, themes={"price": "negative"}, nps=10, created_at=FIRST)
        for at in range(3)
    ]
    return findings([*survey(120), *hostile])


@pytest.fixture(scope="module")
def short(found):
    """The same with one chart and the lists, for drawing takes its time."""
    document = write_document(found, "vi")
    kept = [section for section in document.sections if section.id in ("themes", "contradictions", "voices", "method")]
    return replace(document, sections=kept)


@pytest.fixture(scope="module")
def long():
    """Thirty-four weeks, deliveries blamed by more than thirty."""
    return findings(survey())


class Page(HTMLParser):
    """Tags, addresses and texts of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.addresses, self.handlers, self.open = [], [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href", "xlink:href", "action", "data")]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]


def test_the_page_has_no_script_and_asks_for_nothing(short):
    """No script, no address but places within the page, nothing in its style, and a policy that forbids the rest."""
    html = to_html(short)
    page = Page(html)

    assert not {"script", "iframe", "link", "img", "object", "embed", "base", "form"} & set(page.tags)
    assert all(address.startswith("#") for address in page.addresses)
    assert page.handlers == []
    assert "url(" not in html.replace("url(#", "")
    assert "@import" not in html
    assert "default-src 'none'" in html


def test_what_customers_write_is_text(short):
    """A comment that looks like a page is quoted."""
    html = to_html(short)

    assert "&lt;img src=x onerror=alert(1)&gt;" in html
    assert "<img" not in html


def test_the_page_says_its_language(short):
    """For screen readers and hyphenation."""
    assert '<html lang="vi">' in to_html(short)


def test_the_pdf_has_its_letters_and_the_comment_as_it_is(short):
    """A PDF with embedded fonts; Vietnamese stays, markup of Typst in a comment is text."""
    made = to_pdf(short)

    assert made.startswith(b"%PDF-")
    assert b"LibertinusSerif" in made
    assert to_pdf(short) == made  # the same findings give the same file


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_the_workbook_has_a_sheet_for_each_part_and_no_formula(found, lang, tmp_path):
    """Headlines first; what begins with = is text."""
    out = tmp_path / "r.xlsx"
    write_report(found, out, lang=lang)
    book = load_workbook(out)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]

    assert book.sheetnames[0] == {"en": "In short", "vi": "Tóm tắt"}[lang]
    assert {"en": "Contradictions", "vi": "Điểm và lời trái nhau"}[lang] in book.sheetnames
    assert not any(cell.data_type == "f" for cell in cells)
    assert any(isinstance(cell.value, str) and cell.value.startswith("=cmd()") for cell in cells)


def test_the_workbook_says_how_sure_each_driver_is(long, tmp_path):
    """The q of Benjamini and Hochberg stands behind each impact that was tested, below 0.05 for late deliveries."""
    out = tmp_path / "r.xlsx"
    write_report(long, out, lang="en")
    rows = list(load_workbook(out)["Drivers"].values)
    at = next(place for place, title in enumerate(rows[0]) if str(title).startswith("q ("))

    assert [row[at] < 0.05 for row in rows[1:] if row[at] is not None and "Delivery" in row[3]] == [True, True]


def test_themes_that_are_named_together_are_told(tmp_path):
    """Forty comments name price and staff, forty neither: twice as often as chance, in the page and in the workbook."""
    both = {"price": "negative", "staff": "positive"}
    rows = [
        analysed(f"b{at}", f"Đắt mà nhiệt tình {at}", themes=both if at % 2 else {"place": "positive"})
        for at in range(80)
    ]
    together = findings(rows)
    document = write_document(together, "en")
    (section,) = (section for section in document.sections if section.id == "themes")
    grid = section.blocks[-1]
    write_report(together, tmp_path / "r.xlsx", lang="en")
    sheet = list(load_workbook(tmp_path / "r.xlsx")["Themes together"].values)

    assert grid.title == "Themes that are named together"
    assert [(cell.text, cell.small) for cell in grid.rows[0]][1:] == [
        ("40", "50%"), ("100%", ""), ("100%", ""), ("2.0 times", "1.6 to 2.5"), ("go together", ""),
    ]  # fmt: skip
    assert sheet[1][2] == 40


@pytest.mark.parametrize(("lang", "reason"), [("en", "All scores are equal"), ("vi", "Mọi điểm số đều bằng nhau")])
def test_equal_scores_are_told_and_not_drawn(lang, reason):
    """Nothing can go with a score that everybody gave: the section says so, without a chart of zeros."""
    rows = [analysed(f"e{at}", f"Tốt {at}", themes={"staff": "positive"} if at % 2 else {}, nps=9) for at in range(80)]
    (section,) = (one for one in write_document(findings(rows), lang).sections if one.id == "drivers")

    assert len(section.blocks) == 1
    assert section.blocks[0].items[0].startswith(reason)


def test_slow_drifts_are_drawn_and_written(long, tmp_path):
    """The EWMA stands in the charts' rows and in the sheet of trends."""
    document = write_document(long, "en")
    (change,) = (section for section in document.sections if section.id == "change")
    specs = [str(block.draw(340)) for block in change.blocks if hasattr(block, "draw")]
    write_report(long, tmp_path / "r.xlsx", lang="en")
    rows = list(load_workbook(tmp_path / "r.xlsx")["Trend"].values)
    at = rows[0].index("Smoothed (EWMA)")

    assert any("'ewma:Q'" in spec or "'field': 'ewma'" in spec for spec in specs)
    assert all(0 <= row[at] <= 1 for row in rows[1:] if row[at] is not None)
    assert any(row[at] for row in rows[1:])


def test_sentences_are_there_in_both_languages(found):
    """The same sections, other words; nothing is left in English in the Vietnamese report's titles."""
    english, vietnamese = write_document(found, "en"), write_document(found, "vi")

    assert [section.id for section in english.sections] == [section.id for section in vietnamese.sections]
    assert not {section.title for section in english.sections} & {section.title for section in vietnamese.sections}


def test_no_report_speaks_of_causes(found):
    """In neither language, except where it says that it does not."""
    for lang in ("en", "vi"):
        document = write_document(found, lang)
        said = " ".join(str(section.blocks) for section in document.sections if section.id != "method")

        assert not re.search(r"\bcauses\b|\bdrives\b|\bbecause\b|\bdue to\b|gây ra|làm cho|\bdo khách\b", said)


def test_a_folder_that_is_not_there_is_told(found, tmp_path):
    """And no part of a file is left."""
    with pytest.raises(OutputError):
        write_report(found, tmp_path / "no" / "r.html")
