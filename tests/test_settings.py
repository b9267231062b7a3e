"""The environment is read once, where it is asked for."""

import pytest

from nlp_cx.errors import InputError
from nlp_cx.settings import Settings, read_settings


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
