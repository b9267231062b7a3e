"""All that nlp_cx says to people it says in both languages."""

from __future__ import annotations

import ast
import re
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import nlp_cx
from nlp_cx.words import say, translate

PACKAGE = Path(nlp_cx.__file__).parent
BOOK = tomllib.loads((PACKAGE / "words.toml").read_text(encoding="utf-8"))
WORDS = {
    f"{section}.{name}": word for section, entry in BOOK.items() if section != "message" for name, word in entry.items()
}
FAULTS = {"FileError", "ColumnError", "ModelError", "ModelNotFoundError", "ModelMismatchError", "OutputError",
          "RegistryError", "PromotionRefusedError", "ServiceError", "UnauthorizedError", "ForbiddenError",
          "NotFoundError", "ConflictError", "TooLargeError", "MediaTypeError", "BusyError",
          "UnavailableError"}  # fmt: skip
COMPOSED = {"X X", "X X: save it again as .xlsx without a password, or as CSV"}
"""Messages whose sentence is a value; what they are made of is tested below."""


def sources() -> Iterator[ast.Module]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield ast.parse(path.read_text(encoding="utf-8"))


def text_of(node: ast.expr) -> str | None:
    """Text of a string in the code, X for each value in it; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values)
    return None


def calls(names: set[str]) -> Iterator[str]:
    """Yield the first argument of each call of these names, where it is a string."""
    for tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names and node.args:
                text = text_of(node.args[0])
                if text:
                    yield text


@pytest.mark.parametrize("key", WORDS)
def test_both_languages_have_the_same_placeholders(key):
    """A word is there in both languages and asks for the same values."""
    english, vietnamese = WORDS[key]["en"], WORDS[key]["vi"]

    assert set(re.findall(r"\{(\w+)", english)) == set(re.findall(r"\{(\w+)", vietnamese))


def test_translations_use_what_the_message_tells():
    """No translation of a message asks for a value that the message does not have."""
    for entry in BOOK["message"]:
        assert set(re.findall(r"\{(\w+)", entry["vi"])) <= set(re.findall(r"\{(\w+)", entry["en"]))


def test_all_words_that_are_asked_for_are_there():
    """Each `say("section.name", ...)` in the code finds its word; of `say(f"section.{...}")` the section is there.

    Where both are values, nothing can be told from here.
    """
    for key in calls({"say"}):
        section, _, name = key.partition(".")
        assert (key in WORDS) if "X" not in name else section in BOOK or section == "X", key


@pytest.mark.parametrize("message", sorted(set(calls(FAULTS)) - COMPOSED))
def test_messages_of_errors_have_a_vietnamese_form(message):
    """What an error says is found in words.toml."""
    assert translate(message, "vi") != message


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        ("a b.pdf is a PDF: export the answers as CSV or XLSX",
         "a b.pdf là tệp PDF: hãy xuất câu trả lời ra CSV hoặc XLSX"),
        ("there is no column 'x'. Did you mean 'y'? The columns are: 'y'",
         "không có cột 'x'. Có phải ý bạn là 'y'? Các cột là: 'y'"),
        ("skipped: sheet 'S' is hidden and was left out; name it to read it",
         "bỏ qua: trang tính 'S' bị ẩn nên được bỏ qua; hãy chỉ ra tên để đọc"),
        ("the file has no column of free text: say which one holds the comments. The columns are: 'a', 'b'",
         "tệp không có cột ý kiến: hãy chỉ ra cột nào chứa ý kiến. Các cột là: 'a', 'b'"),
        ("old.xls cannot be opened (why): save it again as .xlsx without a password, or as CSV",
         "không mở được old.xls (why): hãy lưu lại thành .xlsx không mật khẩu, hoặc CSV"),
        ("something new", "something new"),
    ],
)  # fmt: skip
def test_values_of_a_message_are_kept(message, wanted):
    """Names and numbers stand in the translation; parts that are messages are translated too; unknown ones stay."""
    assert translate(message, "vi") == wanted
    assert translate(message, "en") == message


def test_a_giant_message_takes_no_time():
    """A message that lists thousands of columns is matched at once."""
    listed = ", ".join(["'x'"] * 3900)

    assert translate(f"there is no column 'a'. The columns are: {listed}", "vi").startswith("không có cột 'a'")


@pytest.mark.parametrize("template", [entry["en"] for entry in BOOK["message"]])
def test_a_hostile_value_takes_no_time(template):
    """A value that repeats the sentence around it is not tried at every place: that took minutes."""
    start, *behind = re.split(r"\{\w+\}", template)
    started = time.process_time()
    translate(start + (("".join(behind) or start) * 20_000)[: 19_000 - len(start)], "vi")

    assert time.process_time() - started < 2


def test_messages_within_messages_have_an_end():
    """A few levels are translated, thousands of them end no recursion."""
    assert translate("skipped: " * 3 + "x", "vi") == "bỏ qua: " * 3 + "x"
    assert translate("skipped: " * 2000 + "x", "vi").endswith("skipped: x")


def test_values_with_braces_are_no_templates():
    """A column that is called {0} breaks nothing."""
    assert translate("x{0}{y}.csv is empty", "vi") == "x{0}{y}.csv là tệp rỗng"
    assert say("print.error", "vi") == "Lỗi"
