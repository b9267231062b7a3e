"""The network in torch: one encoder, several heads. Needed for training and on a GPU only.

Every label looks at the tokens through an attention of its own. For themes that attention is the evidence head itself,
so the words that decide a theme are the words that are shown for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

FLAGS = ("complaint", "suggestion", "none")


class FeedbackNetwork(nn.Module):
    """Encoder with heads for sentiment, themes, evidence and flags."""

    def __init__(self, backbone: nn.Module, *, hidden: int, themes: int) -> None:
        """Put fresh heads on a backbone.

        Args:
            backbone: Model of `transformers` that gives `last_hidden_state`.
            hidden: Its width.
            themes: Number of themes.
        """
        super().__init__()
        self.backbone = backbone
        self.themes = themes
        self.attend = nn.Linear(hidden, themes + 1 + len(FLAGS))
        self.mix = nn.Linear(2 * hidden, hidden)
        self.theme_weight = nn.Parameter(torch.randn(themes, hidden, 4) * 0.02)
        self.theme_bias = nn.Parameter(torch.zeros(themes, 4))
        self.sentiment = nn.Linear(hidden, 3)
        self.flag_weight = nn.Parameter(torch.randn(len(FLAGS), hidden) * 0.02)
        self.flag_bias = nn.Parameter(torch.zeros(len(FLAGS)))

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        """Run a batch.

        Args:
            input_ids: Shape (batch, tokens).
            attention_mask: 1 for tokens, 0 for padding; same shape.
            token_type_ids: 0 for the comment, 1 for the question; same shape.

        Returns:
            Logits: sentiment (batch, 3), themes (batch, themes, 4), flags (batch, 3), evidence (batch, tokens, themes).
        """
        return self.judge(self.read(input_ids, attention_mask, token_type_ids), attention_mask)

    @property
    def words(self) -> torch.Tensor:
        """Input embeddings, shape (vocabulary, hidden)."""
        weight: torch.Tensor = self.backbone.get_input_embeddings().weight  # type: ignore[operator]
        return weight

    def read(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor) -> torch.Tensor:
        """Give the backbone's last states, shape (batch, tokens, hidden).

        A backbone that does not tell comment and question apart (RoBERTa) gets one kind of token.
        """
        kinds = int(self.backbone.config.type_vocab_size)  # type: ignore[union-attr, arg-type]
        states: torch.Tensor = self.backbone(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids.clamp(max=kinds - 1)
        ).last_hidden_state
        return states

    def judge(
        self, states: torch.Tensor, attention_mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        """Run the heads on the backbone's states; gives what `forward` gives."""
        looks = self.attend(states)
        mask = attention_mask.to(states.dtype).unsqueeze(-1)
        weights = torch.softmax(looks + (1 - mask) * -1e4, dim=1)
        pooled = weights.transpose(1, 2) @ states
        mean = (states * mask).sum(1, keepdim=True) / mask.sum(1, keepdim=True)
        mixed = torch.nn.functional.gelu(self.mix(torch.cat([pooled, mean.expand_as(pooled)], dim=-1)))
        theme_logits = torch.einsum("bkh,kho->bko", mixed[:, : self.themes], self.theme_weight) + self.theme_bias
        sentiment_logits = self.sentiment(mixed[:, self.themes])
        flags = torch.einsum("bkh,kho->bko", mixed[:, self.themes + 1 :], self.flag_weight.unsqueeze(-1))
        flag_logits = flags.squeeze(-1) + self.flag_bias
        return sentiment_logits, theme_logits, flag_logits, looks[:, :, : self.themes]


def build(config: dict[str, Any], *, themes: int) -> FeedbackNetwork:
    """Make a network with random weights from a backbone's config.json.

    Args:
        config: Content of a transformers `config.json`.
        themes: Number of themes.

    Returns:
        The network in training mode, dropout as in the config.
    """
    from transformers import AutoConfig, AutoModel

    settings = dict(config)
    backbone_config = AutoConfig.for_model(settings.pop("model_type"), **settings)
    backbone_config._attn_implementation = "eager"
    extra = {"add_pooling_layer": False} if backbone_config.model_type in {"bert", "roberta", "xlm-roberta"} else {}
    backbone = AutoModel.from_config(backbone_config, **extra)  # type: ignore[no-untyped-call]
    return FeedbackNetwork(backbone, hidden=backbone_config.hidden_size, themes=themes)


def pack(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Store the matrices of layers as int8 with one float16 scale a row, the rest as they are.

    The largest entry of a row becomes -128 and products are rounded to float16, as in NNCF's symmetric int8, so that
    the OpenVINO graph compressed from the unpacked weights holds the very same numbers.

    Args:
        state: Weights by name.

    Returns:
        Tensors for a safetensors file; a packed matrix `name` has its scales, shape (rows, 1), in `name.scale`.
    """
    packed: dict[str, torch.Tensor] = {}
    for name, weight in state.items():
        if weight.ndim == 2 and name.endswith(".weight"):
            rows = weight.float()
            largest = torch.gather(rows, 1, rows.abs().argmax(dim=1, keepdim=True))
            scale = torch.where(largest.abs() < 1e-5, torch.ones_like(largest), largest / -128).half()
            packed[name] = torch.round(rows / scale.float()).clamp(-128, 127).to(torch.int8)
            packed[f"{name}.scale"] = scale
        else:
            packed[name] = weight.float().contiguous()
    return packed


def unpack(packed: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Undo `pack`, up to its rounding."""
    return {
        name: (tensor.half() * packed[f"{name}.scale"]).float() if f"{name}.scale" in packed else tensor.float()
        for name, tensor in packed.items()
        if not name.endswith(".scale")
    }


def load(config: dict[str, Any], weights: Path, *, themes: int) -> FeedbackNetwork:
    """Make a network with the weights of a model folder.

    Args:
        config: Content of its `config.json`.
        weights: Its `model.safetensors`, packed or plain.
        themes: Number of themes.

    Returns:
        The network, in evaluation mode.
    """
    from safetensors.torch import load_file

    network = build(config, themes=themes)
    network.load_state_dict(unpack(load_file(weights)))
    return network.eval()
