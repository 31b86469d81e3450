"""`aquacert demo`: prepare, walk the road, prove the result, write demo.json."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from aquacert.certificates import queries as certificates
from aquacert.certificates.rules.media import DOCX, PDF
from aquacert.certificates.seals.commands import make_seal
from aquacert.certificates.seals.queries import seal_of
from aquacert.demo import disease, draw
from aquacert.demo.cast import (
    PASSWORD,
    Cast,
    assemble,
    give_token,
    needs_code,
    role_of,
    secret_of,
)
from aquacert.demo.farm import FarmAndOffice
from aquacert.demo.laboratory import Laboratory
from aquacert.demo.proof import prove
from aquacert.demo.story import Story
from aquacert.http.house import House
from aquacert.kernel.clock import FixedClock, SystemClock
from aquacert.kernel.errors import Misconfigured
from aquacert.kernel.outbox import Runner
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.settings import Settings
from aquacert.surveillance.commands import import_empresi
from aquacert.trust.qr import REPORT, qr_url
from labs.instruments.parsers import read_instrument_file
from labs.reports import queries as lab_reports

SEED = Path(__file__).parents[2] / "seed_data"
SHARED = Path(__file__).parents[3] / "shared" / "data"
FEED = SEED / "demo" / "empresi_aquatic.csv"
SEAL_DAYS = 350
SLACK = timedelta(seconds=90)
"""The story ends this long before the real present, to leave room for two one-time codes."""

MEDIA = {"pdf": PDF, "docx": DOCX}

Opener = Callable[[Settings, FixedClock], tuple[House, Runner]]


def run(settings: Settings, opened: Opener, said: Callable[[str], None]) -> dict[str, Any]:
    """Run the main job once on `settings`; return what demo.json holds.

    `opened` opens a house with the story's clock and its outbox runner. Raises `Misconfigured` in
    production.
    """
    if settings.is_production:
        raise Misconfigured("生产环境不能运行演示：演示账号的口令是公开的。")
    present = SystemClock().now() - SLACK
    clock = FixedClock(present - timedelta(days=5))
    house, runner = opened(replace(settings, is_demo=True), clock)
    said("建库、装入区划、品种、病种、规则")
    cast = assemble(house.database)
    said(f"示例机构 {len(cast.bodies) + 1} 家、岗位账号 {len(cast.people)} 个")
    _seals(house, cast, said)
    _feed(house, said)
    disease.begin(house, cast, said)
    _shared_instruments(said)
    story = Story(house, clock, cast, said, present)
    draw.publish(story)
    laboratory = Laboratory(story)
    laboratory.try_lot()
    farm = FarmAndOffice(story)
    farm.begin()

    def meanwhile(code: str) -> None:
        laboratory.work(code)
        farm.go_on()

    certificate_id = story.walk(partial(draw.draw, story), meanwhile)
    draw.reveal(story)
    ran = runner.run_all()
    said(f"文书生成：PDF 两重签名、.docx、状态名单（{ran} 件后台任务）")
    story.catch_up(SystemClock().now)
    disease.close(house.database)
    found = _describe(house, certificate_id)
    prove(house, found["url"], settings.data_dir / found["pdf"], said)
    document = {
        "base_url": settings.public_url,
        "personas": _personas(house, cast),
        "certificates": _all(house),
        "reports": _reports(house),
    }
    path = settings.data_dir / "demo.json"
    path.write_text(json.dumps(document, ensure_ascii=False, indent=2), encoding="utf-8")
    house.database.close()
    return {"certificate": found, "demo": document, "path": path}


def _seals(house: House, cast: Cast, said: Callable[[str], None]) -> None:
    """Give the issuing office an electronic seal, once, so that its certificates carry one."""
    office = cast.bodies["office"]
    with house.database.look(SYSTEM) as look:
        if seal_of(look, office) is not None:
            return
    with house.database.work(SYSTEM) as w:
        ends = w.today + timedelta(days=SEAL_DAYS)
        make_seal(w, house.keys, body_id=office, ends_on=ends)
    said("电子印章：GB/T 38540 第 4 版，SM2，无法律效力")


def _feed(house: House, said: Callable[[str], None]) -> None:
    """Take in a small aquatic feed in the real EMPRES-i format; twice changes nothing."""
    with house.database.work(SYSTEM) as w:
        counts = import_empresi(w, FEED.read_bytes(), FEED.name)
    said(f"疫情数据：新增 {counts.created}，不变 {counts.unchanged}，隔离 {counts.quarantined}")


def _shared_instruments(said: Callable[[str], None]) -> None:
    """Read the instrument files that lie beside the checkout, where somebody put them."""
    for path in sorted(SHARED.glob("*.rdml")):
        run = read_instrument_file(path.read_bytes(), path.name)
        detected = sum(reading.cq is not None for reading in run.readings)
        said(
            f"仪器文件 {path.name}（{run.source}）：{len(run.readings)} 个读数，{detected} 个有 Cq"
        )


def _describe(house: House, certificate_id: UUID) -> dict[str, str]:
    """Return a certificate as demo.json lists it; its documents are written beside it."""
    settings = house.settings
    with house.database.look(SYSTEM) as look:
        line = certificates.certificate(look, certificate_id)
        public = certificates.by_public_id(look, line.public_id)
        files = certificates.documents_of(look, certificate_id)
        if public is None:
            raise LookupError(line.number)
        folder = settings.data_dir / "documents"
        folder.mkdir(parents=True, exist_ok=True)
        paths = {}
        for kind, media in MEDIA.items():
            path = folder / f"{line.number}.{kind}"
            path.write_bytes(look.read_file(files[media]))
            paths[kind] = str(path.relative_to(settings.data_dir))
    return {
        "state": str(line.status),
        "number": line.number,
        "url": qr_url(settings.public_url, line.public_id, public.cose),
        **paths,
    }


def _all(house: House) -> list[dict[str, str]]:
    """Return every certificate of the installation whose documents are made, newest first."""
    with house.database.look(SYSTEM) as look:
        lines = certificates.certificates(look, size=50).items
        ready = [line for line in lines if certificates.documents_of(look, line.certificate_id)]
    return [_describe(house, line.certificate_id) for line in ready]


def _reports(house: House) -> list[dict[str, str]]:
    """Return every signed report of the laboratories; its documents are written beside it."""
    settings = house.settings
    folder = settings.data_dir / "documents"
    found = []
    with house.database.look(SYSTEM) as look:
        for row in look.scalars(lab_reports.reports(look)):
            signature = lab_reports.signature_of(look, row.id)
            if signature is None:
                continue
            paths = {}
            for kind, media in (("pdf", lab_reports.PDF), ("docx", lab_reports.DOCX)):
                name, data = lab_reports.report_file(look, row.id, media)
                (folder / name).write_bytes(data)
                paths[kind] = str((folder / name).relative_to(settings.data_dir))
            url = qr_url(settings.public_url, row.public_id or "", signature.cose, page=REPORT)
            found.append({"number": row.number, "state": row.standing, "url": url, **paths})
    return found


def _personas(house: House, cast: Cast) -> list[dict[str, str | None]]:
    return [
        {
            "role": role_of(name),
            "username": name,
            "password": PASSWORD,
            "totp_secret": secret_of(name) if needs_code(name) else None,
            "api_token": give_token(house.database, cast, name),
        }
        for name in sorted(cast.people)
    ]
