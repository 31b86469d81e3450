"""What an operator does to accounts at the console: the first administrator, tokens for programs.

No installation has a default account (ASVS V6.3.2): the first one is made here.
"""

from collections.abc import Callable

import click
from sqlalchemy import select

from aquacert.accounts.commands import add_person, first_password, make_token, open_organisation
from aquacert.accounts.models import Organisation, Person
from aquacert.accounts.rules.names import as_username
from aquacert.accounts.rules.roles import Kind, Role
from aquacert.kernel.errors import NotFound
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database, Work

Opener = Callable[[], Database]


def token_commands(open_database: Opener) -> click.Group:
    """Return the group `aquacert token`, working on the database that `open_database` opens."""

    @click.group(name="token")
    def token() -> None:
        """Keys for programs. 接口令牌."""

    @token.command()
    @click.argument("username")
    @click.option("--name", default="命令行新建", show_default=True, help="What it is for.")
    @click.option("--scope", "scopes", multiple=True, help="Permission, like room:thing:act.")
    @click.option("--days", default=365, show_default=True, type=click.IntRange(1, 3650))
    def create(username: str, name: str, scopes: tuple[str, ...], days: int) -> None:
        """Make a token that acts for USERNAME, and print it: it is shown this once."""
        with open_database().work(SYSTEM) as w:
            person_id = w.one(select(Person.id).where(Person.username == as_username(username)))
            if person_id is None:
                raise NotFound(f"没有登录名为“{username}”的账号。")
            secret = make_token(w, person_id, name, scopes=scopes, days=days)
        click.echo(secret)

    return token


def administrator_command(open_database: Opener) -> click.Command:
    """Return the command `aquacert administrator`, which makes an administrator of the province."""

    @click.command(name="administrator")
    @click.argument("username")
    @click.option("--name", prompt="姓名", help="Personal name; kept encrypted.")
    @click.option("--phone", prompt="手机号", help="Kept encrypted.")
    @click.option("--body", default="省级渔业主管机构", show_default=True, help="Made if missing.")
    def administrator(username: str, name: str, phone: str, body: str) -> None:
        """Make an administrator of the whole province and print a first password to change."""
        password = first_password()
        with open_database().work(SYSTEM) as w:
            person_id = add_person(
                w,
                username=username,
                password=password,
                name=name,
                phone=phone,
                organisation_id=_body(w, body).id,
                role=Role.ADMINISTRATOR,
                must_change_password=True,
            )
        click.echo(f"账号 {username}（{person_id}）的初始口令，只显示这一次：\n{password}")

    return administrator


def _body(w: Work, name: str) -> Organisation:
    """Return the agency of the province with this name, opened if there is none."""
    province = f"{w.settings.province}0000"
    found = w.one(
        select(Organisation).where(
            Organisation.kind == Kind.AGENCY,
            Organisation.division_code == province,
            Organisation.name_zh == name,
        )
    )
    if found is not None:
        return found
    made = open_organisation(w, kind=Kind.AGENCY, name_zh=name, uscc=None, division_code=province)
    return w.session.get_one(Organisation, made)
