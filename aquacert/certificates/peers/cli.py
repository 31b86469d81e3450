"""`aquacert trust`: the ceremony of the trust list. Roots sign on machines of their own.

root → roots → draft → sign (once on each root's machine) → join → publish. Only `roots`, `draft` and
`publish` need the installation; `root`, `sign`, `join` and `show` need a file and nothing else.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import click

from aquacert.certificates.peers import commands
from aquacert.certificates.peers.queries import latest
from aquacert.http.house import House
from aquacert.kernel.clock import SystemClock
from aquacert.kernel.errors import Conflict, Invalid
from aquacert.kernel.scope import SYSTEM
from aquacert.trust.keys import KeyRing
from aquacert.trust.roots import Roots
from aquacert.trust.spki import PublicKey
from aquacert.trust.trustdocument import TrustDocument

Opener = Callable[[], House]
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
NEW_FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)
PASSPHRASE = "AQUACERT_ROOT_PASSPHRASE"  # noqa: S105 (the name of a setting)
LEAST_LENGTH = 12


def trust_commands(opened: Opener) -> click.Group:
    """Return the group `aquacert trust`, working on the house that `opened` opens."""

    @click.group(name="trust")
    def trust() -> None:
        """The trust list and its root keys. 信任清单与根密钥."""

    for command in (make_root, sign, join, show):
        trust.add_command(command)
    trust.add_command(_roots(opened))
    trust.add_command(_draft(opened))
    trust.add_command(_publish(opened))
    return trust


@click.command(name="root")
@click.argument("folder", type=FOLDER)
@click.argument("public", type=NEW_FILE)
@click.option("--name", required=True, help="Who holds it, as the list shall say.")
def make_root(folder: Path, public: Path, name: str) -> None:
    """Make one root key in FOLDER (on its own machine); write its public half to PUBLIC."""
    ring = KeyRing(folder, _passphrase(confirm=True))
    key = ring.root(SystemClock().now()).key
    row = {"kid": key.kid.hex(), "alg": key.algorithm, "spki": key.spki.hex(), "name": name}
    public.write_text(json.dumps(row, ensure_ascii=False, indent=1), encoding="utf-8")
    click.echo(f"根密钥 {key.kid.hex()} 在 {folder}；公开部分写到 {public}")


@click.command(name="sign")
@click.argument("file", type=FILE)
@click.argument("folder", type=FOLDER)
@click.argument("target", type=NEW_FILE)
@click.option("--yes", is_flag=True, help="Do not ask.")
def sign(file: Path, folder: Path, target: Path, *, yes: bool) -> None:
    """Sign the list FILE with the root key in FOLDER; write the signed list to TARGET."""
    document = TrustDocument.read(file.read_bytes())
    _tell(document)
    if not yes:
        click.confirm("内容和摘要都核对过，用这把根密钥签字？", abort=True)
    ring = KeyRing(folder, _passphrase())
    held = [key for key in ring.public_keys() if key.key in document.roots.keys]
    if not held:
        held = [key for key in ring.public_keys() if not key.owner.division]
    if not held:
        raise Invalid(f"{folder} 里没有根密钥。")
    signed = document.with_signature(ring.load(held[-1]))
    target.write_text(signed.text(), encoding="utf-8")
    click.echo(f"已签，写到 {target}")


@click.command(name="join")
@click.argument("target", type=NEW_FILE)
@click.argument("files", type=FILE, nargs=-1, required=True)
def join(target: Path, files: tuple[Path, ...]) -> None:
    """Join the signatures of the same list from FILES into TARGET."""
    first, *others = [TrustDocument.read(file.read_bytes()) for file in files]
    for other in others:
        first = first.joined(other)
    target.write_text(first.text(), encoding="utf-8")
    click.echo(f"{first.signed_by(first.roots)} 把根已签，要求 {first.roots.threshold} 把")


@click.command(name="show")
@click.argument("file", type=FILE)
def show(file: Path) -> None:
    """Say what the list FILE says, and how many of its own roots signed it."""
    document = TrustDocument.read(file.read_bytes())
    _tell(document)
    click.echo(f"自列的根：{document.signed_by(document.roots)} 把已签")


def _roots(opened: Opener) -> click.Command:
    @click.command(name="roots")
    @click.argument("threshold", type=click.IntRange(1, 16))
    @click.argument("publics", type=FILE, nargs=-1, required=True)
    def roots(threshold: int, publics: tuple[Path, ...]) -> None:
        """Set which roots (their PUBLIC files) the next list names, and how many must sign.

        With a list already published this changes the roots: the next list then needs the old
        threshold and the new one.
        """
        house = opened()
        keys = [_public(file) for file in publics]
        made = Roots.of(threshold, keys)
        commands.set_roots(house.settings, made)
        house.database.close()
        click.echo(f"{len(keys)} 把根，{threshold} 把签字有效；指纹 {made.fingerprint}")

    return roots


def _draft(opened: Opener) -> click.Command:
    @click.command(name="draft")
    @click.argument("target", type=NEW_FILE)
    def draft(target: Path) -> None:
        """Write the next version of our list, unsigned, to TARGET."""
        house = opened()
        document = commands.next_draft(house.database, house.keys)
        house.database.close()
        if document is None:
            raise Conflict("清单没有变化，现在不用签新的。")
        target.write_text(document.text(), encoding="utf-8")
        _tell(document)

    return draft


def _publish(opened: Opener) -> click.Command:
    @click.command(name="publish")
    @click.argument("files", type=FILE, nargs=-1, required=True)
    def publish(files: tuple[Path, ...]) -> None:
        """Join the signatures in FILES and publish the list, when enough roots signed."""
        first, *others = [TrustDocument.read(file.read_bytes()) for file in files]
        for other in others:
            first = first.joined(other)
        house = opened()
        with house.database.work(SYSTEM) as w:
            version = commands.publish(w, first)
            row = latest(w)
        house.database.close()
        ends = "" if row is None else f"，有效到 {row.expires_at:%Y-%m-%d}"
        click.echo(f"已发布第 {version} 版{ends}")

    return publish


def _public(file: Path) -> tuple[PublicKey, str]:
    try:
        row = json.loads(file.read_text("utf-8"))
        return PublicKey.load(bytes.fromhex(row["spki"])), str(row["name"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Invalid(f"{file} 不是根密钥的公开文件。") from error


def _tell(document: TrustDocument) -> None:
    keys = sum(len(one.keys) for one in document.issuers)
    click.echo(f"{document.province} {document.name_zh} 第 {document.version} 版")
    click.echo(f"  {document.issued:%Y-%m-%d} 到 {document.expires:%Y-%m-%d}")
    click.echo(f"  {len(document.issuers)} 个机构，{keys} 把密钥")
    click.echo(f"  根指纹 {document.roots.fingerprint}")
    click.echo(f"  摘要   {document.digest}")


def _passphrase(*, confirm: bool = False) -> str:
    """Return the passphrase of a root: from the environment, or asked without showing it."""
    given = os.environ.get(PASSPHRASE, "")
    if not given:
        given = str(click.prompt("根密钥口令", hide_input=True, confirmation_prompt=confirm))
    if confirm and len(given) < LEAST_LENGTH:
        raise Invalid(f"根密钥口令至少 {LEAST_LENGTH} 个字符。")
    return given
