"""The environment is read once, where it is asked for."""

import re
from pathlib import Path

import pytest

from nlp_cx import settings
from nlp_cx.errors import InputError
from nlp_cx.settings import Settings, read_settings
from nlp_cx.words import translate


@pytest.mark.parametrize(
    ("environment", "lang"),
    [
        ({}, "en"),
        ({"LANG": "vi_VN.UTF-8"}, "vi"),
        ({"LC_ALL": "en_US.UTF-8", "LANG": "vi_VN.UTF-8"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "vi_VN", "LANG": "C"}, "vi"),
        ({"NLP_CX_LANG": "vi", "LC_ALL": "C"}, "vi"),
        ({"NLP_CX_LANG": " EN ", "LANG": "vi_VN"}, "en"),
        ({"NLP_CX_LANG": "", "LANG": "vi_VN"}, "vi"),
    ],
)
def test_the_language_is_asked_for_or_the_locales(environment, lang):
    """NLP_CX_LANG goes before LC_ALL, LC_MESSAGES and LANG, in this order; empty ones do not count."""
    assert read_settings(environment).lang == lang


def test_the_model_is_named_or_left_open():
    """NLP_CX_MODEL names it; empty is not set."""
    assert read_settings({"NLP_CX_MODEL": "2026.11"}).model == "2026.11"
    assert read_settings({"NLP_CX_MODEL": ""}).model is None


def test_an_unknown_language_is_refused():
    """The message says what there is."""
    with pytest.raises(InputError, match="set it to en or vi"):
        read_settings({"NLP_CX_LANG": "fr"})


def test_settings_cannot_be_changed():
    """They are read once."""
    with pytest.raises(AttributeError):
        Settings().lang = "vi"


def test_every_variable_is_documented_and_read():
    """The table of the docstring names exactly what the code asks for."""
    documented = set(re.findall(r"^\| `(\w+)`", settings.__doc__, re.MULTILINE))
    code = Path(settings.__file__).read_text(encoding="utf-8").replace(settings.__doc__, "")

    assert set(re.findall(r'"(NLP_CX_\w+|DATABASE_URL)"', code)) == documented


def test_the_data_folder_holds_the_store_unless_a_database_is_named(tmp_path):
    """SQLite is the default; DATABASE_URL goes before it."""
    named = read_settings({"NLP_CX_HOME": str(tmp_path), "DATABASE_URL": "postgresql+psycopg://db/cx"})

    assert read_settings({"NLP_CX_HOME": str(tmp_path)}).store_url == f"sqlite:///{tmp_path}/nlp_cx.sqlite"
    assert (named.store_url, named.uploads) == ("postgresql+psycopg://db/cx", tmp_path / "uploads")


@pytest.mark.parametrize(("given", "kept"), [("1", True), ("TRUE", True), ("0", False), ("", False)])
def test_a_flag_is_a_yes_or_a_no(given, kept):
    """Nothing is no."""
    assert read_settings({"NLP_CX_KEEP_RAW": given}).keep_raw is kept


@pytest.mark.parametrize(
    ("variable", "value"),
    [("NLP_CX_KEEP_RAW", "maybe"), ("NLP_CX_PORT", "99999"), ("NLP_CX_PORT", "-1"), ("NLP_CX_QUEUE", "0"),
     ("NLP_CX_LOG", "xml"), ("NLP_CX_MAX_BODY_MB", "٣"), ("NLP_CX_RATE_LIMIT", "9" * 5000)],
)  # fmt: skip
def test_a_value_that_means_nothing_is_refused_in_both_languages(variable, value):
    """The message names the variable and what it may hold."""
    with pytest.raises(InputError, match=f"^{variable} is .*: set it to ") as caught:
        read_settings({variable: value})

    assert translate(str(caught.value), "vi").startswith(f"{variable} đang là ")


def test_the_folder_of_models_is_named_or_left_open(tmp_path):
    """NLP_CX_MODELS names it; a ~ is the home folder; empty is not set."""
    assert read_settings({"NLP_CX_MODELS": str(tmp_path)}).models == tmp_path
    assert read_settings({"NLP_CX_MODELS": "~/m"}).models == Path("~/m").expanduser()
    assert read_settings({"NLP_CX_MODELS": ""}).models is None
