"""nlp-cx keys: who may call the service."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nlp_cx.cli.options import AsJson, Lang, help_without_command
from nlp_cx.settings import read_settings

if TYPE_CHECKING:
    from nlp_cx.storage.interface import ApiKey, Store

group = typer.Typer(invoke_without_command=True, rich_markup_mode=None, help="API keys: who may call the service.")

_WORKSPACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@group.callback()
def options(context: typer.Context) -> None:
    """Say which commands there are, if none was given."""
    help_without_command(context)


@group.command("create")
def create_key(
    scope: Annotated[
        str,
        typer.Option(
            "--scope", metavar="SCOPES", help="What it may do, by commas: analyze, read, label, admin (which may all)."
        ),
    ] = "analyze,read",
    workspace: Annotated[
        str, typer.Option("--workspace", metavar="NAME", help="Whose comments; workspaces see nothing of each other.")
    ] = "default",
    name: Annotated[str, typer.Option("--name", metavar="TEXT", help="What it is for.")] = "",
    lang: Lang = None,
) -> None:
    """Make an API key and print it, this once: only its hash is kept.

    The key alone goes to standard output. The first key closes a service that was open to this machine.
    """
    from nlp_cx.api.auth import SCOPES, make_key
    from nlp_cx.words import say

    scopes = tuple(dict.fromkeys(part.strip() for part in scope.split(",") if part.strip()))
    if not scopes or not set(scopes) <= set(SCOPES):
        raise typer.BadParameter(f"{scope!r} is not made of {', '.join(SCOPES)}", param_hint="--scope")
    if not _WORKSPACE.fullmatch(workspace):
        raise typer.BadParameter(
            f"{workspace!r} must be letters, digits, dots, dashes, up to 64", param_hint="--workspace"
        )
    made = make_key()
    with _Opened() as store:
        store.create_key(workspace, prefix=made.prefix, hash=made.hash, scopes=scopes, name=name)
    typer.echo(made.key)
    language = lang or read_settings().lang
    typer.echo(
        say("keys.created", language, prefix=made.prefix, workspace=workspace, scopes=", ".join(scopes)), err=True
    )


@group.command("list")
def list_keys(
    workspace: Annotated[str | None, typer.Option("--workspace", metavar="NAME", help="Only those of one.")] = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """List the keys by their prefixes, revoked ones included."""
    from nlp_cx.words import say

    language = lang or read_settings().lang
    with _Opened() as store:
        keys = store.keys(workspace)
    if as_json:
        typer.echo(json.dumps([_record(key) for key in keys], ensure_ascii=False, indent=2))
    elif not keys:
        typer.echo(say("keys.none", language))
    for key in () if as_json else keys:
        state = say("keys.revoked" if key.revoked_at else "keys.valid", language)
        used = key.last_used_at.isoformat(timespec="minutes") if key.last_used_at else "-"
        typer.echo(f"{key.prefix}  {key.workspace}  {','.join(sorted(key.scopes))}  {state}  {used}  {key.name}")


@group.command("revoke")
def revoke_key(
    prefix: Annotated[str, typer.Argument(metavar="PREFIX", help="As nlp-cx keys list shows it.")],
    lang: Lang = None,
) -> None:
    """Revoke a key: running services refuse it within seconds."""
    from nlp_cx.errors import NotFoundError
    from nlp_cx.words import say

    with _Opened() as store:
        if store.revoke_key(None, prefix) is None:
            raise NotFoundError(f"no API key {prefix!r} that is valid: look at nlp-cx keys list")
    typer.echo(say("keys.now_revoked", lang or read_settings().lang, prefix=prefix), err=True)


class _Opened:
    """The store of the service, for a moment."""

    def __enter__(self) -> Store:
        from nlp_cx.storage import open_store

        settings = read_settings()
        settings.folder.mkdir(parents=True, exist_ok=True)
        self._store = open_store(settings.store_url)
        return self._store

    def __exit__(self, *_: object) -> None:
        self._store.close()


def _record(key: ApiKey) -> dict[str, Any]:
    """Give a key as JSON, without its hash."""
    return {
        "prefix": key.prefix,
        "workspace": key.workspace,
        "scopes": sorted(key.scopes),
        "name": key.name,
        "created_at": key.created_at.isoformat(),
        "last_used_at": key.last_used_at and key.last_used_at.isoformat(),
        "revoked_at": key.revoked_at and key.revoked_at.isoformat(),
    }
