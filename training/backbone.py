"""Any encoder of the hub, or of a local folder, as the start of a run.

`python -m training.finetune --backbone vinai/phobert-base ...` calls this; BERT, RoBERTa (PhoBERT) and XLM-RoBERTa fit.
What comes out is a folder like training.grow's: config.json, model.safetensors, tokenizer.json, and backbone.json with
the name, the licence and what the input needs.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nlp_cx.encode import QUESTION_TOKENS, WINDOW

ARCHITECTURES = ("bert", "roberta", "xlm-roberta")
SEGMENTED = ("phobert",)
"""Backbones that were pretrained on segmented Vietnamese ("nhân_viên"), by a part of their name."""
LICENCES = {
    "vinai/phobert-base-v2": "AGPL-3.0",
    "vinai/phobert-large": "MIT",
    "vinai/phobert-base": "MIT",
    "xlm-roberta-base": "MIT",
    "FacebookAI/xlm-roberta-base": "MIT",
}
"""Licences of backbones people ask for, as their pages state them; others are looked up on the hub."""


class BackboneError(ValueError):
    """This backbone cannot be used; the message says what can."""


def fetch(name: str, out: Path) -> Path:
    """Bring a backbone into the form in which runs start.

    Args:
        name: Name on the hub (needs internet once; transformers keeps it), or a local folder written by
            `save_pretrained` of its model and its tokenizer.
        out: Folder to write.

    Returns:
        `out`.

    Raises:
        BackboneError: If there is no such encoder, its architecture is another, or its tokenizer cannot be kept in
            tokenizer.json.
    """
    from safetensors.torch import save_file
    from transformers import AutoConfig, AutoModel, AutoTokenizer

    try:
        config = AutoConfig.from_pretrained(name)
    except (OSError, ValueError) as error:
        raise BackboneError(
            f"{name} is neither a folder of an encoder nor a name that the hub answered to: {error}"
        ) from error
    if config.model_type not in ARCHITECTURES:
        raise BackboneError(
            f"{name} is a {config.model_type} model; this network takes {', '.join(ARCHITECTURES)} "
            "(an encoder whose states are read token by token)"
        )
    model = AutoModel.from_pretrained(name, add_pooling_layer=False)
    tokenizer = AutoTokenizer.from_pretrained(name)
    out.mkdir(parents=True, exist_ok=True)
    if getattr(tokenizer, "is_fast", False):
        tokenizer.backend_tokenizer.save(str(out / "tokenizer.json"))
    elif hasattr(tokenizer, "merges_file"):
        files = Path(str(tokenizer.vocab_file)), Path(str(tokenizer.merges_file))
        tokens = write_fastbpe(*files, out / "tokenizer.json")
        add_unknown_rows(model, tokens, unknown=tokenizer.unk_token_id)
        config.vocab_size = len(model.get_input_embeddings().weight)
    else:
        raise BackboneError(f"the tokenizer of {name} is written in Python alone; one with a tokenizer.json is needed")
    config.save_pretrained(out)
    save_file({key: value.contiguous() for key, value in model.state_dict().items()}, out / "model.safetensors")
    (out / "backbone.json").write_text(json.dumps(describe(name, config), indent=2), encoding="utf-8")
    return out


def describe(name: str, config: Any) -> dict[str, Any]:
    """Tell name, licence, word segmentation and how many tokens of text fit.

    Args:
        name: As given to `fetch`.
        config: Configuration of `transformers`.

    Returns:
        What goes into backbone.json and from there into the manifest of every model made from it.
    """
    offset = 2 if config.model_type in {"roberta", "xlm-roberta"} else 0
    room = config.max_position_embeddings - offset - 3 - QUESTION_TOKENS
    tokenizer_class = getattr(config, "tokenizer_class", None)
    segmented = tokenizer_class == "PhobertTokenizer" or any(part in name.lower() for part in SEGMENTED)
    return {
        "name": name,
        "licence": LICENCES.get(name) or licence_on_hub(name),
        "segmentation": "underthesea" if segmented else None,
        "window": min(WINDOW, room),
    }


def licence_on_hub(name: str) -> str:
    """Ask the hub for a model's licence; a local folder, or a hub that does not answer, is "unknown"."""
    if Path(name).exists():
        return "unknown"
    from huggingface_hub import model_info
    from huggingface_hub.errors import HfHubHTTPError

    try:
        card = model_info(name, timeout=10).card_data
    except (HfHubHTTPError, OSError, ValueError):
        return "unknown"
    return str(card.get("license") or "unknown") if card else "unknown"


def read_description(start: Path) -> dict[str, Any]:
    """Read backbone.json of a run's start; our own encoder has none and needs nothing."""
    path = start / "backbone.json"
    if not path.is_file():
        return {"name": None, "licence": None, "segmentation": None, "window": WINDOW}
    described: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return described


def write_fastbpe(vocabulary: Path, merges: Path, out: Path) -> int:
    """Write a fastBPE vocabulary (PhoBERT's vocab.txt and bpe.codes) as a tokenizer.json.

    fastBPE marks pieces inside a word by a trailing "@@" in the vocabulary, and the word's end by "</w>" in the merges.
    `tokenizers` knows the latter alone, so "nhân@@" is kept as "nhân" and "nhân" as "nhân</w>"; ids stay as they are.
    Pieces that merges pass through but the vocabulary lacks, which fastBPE calls unknown, get ids behind all others.

    Args:
        vocabulary: A piece and its count per line.
        merges: Two pieces and their count per line.
        out: File to write.

    Returns:
        Number of ids.
    """
    from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers

    special = ["<s>", "<pad>", "</s>", "<unk>"]
    pieces = [line.rsplit(" ", 1)[0].strip() for line in vocabulary.read_text(encoding="utf-8").splitlines()]
    ids = {name: number for number, name in enumerate(special)}
    for piece in pieces:
        ids.setdefault(piece.removesuffix("@@") if piece.endswith("@@") else f"{piece}</w>", len(ids))
    ids.setdefault("<mask>", len(ids))
    rules = [line.split()[:2] for line in merges.read_text(encoding="utf-8").splitlines() if line.strip()]
    for one, other in rules:
        for piece in (one, other, one + other):
            ids.setdefault(piece, len(ids))
    pairs = [(one, other) for one, other in rules]
    model = models.BPE(vocab=ids, merges=pairs, unk_token="<unk>", end_of_word_suffix="</w>")  # noqa: S106
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.add_special_tokens([AddedToken(name, normalized=False) for name in (*special, "<mask>")])
    tokenizer.save(str(out))
    return len(ids)


def add_unknown_rows(model: Any, tokens: int, *, unknown: int) -> None:
    """Give ids behind a model's vocabulary the embedding of the unknown token, so that it answers as before."""
    import torch

    old = model.get_input_embeddings().weight.detach()
    rows = old[unknown].expand(max(0, tokens - len(old)), -1)
    wider = torch.nn.Embedding(len(old) + len(rows), old.shape[1])
    wider.weight.data.copy_(torch.cat([old, rows]))
    model.set_input_embeddings(wider)
