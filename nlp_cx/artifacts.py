"""Model folders: where they are, what must be in them, and whether their parts belong together."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp_cx.errors import ModelMismatchError, ModelNotFoundError, OutputError
from nlp_cx.registry import Registry, shelves
from nlp_cx.taxonomy import load_taxonomy

FORMAT = 1
"""Version of the folder's layout."""
_VERSION = re.compile(r"\w[\w.+-]{0,99}", re.ASCII)
"""What a version may be, for it names a folder."""


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


def list_models(among: Sequence[Path] | None = None) -> list[Path]:
    """All model folders on the shelves, by name; of two with the same name the one that is used.

    Args:
        among: Shelves; those of the environment when None.
    """
    found = {
        manifest.parent.name: manifest.parent
        for shelf in reversed(among or shelves())
        for manifest in shelf.glob("*/manifest.json")
        if not manifest.parent.name.startswith(".")
    }
    return [found[name] for name in sorted(found)]


def find_model(name: str | Path | None = None, *, among: Sequence[Path] | None = None) -> Path:
    """Find a model folder.

    Args:
        name: A version on a shelf, or the path of a folder; the live model when None.
        among: Shelves; those of the environment when None.

    Returns:
        The folder; it holds a manifest.json.

    Raises:
        ModelNotFoundError: If there is no such folder; the message lists those there are.
        RegistryError: If it cannot be read which model is live.
    """
    places = among or shelves()
    wanted = Registry(*places).live() if name is None else name
    paths = [] if name is None else [Path(wanted)]
    for candidate in (*paths, *(shelf / wanted for shelf in places)):
        if (candidate / "manifest.json").is_file():
            return candidate
    there = ", ".join(path.name for path in list_models(places)) or "none"
    raise ModelNotFoundError(f"no model {str(wanted)!r}; models here: {there}. A path to a model folder works as well.")


def open_model(
    name: str | Path | None = None, *, normaliser: str | None = None, among: Sequence[Path] | None = None
) -> ModelFolder:
    """Find a model folder and check that its parts belong together.

    Args:
        name: As for `find_model`.
        normaliser: Name of the chain this version runs; compared with the one the model was trained with.
        among: As for `find_model`.

    Returns:
        The checked folder.

    Raises:
        ModelNotFoundError: If there is no such folder.
        ModelMismatchError: If a file is missing or changed, or labels, normaliser or format do not fit this version.
    """
    path = find_model(name, among=among)
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


def shelve(folder: ModelFolder, shelf: Path) -> ModelFolder:
    """Put a model onto a shelf, under its version; it appears there whole or not at all.

    Args:
        folder: A checked model folder, anywhere.
        shelf: Folder of model folders; made if it is not there.

    Returns:
        The folder on the shelf, checked; the same one if it lies there already.

    Raises:
        ModelMismatchError: If its version cannot name a folder, or the shelf has another model of that version.
        OutputError: If the shelf cannot be written.
    """
    version = folder.version
    if not _VERSION.fullmatch(version):
        raise ModelMismatchError(
            f"{version!r} cannot be a version: use letters, digits, dots and dashes, such as 2026.12"
        )
    place = shelf / version
    if not place.exists():
        try:
            shelf.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".incoming-", dir=shelf) as draft:
                copy = shutil.copytree(folder.path, Path(draft) / version)
                open_model(copy)
                copy.rename(place)
        except OSError as error:
            if not place.exists():  # else somebody else was faster, which is looked at below
                raise OutputError(
                    f"{shelf} cannot be written ({error}): set NLP_CX_MODELS to a folder of yours"
                ) from error
    there = open_model(place)
    if there.manifest != folder.manifest:
        raise ModelMismatchError(f"{shelf} has another model {version}: give this one a version of its own")
    return there
