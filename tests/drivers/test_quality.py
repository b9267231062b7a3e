"""How well a theme is found is read from the metrics of the model that found it."""

import json

import pytest

from nlp_cx.drivers import theme_quality
from nlp_cx.errors import ModelError


def write(folder, text):
    (folder / "metrics.json").write_text(text, encoding="utf-8")


def test_sets_count_by_their_mentions(tmp_path):
    """30 mentions with F1 0.8 and 10 with 0.4 make 0.7; changed texts do not count."""
    write(
        tmp_path,
        json.dumps(
            {
                "a:vi": {"themes": {"staff": {"mentions": 30, "f1": 0.8}}},
                "a:en": {"themes": {"staff": {"mentions": 10, "f1": 0.4}, "price": {"mentions": 0, "f1": 0.0}}},
                "a:vi, no diacritics": {"themes": {"staff": {"mentions": 30, "f1": 0.0}}},
                "b": {"rows": 5},
            }
        ),
    )

    assert theme_quality(tmp_path) == {"staff": pytest.approx(0.7)}


def test_a_folder_without_metrics_knows_nothing(tmp_path):
    assert theme_quality(tmp_path) == {}


@pytest.mark.parametrize("text", ["[", "[1]", '{"a": {"themes": {"staff": {"f1": 1}}}}', '{"a": 1}'])
def test_damaged_metrics_are_refused(tmp_path, text):
    """Named, not guessed."""
    write(tmp_path, text)

    with pytest.raises(ModelError, match=r"metrics\.json cannot be read"):
        theme_quality(tmp_path)
