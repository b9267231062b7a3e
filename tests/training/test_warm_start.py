"""Learning on from the live weights."""

from __future__ import annotations

import pytest
from safetensors.torch import load_file

from nlp_cx.artifacts import open_model
from nlp_cx.network import unpack
from training import warm_start
from training.data import ABSENT, NEGATIVE, POSITIVE, THEMES, Example
from training.replay import Replay
from training.warm_start import learn, plan

CONFIG = {"token_budget": 512, "body_rate": 1e-3, "head_rate": 1e-3, "warmup": 0.1, "neutral_weight": 1.0, "seed": 0,
          "passes": 6, "rows": 3000, "step_back": 0.75}  # fmt: skip


def example(text: str, code: int) -> Example:
    codes = [ABSENT] * len(THEMES)
    codes[THEMES.index("delivery")] = code
    return Example(id=text, text=text, language="vi", source="feedback", split="train",
                   sentiment=0 if code == NEGATIVE else 2, themes=tuple(codes))  # fmt: skip


EXAMPLES = [example("giao hàng chậm", NEGATIVE), example("giao hàng nhanh", POSITIVE)] * 8
REPLAY = Replay(pools={"authored": EXAMPLES}, wanted={"authored": 0.5}, trust={"authored": 1.0}, dev=())


@pytest.mark.parametrize(("learnt", "passes"), [(100, 6), (500, 6), (1000, 3), (100_000, 2)])
def test_large_files_are_passed_over_less_often(learnt, passes):
    """Six passes at most, two at least, as many as 3,000 rows make in between; old rows do not count."""
    made = plan(CONFIG, learnt, REPLAY)

    assert made["passes"] == passes
    assert made["sources"]["authored"]["rows"] == learnt / 2


def test_a_stopped_run_goes_on_where_it_stopped(tiny_model, tmp_path, monkeypatch):
    """The second call finds the checkpoint of the last step: it learns nothing twice and gives the same weights."""
    monkeypatch.setattr(warm_start, "SAVE_EVERY", 0)
    live = open_model(tiny_model)
    config = plan(CONFIG, len(EXAMPLES), REPLAY)

    first, learner = learn(live, EXAMPLES, REPLAY, config, tmp_path, 10)
    again, resumed = learn(live, EXAMPLES, REPLAY, config, tmp_path, 10)

    assert learner.seen == resumed.seen == 6 * 24
    assert max(float((first[name] - again[name]).abs().max()) for name in first) == 0


def test_what_is_served_lies_between_live_and_tuned(tiny_model, tmp_path):
    """A step back of 0 gives the live weights, up to nothing."""
    live = open_model(tiny_model)
    config = plan(CONFIG, len(EXAMPLES), REPLAY)

    weights, learner = learn(live, EXAMPLES, REPLAY, config | {"step_back": 0.0}, tmp_path, 10)

    tuned = learner.network.state_dict()
    moved = sum(float((weights[name] - tuned[name]).abs().sum()) for name in weights)
    assert moved > 1
    start = unpack(load_file(live.weights))
    assert all(float((weights[name] - start[name]).abs().max()) == 0 for name in weights)


def test_feedback_has_no_bias_of_its_own(tiny_model, tmp_path):
    """What is served adds no bias by source, so none is learnt for rows like those that will be served."""
    _, learner = learn(open_model(tiny_model), EXAMPLES, REPLAY, plan(CONFIG, len(EXAMPLES), REPLAY), tmp_path, 10)

    assert float(learner.source_bias.detach().abs().max()) == 0
