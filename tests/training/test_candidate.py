"""The candidate's folder."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nlp_cx.decide import Calibration
from nlp_cx.errors import OutputError
from training.candidate import fit_temperature, free_version

LIVE = Calibration(
    sentiment_temperature=1.0, sentiment_bias=np.zeros(3), theme_scale=np.ones(16), theme_shift=np.zeros(16),
    theme_threshold=np.full(16, 0.5), flag_scale=np.ones(3), flag_shift=np.zeros(3), none_threshold=0.5,
    evidence_threshold=0.3, review_sentiment=0.5, review_margin=0.03,
)  # fmt: skip


def test_a_model_too_sure_of_itself_is_cooled():
    """Log-odds of log 9 promise 90 %; where 3 of 4 are right, half of them fit (75 %); few rows move little."""
    logits = np.log(np.array([[9.0, 1e-9, 1.0]] * 5000))
    gold = np.array([0, 0, 0, 2] * 1250)

    fitted = fit_temperature(LIVE, logits, gold).sentiment_temperature

    assert fitted == pytest.approx(2.0, abs=0.1)
    assert fit_temperature(LIVE, logits[:4], gold[:4]).sentiment_temperature < 1.1


def test_without_rows_the_live_calibration_stays():
    """Nothing to fit on: nothing is fitted; else only the temperature changes."""
    assert fit_temperature(LIVE, np.zeros((0, 3)), np.zeros(0, dtype=int)) is LIVE
    changed = fit_temperature(LIVE, np.log(np.array([[9.0, 1e-9, 1.0]] * 80)), np.array([0, 2] * 40))
    assert replace(changed, sentiment_temperature=1.0).to_manifest() == LIVE.to_manifest()


def test_versions_are_free_names(tmp_path):
    """The day's next number is taken; a name that is there, or would leave the folder, is refused."""
    first = free_version(tmp_path, None)
    (tmp_path / first).mkdir()

    assert first.endswith("-r1")
    assert free_version(tmp_path, None).endswith("-r2")
    assert free_version(tmp_path, "2026.12") == "2026.12"
    for name in (first, "../x", ".hidden", ""):
        with pytest.raises(OutputError):
            free_version(tmp_path, name)
