"""`aquacert keys`: what an operator does with signing keys at the console."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

import click

from aquacert.accounts.queries import organisation, organisations
from aquacert.certificates.keyring.commands import make_key, rotate_key, withdraw_key
from aquacert.certificates.keyring.queries import signed_by
from aquacert.http.house import House
from aquacert.kernel.clock import SHANGHAI, legal_day
from aquacert.kernel.errors import Invalid, NotFound
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Look
from aquacert.trust.keys import KEY_DAYS, KeyState, ListedKey, Owner, Use

Opener = Callable[[], House]
USES = {
    Use.ISSUE: "签发证明",
    Use.VET: "官方兽医签字",
    Use.SEAL: "文书电子章",
    Use.REPORT: "检测报告",
    Use.ANNEX: "抽样附页",
    Use.STATUS: "状态清单",
    Use.SES: "电子印章",
    Use.SEAL_MAKER: "制章",
    Use.ROOT: "根",
}
STATES = {
    KeyState.ACTIVE: "在用",
    KeyState.RETIRED: "已更换",
    KeyState.WITHDRAWN: "已收回",
    KeyState.COMPROMISED: "已泄露",
}
KID_HEX = 8
days_option = click.option(
    "--days", default=KEY_DAYS, show_default=True, type=click.IntRange(1, KEY_DAYS)
)


def keys_commands(opened: Opener) -> click.Group:
    """Return the group `aquacert keys`, working on the house that `opened` opens."""

    @click.group(name="keys")
    def keys() -> None:
        """Signing keys: list, create, rotate, withdraw. 签名密钥."""

    keys.add_command(_listing(opened))
    keys.add_command(_creation(opened))
    keys.add_command(_rotation(opened))
    keys.add_command(_withdrawal(opened))
    return keys


def _listing(opened: Opener) -> click.Command:
    @click.command(name="list")
    @click.option("--use", type=click.Choice([use.value for use in Use]), help="Only this use.")
    @click.option("--all", "everything", is_flag=True, help="Also retired, withdrawn and expired.")
    def listing(use: str | None, *, everything: bool) -> None:
        """List the keys: identifier, state, algorithm, use, days, owner."""
        with _house(opened) as house:
            now = house.database.clock.now()
            shown = [
                key
                for key in house.keys.public_keys()
                if use in {None, key.use.value}
                and (everything or (key.state is KeyState.ACTIVE and key.covers(now)))
            ]
        for key in shown:
            click.echo(_line(key))
        click.echo(f"共 {len(shown)} 把")

    return listing


def _creation(opened: Opener) -> click.Command:
    @click.command(name="create")
    @click.argument("office")
    @click.option(
        "--use",
        type=click.Choice([Use.ISSUE.value, Use.SEAL.value]),
        default=Use.ISSUE.value,
        show_default=True,
    )
    @days_option
    def create(office: str, use: str, days: int) -> None:
        """Make the first key of OFFICE (its id or whole name) for a use."""
        with _house(opened) as house, house.database.work(SYSTEM) as w:
            owner = _owner(w, office)
            made = make_key(w, house.keys, Use(use), owner, days=days, operator=_operator())
        click.echo(_line(made))

    return create


def _rotation(opened: Opener) -> click.Command:
    @click.command(name="rotate")
    @click.argument("kid")
    @days_option
    def rotate(kid: str, days: int) -> None:
        """Replace key KID by a fresh one from now on; KID still verifies to its end."""
        with _house(opened) as house, house.database.work(SYSTEM) as w:
            made = rotate_key(w, house.keys, _kid(kid), days=days, operator=_operator())
        click.echo(_line(made))
        click.echo(f"{kid} 不再签名；它签过的，到它的期限为止照常验得过。")

    return rotate


def _withdrawal(opened: Opener) -> click.Command:
    @click.command(name="withdraw")
    @click.argument("kid")
    @click.option(
        "--compromised-since",
        "since",
        metavar="T",
        help="Not believed from T on (RFC 3339, or a day in Asia/Shanghai).",
    )
    @click.option("--yes", is_flag=True, help="Do not ask.")
    def withdraw(kid: str, since: str | None, *, yes: bool) -> None:
        """Take key KID back: it signs no more; with --compromised-since part is not believed."""
        instant = None if since is None else _instant(since)
        with _house(opened) as house:
            with house.database.look(SYSTEM) as look:
                known = house.keys.named(_kid(kid))
                every = signed_by(look, known.kid)
                late = 0 if instant is None else signed_by(look, known.kid, instant)
            click.echo(_line(known))
            click.echo(
                f"它签过 {every} 份证明" + (f"，其中 {late} 份将不再采信" if instant else "")
            )
            if not yes:
                click.confirm("收回这把密钥？", abort=True)
            with house.database.work(SYSTEM) as w:
                taken = withdraw_key(
                    w, house.keys, known.kid, compromised_since=instant, operator=_operator()
                )
        click.echo(_line(taken))

    return withdraw


@contextmanager
def _house(opened: Opener) -> Iterator[House]:
    house = opened()
    try:
        yield house
    finally:
        house.database.close()


def _line(key: ListedKey) -> str:
    state = STATES[key.state]
    if key.compromised_since is not None:
        state += f"（{key.compromised_since.astimezone(SHANGHAI):%Y-%m-%d %H:%M} 起）"
    days = f"{legal_day(key.not_before)} 至 {legal_day(key.not_after)}"
    name = f"{key.owner.division} {key.owner.name}".strip()
    return f"{key.kid.hex()}  {state}  {key.algorithm}  {USES[key.use]}  {days}  {name}"


def _owner(look: Look, office: str) -> Owner:
    """Return the owner of an office's keys; raise `NotFound` unless one open body is meant."""
    try:
        found = organisation(look, UUID(office))
    except ValueError:
        named = [body for body in organisations(look) if body.name_zh == office]
        if len(named) != 1:
            raise NotFound(f"没有（或不止一个）名为“{office}”的单位，请用它的编号。") from None
        found = named[0]
    return Owner(f"office:{found.id}", found.division_code, found.name_zh)


def _kid(text: str) -> bytes:
    try:
        kid = bytes.fromhex(text)
    except ValueError:
        kid = b""
    if len(text) != KID_HEX or not kid:
        raise Invalid("密钥编号是 8 位十六进制数，见 aquacert keys list。")
    return kid


def _instant(text: str) -> datetime:
    """Return the instant that `text` names; a day or a time without zone is Shanghai's."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(f"看不懂时间“{text}”，请写成 2026-05-11T09:06:00+08:00。") from None
    return found if found.tzinfo else found.replace(tzinfo=SHANGHAI)


def _operator() -> str:
    """Return the server account that acts."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
