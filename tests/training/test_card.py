"""The model card says of each model what is true of that model."""

from __future__ import annotations

import pytest

from training.card import write_card

OPEN = {"origins": ["open"], "licences": {"open": "CC0"}}
PHOBERT = {"backbone": {"name": "vinai/phobert-base-v2", "licence": "AGPL-3.0"}}


def card(run: dict[str, object], backbone: dict[str, object]) -> str:
    """Write a card of a small model without figures."""
    config = {"num_hidden_layers": 12, "hidden_size": 768, "vocab_size": 64_001}
    manifest = {"taxonomy": "1", "normaliser": "clean", **backbone}
    made = {"rows": 1000, "minutes": 5.0, "config": run}
    return " ".join(write_card("next", config, manifest, made, {}, parameters=135_000_000).split())


def test_the_encoder_is_the_one_it_has():
    """Layers, width, weights and vocabulary are those of the folder."""
    assert "Encoder: 12 layers x 768, 135.0 M parameters, own bilingual vocabulary of 64,001 pieces." in card({}, {})
    assert "the vocabulary of 64,001 pieces of vinai/phobert-base-v2." in card({}, PHOBERT)


def test_a_model_on_another_backbone_names_it_and_its_licence():
    """It descends from that and from nothing of ours, and promises no licence that the backbone does not give."""
    written = card({}, PHOBERT)

    assert "descend from vinai/phobert-base-v2, whose licence (AGPL-3.0) holds for them as well" in written
    assert "MiniLM" not in written
    assert "released under Apache-2.0" not in written
    assert "They descend from all-MiniLM-L6-v2 (Apache-2.0)" in card({}, {})


@pytest.mark.parametrize(
    ("backbone", "claim"),
    [
        ({}, "Vocabulary, weights, temperatures and thresholds come from texts alone whose licence"),
        (PHOBERT, "What was learnt beyond that backbone, temperatures and thresholds come from texts alone"),
    ],
)
def test_the_terms_are_those_of_the_run(backbone, claim):
    """Each source of a permissive run stands with its licence, and not the sentence about research-only texts."""
    written = card(OPEN, backbone)

    assert "| open | CC0 |" in written
    assert claim in written
    assert "research only" not in written
    assert "research only" in card({}, backbone)
