"""What disease surveillance shows in a demo: a county's own table, a watched pond, a week's digest.

All of it is made up. The events lie where, and are of diseases of which, nothing of the story's own
road is stopped: koi herpesvirus of common carp in its county, white spot in a county further east.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from aquacert.demo.cast import COUNTY, OWNER, SPECIES, Cast
from aquacert.hatcheries.queries import hatchery
from aquacert.http.house import House
from aquacert.kernel.scope import SYSTEM, Actor
from aquacert.kernel.work import Database
from aquacert.reference.queries import species_named
from aquacert.surveillance.commands.digest import make_digests
from aquacert.surveillance.commands.feeds import start_import
from aquacert.surveillance.commands.mappings import bring_in, lay_out, save_mapping
from aquacert.surveillance.commands.monthly import MonthSaid, accept_month, quiet_month, send_month
from aquacert.surveillance.commands.points import PointSaid, register_point
from aquacert.surveillance.commands.register import publish_register
from aquacert.surveillance.models import FeedFile
from aquacert.surveillance.models.mappings import FeedDraft, FeedMapping
from aquacert.surveillance.parsers.peek import peek
from aquacert.surveillance.queries.points import my_points
from aquacert.surveillance.rules.mapping.days import Order
from aquacert.surveillance.rules.mapping.spec import spec_of
from aquacert.surveillance.rules.monthly import Basis, Measure, Row, Stock, month_of
from aquacert.surveillance.rules.points import Mode, Site

MAPPING = "示例县疫情月表（演示）"
HEAD = "编号;省;县;病名;诊断状态;发现日期;报告日期;发病数;死亡数;品种;北纬;东经;备忘"
ROWS = (
    "1;江苏省;如皋市;锦鲤疱疹病毒病;确诊;{found};{told};1200;430;鲤;32.298;120.612;演示",
    "2;江苏省;如东县;白斑综合征;确诊;{found};{told};9000;2500;凡纳滨对虾;32.318;121.186;演示",
    "3;江苏省;如皋市;鲤浮肿病;疑似;{told};{told};60;12;鲤;32.412;120.507;演示",
    "4;江苏省;如皋市;鲤浮肿病;待核;{told};{told};15;2;鲤;32.447;120.551;演示",
)
"""Semicolons and days first, as tables come; nobody has said yet what 待核 is: it waits."""
POND = Stock("", 120, 500_000)
"""12 mu, half a million; the species is put in when it is known."""


def begin(house: House, cast: Cast, said: Callable[[str], None]) -> None:
    """Bring in this month's table by a mapping, and put one pond under watch, each once."""
    waiting = _table(house.database, cast)
    _point(house.database, cast)
    said(
        f"疫情月表：分号、日在前的 CSV，对好列后导入，{waiting} 行等人处理；监测点 1 个，月报 2 份"
    )


def close(database: Database) -> None:
    """Make last week's digest and the public register's version, as the worker does by itself."""
    make_digests(database)
    publish_register(database)


def _table(database: Database, cast: Cast) -> int:
    """Map and import the month's table unless it is in; return how many of its rows wait."""
    officer = cast.actor(database, "surveillance_officer")
    with database.look(SYSTEM) as look:
        name = f"示例县疫情月表 {look.today:%Y-%m}.csv"
        mapping_id = look.one(select(FeedMapping.id).where(FeedMapping.name == MAPPING))
        file = look.one(select(FeedFile).where(FeedFile.name == name))
        data = _bytes(look.today)
    if file is not None:
        return file.quarantined
    file_id = _received(database, officer, data, name, mapping_id)
    with database.work(officer) as w:
        start_import(w, file_id)
    with database.look(SYSTEM) as look:
        return look.get(FeedFile, file_id).quarantined


def _received(
    database: Database, officer: Actor, data: bytes, name: str, mapping_id: UUID | None
) -> UUID:
    heads = peek(io.BytesIO(data)).heads
    with database.work(officer) as w:
        draft_id = lay_out(w, data, name, mapping_id)
        spec = spec_of(w.get(FeedDraft, draft_id).spec)
    columns = tuple(
        replace(one, order=Order.DMY.value) if one.field.endswith("_on") else one
        for one in spec.columns
    )
    with database.work(officer) as w:
        save_mapping(w, draft_id, replace(spec, columns=columns), heads, name=MAPPING)
    with database.work(officer) as w:
        return bring_in(w, draft_id)


def _bytes(today: date) -> bytes:
    days = {"found": today - timedelta(days=9), "told": today - timedelta(days=6)}
    written = {name: f"{day:%d/%m/%Y}" for name, day in days.items()}
    rows = [f"演示{today:%y%m}-{row.format(**written)}" for row in ROWS]
    return "\r\n".join([HEAD, *rows]).encode("gb18030")


def _point(database: Database, cast: Cast) -> None:
    """Watch a pond of the farm; its owner reports two months, the county accepts the first."""
    owner = cast.actor(database, OWNER)
    officer = cast.actor(database, "surveillance_officer")
    with database.look(owner) as look:
        if look.one(my_points(look)) is not None:
            return
        farm = hatchery(look, cast.hatchery_id)
        shrimp = species_named(look, SPECIES).code
        last = month_of(month_of(look.today) - timedelta(days=1))
        first = month_of(last - timedelta(days=1))
    with database.work(officer) as w:
        point_id = register_point(
            w,
            PointSaid(
                division_code=COUNTY,
                place="示例镇东滩村",
                name="",
                site=Site.NURSERY,
                mode=Mode.FRESH_POND,
                area="12",
                species=(shrimp,),
                from_on=first,
                organisation_id=farm.organisation_id,
            ),
        )
    sick = Row(shrimp, "EHPD", 10, 20_000, 300, basis=(Basis.OWN_KIT,), measures=(Measure.ISOLATE,))
    with database.work(owner) as w:
        month = MonthSaid((replace(POND, species_code=shrimp),), (sick,))
        report_id = send_month(w, point_id, first, month)
    with database.work(officer) as w:
        accept_month(w, report_id)
    with database.work(owner) as w:
        quiet_month(w, point_id, last)
