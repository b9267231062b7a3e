"""A worse model does not go live, unless a person says so and why; and every step can be undone."""

from __future__ import annotations

import json
import shutil
import warnings
from pathlib import Path

import pytest

from nlp_cx import Analyzer
from nlp_cx.artifacts import open_model
from nlp_cx.cli import main
from nlp_cx.errors import ModelMismatchError, ModelNotFoundError, PromotionRefusedError, RegistryError
from nlp_cx.labelled import Labelled
from nlp_cx.promotion import Verdict, judge, promote, roll_back
from nlp_cx.records import POLARITIES, Comment
from nlp_cx.registry import Registry
from nlp_cx.words import translate
from tests.conftest import LESSONS, use_shelf
from tests.test_parity import disturb_torch, hide_torch, sign

ROWS = [
    Labelled(
        comment=Comment(id=f"{lesson.text} {number}", text=lesson.text, language="vi"),
        sentiment=POLARITIES[lesson.judgement],
        themes={lesson.theme: POLARITIES[lesson.judgement]},
    )
    for number in range(8)
    for lesson in LESSONS
]
"""What the tiny model knows by heart, eight times over."""


@pytest.fixture
def registry(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """A shelf with the tiny model live."""
    shelf = tmp_path / "shelf"
    shutil.copytree(tiny_model, shelf / "tiny")
    use_shelf(monkeypatch, shelf)
    found = Registry.open()
    found.record("tiny", action="promoted", expected=None, reason="the first")
    return found


@pytest.fixture
def twin(tiny_model: Path, tmp_path: Path) -> Path:
    """The same model under another version."""
    folder = Path(shutil.copytree(tiny_model, tmp_path / "twin"))
    sign(folder, version="twin")
    return folder


def test_a_model_of_labels_beside_the_wrong_texts_is_refused(registry: Registry, twin: Path):
    """Shifted rows are as wrong among those held out, and may harm nothing on the regression set: kappa tells."""
    path = twin / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    for agreement, refused in ((0.03, True), (0.6, False), (None, False)):
        history = manifest.get("history", {}) | {"label_agreement": agreement}
        path.write_text(json.dumps(manifest | {"history": history}), encoding="utf-8")

        verdict = judge(open_model(str(twin)), "tiny", labelled=ROWS)

        assert any("hardly better than chance (kappa 0.03)" in reason for reason in verdict.reasons) is refused
        assert verdict.accepted is not refused


@pytest.fixture(scope="module")
def worse(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model whose head for delivery is lost, exported anew as a training would: both paths agree on it."""
    from safetensors.torch import save_file

    from nlp_cx.network import load, pack
    from training.data import THEMES
    from training.publish import export_openvino

    folder = Path(shutil.copytree(tiny_model, tmp_path_factory.mktemp("offered") / "worse"))
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    network = load(config, folder / "model.safetensors", themes=len(THEMES))
    state = network.state_dict()
    state["theme_weight"][THEMES.index("delivery")] = 0.0
    save_file(pack(state), folder / "model.safetensors")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        export_openvino(load(config, folder / "model.safetensors", themes=len(THEMES)), folder / "openvino.xml")
    sign(folder, version="worse")
    return folder


def live(registry: Registry) -> str:
    """The version that an analyzer loads now."""
    assert Analyzer.load().folder.version == registry.live()
    return registry.live()


# --- gates -----------------------------------------------------------------------------------------------------------


def test_a_model_as_good_goes_live(registry, twin):
    """It is copied onto the shelf, recorded with what the gates found, and loaded from then on."""
    verdict, event = promote(twin, registry=registry, labelled=ROWS, reason="nightly", by="lan")

    assert verdict.accepted
    assert live(registry) == "twin"
    assert (event.action, event.previous, event.reason, event.by) == ("promoted", "tiny", "nightly", "lan")
    assert event.gates["accepted"]
    assert event.gates["parity"]["largest"] <= event.gates["parity"]["bound"]
    assert registry.history()[-1] == event


def test_a_worse_model_is_refused(registry, worse):
    """The message names theme, figures and interval; the live model stays, and nothing is put on the shelf."""
    with pytest.raises(PromotionRefusedError, match=r"worse than tiny: .*delivery f1 100\.0 → 40\.0 \(-60\.0 \[") as no:
        promote(worse, registry=registry, labelled=ROWS)

    assert no.value.verdict.parity.holds
    assert {"delivery"} == {one.name for one in no.value.verdict.comparison.regressions if one.kind == "theme"}
    assert live(registry) == "tiny"
    assert [path.name for path in registry.shelf.glob("[!.]*/")] == ["tiny"]
    assert translate(str(no.value), "vi").startswith("mô hình worse không được đưa vào sử dụng: kém hơn tiny: ")


def test_a_worse_model_can_be_forced_with_a_reason(registry, worse):
    """The history says that it was forced, why, by whom, and which gate was overruled."""
    with pytest.raises(RegistryError, match="needs a reason"):
        promote(worse, registry=registry, labelled=ROWS, force=True, reason="  ")
    promote(worse, registry=registry, labelled=ROWS, force=True, reason="delivery is out of scope", by="lan")

    event = registry.history()[-1]
    assert live(registry) == "worse"
    assert (event.action, event.reason, event.by) == ("forced", "delivery is out of scope", "lan")
    assert not event.gates["accepted"]
    assert "delivery" in {change["name"] for change in event.gates["changes"]}


def test_paths_that_differ_are_refused(registry, twin):
    """Weights for torch that are not those for CPUs: refused though the CPU path is as good as before."""
    disturb_torch(twin)

    with pytest.raises(PromotionRefusedError, match=r"on CPU and in torch differs by \S+, more than 0\.005"):
        promote(twin, registry=registry, labelled=ROWS)
    assert live(registry) == "tiny"


def test_without_torch_the_publication_vouches(registry, twin, worse, monkeypatch):
    """A plain install takes the published measurement; weights that it was not made on are refused."""
    hide_torch(monkeypatch)

    verdict, _ = promote(twin, registry=registry, labelled=ROWS)
    assert verdict.parity.measured == "at publication"
    with pytest.raises(PromotionRefusedError) as no:
        promote(worse, registry=registry, labelled=ROWS)
    assert no.value.verdict.reasons[1].endswith("torch is not installed: run  pip install 'nlp-cx[gpu]'")
    assert translate(no.value.verdict.reasons[1], "vi").endswith("hãy chạy  pip install 'nlp-cx[gpu]'")


def test_a_first_model_has_nothing_to_beat(tiny_model, tmp_path):
    """On an empty shelf only the two paths are compared."""
    registry = Registry(tmp_path / "new")

    verdict, event = promote(tiny_model, registry=registry, labelled=ROWS)

    assert verdict.comparison is None
    assert (registry.live(), event.previous) == ("tiny", None)


def test_a_live_model_that_is_broken_can_be_replaced_by_force_only(registry, twin):
    """It cannot be compared with, which is said."""
    (registry.shelf / "tiny" / "openvino.bin").unlink()

    with pytest.raises(PromotionRefusedError, match=r"the live model tiny cannot be run .* lacks openvino\.bin"):
        promote(twin, registry=registry, labelled=ROWS)
    promote(twin, registry=registry, labelled=ROWS, force=True, reason="tiny is broken")
    assert live(registry) == "twin"


def test_a_verdict_is_json(tiny_model, worse, registry):
    """As the API gives it: figures, intervals, reasons."""
    verdict = judge(open_model(worse), "tiny", labelled=ROWS)

    told = json.loads(json.dumps(verdict.to_dict()))
    assert isinstance(verdict, Verdict)
    assert (told["accepted"], told["candidate"], told["live"]) == (False, "worse", "tiny")
    assert {"name", "kind", "figure", "n", "live", "candidate", "difference", "low", "high", "regressed"} == set(
        told["comparison"]["changes"][0]
    )


# --- what cannot be forced -------------------------------------------------------------------------------------------


def test_a_tampered_folder_is_refused_even_by_force(registry, twin):
    """A file that is not the one its manifest names."""
    with (twin / "openvino.bin").open("r+b") as file:
        file.write(b"\0\1\2\3")

    with pytest.raises(ModelMismatchError, match=r"openvino\.bin is not the file"):
        promote(twin, registry=registry, labelled=ROWS, force=True, reason="I am sure")
    assert live(registry) == "tiny"


def test_an_unknown_version_is_told_with_those_there_are(registry):
    """Neither a version nor a folder."""
    with pytest.raises(ModelNotFoundError, match="no model '1066'; models here: tiny"):
        promote("1066", registry=registry)


def test_the_live_model_is_not_promoted_again(registry, tiny_model):
    """Nor another folder that carries its version."""
    with pytest.raises(RegistryError, match="tiny is live already"):
        promote("tiny", registry=registry, labelled=ROWS)


def test_a_promotion_that_was_overtaken_is_refused(registry, twin, tmp_path):
    """Somebody else promotes while the gates are at work: the comparison is outdated, so it does not count."""
    third = Path(shutil.copytree(twin, tmp_path / "third"))
    sign(third, version="third")

    def overtake(done: int, total: int) -> None:
        if done == total:
            promote(third, registry=registry, labelled=ROWS[:8])

    with pytest.raises(RegistryError, match="third became the live model in the meantime, in place of tiny"):
        promote(twin, registry=registry, labelled=ROWS, progress=overtake)
    assert live(registry) == "third"


# --- back ------------------------------------------------------------------------------------------------------------


def test_a_rollback_goes_back(registry, twin):
    """To what was live before, once; then there is nothing left to go back to."""
    promote(twin, registry=registry, labelled=ROWS)

    event = roll_back(registry=registry, reason="complaints", by="minh")

    assert live(registry) == "tiny"
    assert (event.action, event.version, event.previous, event.reason) == ("rolled back", "tiny", "twin", "complaints")
    with pytest.raises(RegistryError, match="nothing to roll back to"):
        roll_back(registry=registry)


def test_a_rollback_to_a_shipped_model_keeps_a_copy(tiny_model, twin, tmp_path):
    """The shelf that came with an older package may be gone tomorrow: what is live lies on the user's own."""
    own = Registry(tmp_path / "own", tiny_model.parent)
    promote(twin, registry=own, labelled=ROWS)

    roll_back(registry=own)

    assert own.live() == "tiny"
    assert open_model(tmp_path / "own" / "tiny").version == "tiny"
    assert Registry(tiny_model.parent).history()[-1].version == "tiny"


def test_a_rollback_to_a_broken_model_is_refused(registry, twin):
    """The live one stays."""
    promote(twin, registry=registry, labelled=ROWS)
    (registry.shelf / "tiny" / "openvino.bin").unlink()

    with pytest.raises(ModelMismatchError, match=r"lacks openvino\.bin"):
        roll_back(registry=registry)
    assert live(registry) == "twin"


# --- the command line ------------------------------------------------------------------------------------------------


def test_models_are_promoted_and_rolled_back_by_command(registry, twin, capsys):
    """Promote, history, rollback, in both languages; what is asked for as JSON stands alone on standard output."""
    assert main(["models", "promote", str(twin), "--by", "lan", "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert "Nothing got worse beyond chance." in said
    assert "twin is live now." in said

    assert main(["models", "rollback", "--reason", "khách phàn nàn", "--by", "minh", "--lang", "vi"]) == 0
    assert capsys.readouterr().out == "Đã dùng lại tiny thay cho twin.\n"

    assert main(["models", "history", "--lang", "vi"]) == 0
    said = capsys.readouterr().out
    assert said.index("quay lại") < said.index("lan") < said.index("the first")
    main(["models", "history", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert told["live"] == "tiny"
    assert [event["by"] for event in told["history"]] == ["", "lan", "minh"]


def test_a_refusal_is_shown_and_has_its_exit_code(registry, twin, capsys):
    """Code 1, one line of error, the table before it."""
    disturb_torch(twin)

    assert main(["models", "promote", str(twin), "--lang", "vi"]) == 1
    streams = capsys.readouterr()
    assert "Mọi ý kiến: cảm xúc, macro-F1" in streams.out
    assert streams.err.startswith("Lỗi: mô hình twin không được đưa vào sử dụng: kết quả trên CPU và trong torch lệch")
    assert streams.err.count("\n") == 1
    assert live(registry) == "tiny"


def test_force_needs_a_reason_on_the_command_line(registry, twin, capsys):
    """Else it is wrong usage; with one it is recorded."""
    disturb_torch(twin)

    assert main(["models", "promote", str(twin), "--force", "--lang", "en"]) == 2
    assert "--force needs --reason" in capsys.readouterr().err
    assert main(["models", "promote", str(twin), "--force", "--reason", "torch is not used here", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["verdict"]["accepted"], told["event"]["action"]) == (False, "forced")
    assert registry.history()[-1].reason == "torch is not used here"


def test_two_models_are_compared_by_command(worse, registry, tmp_path, capsys):
    """On one's own labelled comments: the theme that is lost is marked; the registry is left alone."""
    data = tmp_path / "labelled.jsonl"
    data.write_text("".join(json.dumps(row.to_dict()) + "\n" for row in ROWS), encoding="utf-8")

    assert main(["models", "compare", "tiny", str(worse), "--data", str(data), "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert "✗ Delivery & fulfilment · Giao hàng & thực hiện đơn" in said
    assert "✗ Staff" not in said
    assert len(registry.history()) == 1
