"""Model folders: where they are, what must be in them, and whether their parts belong together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp_cx.errors import ModelMismatchError, ModelNotFoundError
from nlp_cx.taxonomy import load_taxonomy

FORMAT = 1
"""Version of the folder's layout."""
_PACKAGE = Path(__file__).parent
SHELVES = (_PACKAGE / "_models", _PACKAGE.parent / "models")
"""Where model folders lie: inside an installed package, beside it in a checkout."""
DEFAULT = "default"
"""File on a shelf that holds the version analysed with when none is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFolder:
    """A model folder whose manifest was checked."""

    path: Path
    manifest: Mapping[str, Any]

    @property
    def version(self) -> str:
        """Version that every result carries."""
        return str(self.manifest["version"])

    @property
    def tokenizer(self) -> Path:
        """File of the `tokenizers` library."""
        return self.path / "tokenizer.json"

    @property
    def openvino(self) -> Path:
        """Graph for CPUs."""
        return self.path / "openvino.xml"

    @property
    def weights(self) -> Path:
        """Weights for torch."""
        return self.path / "model.safetensors"

    @property
    def card(self) -> Path:
        """What the model is, was trained on, is good and bad at."""
        return self.path / "card.md"


def sha256(path: Path) -> str:
    """Hash of a file, as in the manifest."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def list_models() -> list[Path]:
    """All model folders on the shelves, by name."""
    return sorted({manifest.parent for shelf in SHELVES for manifest in shelf.glob("*/manifest.json")})


def default_version() -> str:
    """Version named in the shelf's `default` file.

    Raises:
        ModelNotFoundError: If no shelf has one.
    """
    for shelf in SHELVES:
        if (shelf / DEFAULT).is_file():
            return (shelf / DEFAULT).read_text(encoding="utf-8").strip()
    raise ModelNotFoundError(
        f"no default model: none of {', '.join(str(shelf) for shelf in SHELVES)} holds one; name a folder with --model"
    )


def find_model(name: str | Path | None = None) -> Path:
    """Find a model folder.

    Args:
        name: A version on a shelf, or the path of a folder; the default when None.

    Returns:
        The folder; it holds a manifest.json.

    Raises:
        ModelNotFoundError: If there is no such folder; the message lists those there are.
    """
    wanted = default_version() if name is None else name
    for candidate in (Path(wanted), *(shelf / wanted for shelf in SHELVES)):
        if (candidate / "manifest.json").is_file():
            return candidate
    there = ", ".join(path.name for path in list_models()) or "none"
    raise ModelNotFoundError(f"no model {str(wanted)!r}; models here: {there}. A path to a model folder works as well.")


def open_model(name: str | Path | None = None, *, normaliser: str | None = None) -> ModelFolder:
    """Find a model folder and check that its parts belong together.

    Args:
        name: As for `find_model`.
        normaliser: Name of the chain this version runs; compared with the one the model was trained with.

    Returns:
        The checked folder.

    Raises:
        ModelNotFoundError: If there is no such folder.
        ModelMismatchError: If a file is missing or changed, or labels, normaliser or format do not fit this version.
    """
    path = find_model(name)
    try:
        manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
        files, version = dict(manifest["files"]), manifest["version"]
        themes, chain, layout = tuple(manifest["themes"]), manifest["normaliser"], manifest["format"]
    except (ValueError, KeyError, TypeError) as error:
        raise ModelMismatchError(f"{path / 'manifest.json'} is not a manifest of nlp_cx ({error!r})") from error
    if layout != FORMAT:
        raise ModelMismatchError(f"model {version} has format {layout}, this version reads {FORMAT}")
    for file, wanted in files.items():
        if not (path / file).is_file():
            raise ModelMismatchError(f"model {version} lacks {file}; fetch the folder again")
        if sha256(path / file) != wanted:
            raise ModelMismatchError(
                f"model {version}: {file} is not the file its manifest names; fetch the folder again"
            )
    if themes != load_taxonomy().ids:
        raise ModelMismatchError(f"model {version} knows other themes than taxonomy {load_taxonomy().version}")
    if normaliser is not None and chain != normaliser:
        raise ModelMismatchError(f"model {version} was trained with normaliser {chain}, this version runs {normaliser}")
    return ModelFolder(path=path, manifest=manifest)
