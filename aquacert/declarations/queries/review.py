"""The check-answers page: every answer with what follows from it, what differs, what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from aquacert.declarations.models import Declaration
from aquacert.declarations.parsers import purpose_asks
from aquacert.declarations.queries.faults import faults_of_checks, faults_of_paper
from aquacert.declarations.queries.holds import free
from aquacert.declarations.queries.machine import checked
from aquacert.declarations.queries.reading import ReadBatch, Reading, read
from aquacert.declarations.queries.subjects import subject_of
from aquacert.declarations.queries.transports import ReadTransport
from aquacert.declarations.rules.answers import (
    MODE_WORDS,
    PURPOSE_WORDS,
    SITES,
    SOURCE_WORDS,
    YES,
    YES_WORDS,
    Answers,
    BatchAnswer,
    LoadAnswer,
    Source,
    differences,
    from_json,
)
from aquacert.declarations.rules.asks import asks_of
from aquacert.declarations.rules.plan import amount, beyond_stock
from aquacert.hatcheries import queries as hatcheries
from aquacert.hatcheries.models import Hatchery
from aquacert.hatcheries.queries import LotLine
from aquacert.kernel.clock import SHANGHAI
from aquacert.kernel.errors import NotFound
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.reference.rules.dates import understood
from aquacert.reference.rules.masking import mask_phone
from aquacert.reference.rules.plate import show_plate
from aquacert.reference.rules.quantity import in_words


@dataclass(frozen=True)
class Row:
    """One answer: its field's name, label, value in people's words, and what follows from it."""

    name: str
    label: str
    value: str
    quiet: str = ""


@dataclass(frozen=True)
class Section:
    """Some answers under one heading."""

    title: str
    rows: tuple[Row, ...]


@dataclass
class Review:
    """Everything the check page shows."""

    answers: Answers
    reading: Reading
    sections: list[Section] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)
    changed: dict[str, str] = field(default_factory=dict)
    """Field → what it was in the declaration this one was copied from."""
    lots: dict[str, LotLine] = field(default_factory=dict)
    """The farm's lots by id as text, also of batches that could not be read whole."""
    warnings: list[str] = field(default_factory=list)
    """What a person should look at once more; none of it forbids sending."""

    def label_of(self, name: str) -> str:
        """Return the label under which a field stands on the page."""
        for section in self.sections:
            for row in section.rows:
                if row.name == name:
                    return row.label
        if name.startswith("papers-"):
            return "材料照片"
        return {"record": "存塘核对", "hatchery": "登记", "statement": "声明"}.get(name, "申报内容")


def answers_of(paper: Declaration) -> Answers:
    """Return what the form shows: a pending change, else what stands."""
    return from_json(paper.pending or paper.answers)


def review(look: Look, paper: Declaration) -> Review:
    """Read and check the answers of a draft (or of a pending change) for its last look."""
    farm = look.session.get(Hatchery, paper.hatchery_id)
    if farm is None:
        raise NotFound
    answers = answers_of(paper)
    reading = read(look, farm, answers, look.now)
    found = Review(answers, reading, faults=reading.faults | faults_of_paper(look, paper, answers))
    left = free(look, [one.lot.lot_id for one in reading.good_batches()], but_not=paper.id)
    available = {str(key): value for key, value in left.items()}
    if reading.whole:
        subject = subject_of(farm, reading, paper.id, paper.submitted_at or look.now)
        found.faults |= beyond_stock([one.plan for one in reading.good_batches()], available)
        seen = checked(look, subject, left)
        found.faults |= faults_of_checks(seen, reading)
        if twice := seen.facts.plates_twice:
            said = "、".join(show_plate(one) for one in twice)
            found.warnings.append(f"{said} 当天已有一份申报，确认没错就提交。")
        found.warnings += [f"{one}。可以提交，路上请绕开。" for one in seen.touches.warnings]
        found.warnings += [f"{one}。可以提交，兽医会安排抽样。" for one in seen.touches.wanted]
    if paper.copied_from_id is not None:
        source = look.session.get(Declaration, paper.copied_from_id)
        found.changed = differences(from_json(source.answers), answers) if source else {}
    found.lots = {str(line.lot_id): line for line in hatcheries.lots(look, farm.id)}
    found.sections = _sections(look, farm, found, available, len(look.files_of(paper)))
    return found


def _sections(
    look: Look, farm: Hatchery, found: Review, available: Mapping[str, int], files: int
) -> list[Section]:
    reading, answers = found.reading, found.answers
    many = len(answers.batches) > 1
    sections = [
        Section(
            f"苗种（第 {at + 1} 批）" if many else "苗种",
            _batch(at, typed, batch, available, _pond(found, typed), look.today),
        )
        for at, (typed, batch) in enumerate(zip(answers.batches, reading.batches, strict=True))
    ]
    many = len(answers.loads) > 1
    for at, (load, transport) in enumerate(zip(answers.loads, reading.transports, strict=True)):
        title = f"运输（第 {at + 1} 车）" if many else "运输"
        sections.append(Section(title, _load(look, at, load, transport, reading)))
    return [*sections, Section("材料", _papers(look, farm, found, files))]


def _pond(found: Review, typed: BatchAnswer) -> str:
    lot = found.lots.get(typed.lot)
    return lot.pond_name if lot else ""


def _batch(
    at: int,
    typed: BatchAnswer,
    batch: ReadBatch | None,
    available: Mapping[str, int],
    pond: str,
    today: date,
) -> tuple[Row, ...]:
    name = f"batches-{at}"
    if batch is None:
        return (
            Row(f"{name}-lot", "塘口", pond or "还没有选好"),
            Row(f"{name}-species", "品种", typed.species or "按塘口登记"),
            Row(f"{name}-quantity", "数量", typed.quantity),
            Row(f"{name}-source", "来源", _source(typed.source)),
            *_origin_as_typed(name, typed, today),
        )
    lot, unit = batch.lot, batch.lot.unit
    left = available.get(str(lot.lot_id), 0)
    after = left - batch.quantity
    said = f"{in_words(batch.quantity, unit)}，合 {batch.quantity:,} {unit}"
    stock = (
        f"之后还可申报 {amount(after, unit)}"
        if after >= 0
        else f"现在还可申报 {amount(left, unit)}"
    )
    rows = [
        Row(f"{name}-species", "品种", lot.species_name),
        Row(f"{name}-life_stage", "规格", f"{lot.variety} {lot.life_stage}".strip()),
        Row(f"{name}-quantity", "数量", amount(batch.quantity, unit), said),
        Row(f"{name}-lot", "塘口", f"{lot.pond_name}", f"批号 {lot.number}，{stock}"),
        Row(f"{name}-source", "来源", SOURCE_WORDS[batch.source]),
    ]
    return (*rows, *_origin_as_typed(name, typed, today))


def _origin_as_typed(name: str, typed: BatchAnswer, today: date) -> list[Row]:
    """Return the rows of wild or brought-in seed, days as understood; none for seed raised here."""
    rows: list[Row] = []
    if typed.source == Source.WILD.value:
        rows += [
            Row(f"{name}-captured_on", "捕获日期", understood(typed.captured_on, today)),
            Row(f"{name}-capture_place", "捕获水域", typed.capture_place),
            *(
                Row(f"{name}-{key}", words, YES_WORDS.get(getattr(typed, key), ""))
                for key, words in SITES.items()
            ),
        ]
    if typed.brought == YES:
        rows += [
            Row(f"{name}-brought_certificate", "外省检疫证明", typed.brought_certificate),
            Row(f"{name}-brought_province", "从哪个省来", typed.brought_province),
            Row(f"{name}-brought_on", "到场日期", understood(typed.brought_on, today)),
        ]
    return rows


def _besides(name: str, typed: LoadAnswer, on: date) -> list[Row]:
    """Return the rows of what the purpose asks besides."""
    return [
        Row(f"{name}-{one.field}", one.label, YES_WORDS.get(said, said) or "没填")
        for one in asks_of(purpose_asks(), typed.purpose, on)
        for said in (getattr(typed, one.field),)
    ]


def _source(text: str) -> str:
    return {str(key): words for key, words in SOURCE_WORDS.items()}.get(text, text)


def _load(
    look: Look, at: int, typed: LoadAnswer, load: ReadTransport | None, reading: Reading
) -> tuple[Row, ...]:
    name = f"loads-{at}"
    amounts = tuple(
        Row(f"{name}-quantities-{index}", f"装第 {index + 1} 批", text or "全部")
        for index, text in enumerate(typed.quantities)
        if len(reading.batches) > 1 or len(reading.transports) > 1
    )
    if load is None:
        return (*_raw_load(name, typed), *_besides(name, typed, look.today), *amounts)
    leaves = load.departs_at.astimezone(SHANGHAI)
    plate = show_plate(load.plate) if load.mode.value == "road" else load.plate
    return (
        Row(
            f"{name}-destination",
            "到达地",
            reference.full_name(look, load.destination_code),
            load.place,
        ),
        Row(f"{name}-consignee", "收货人", load.consignee, mask_phone(load.consignee_phone)),
        Row(
            f"{name}-departs_at",
            "启运时间",
            f"{leaves.month}月{leaves.day}日 {leaves:%H:%M}",
            f"路上 {load.travel_days} 天",
        ),
        *_via(look, name, load),
        Row(f"{name}-plate", "车牌", plate, MODE_WORDS[load.mode]),
        Row(f"{name}-carrier", "承运人", load.carrier, mask_phone(load.carrier_phone)),
        Row(f"{name}-disinfectant", "消毒", f"装运前经{load.disinfectant}消毒"),
        Row(f"{name}-purpose", "用途", PURPOSE_WORDS[load.purpose]),
        *_besides(name, typed, look.today),
        *amounts,
    )


def _via(look: Look, name: str, load: ReadTransport) -> list[Row]:
    """Return the row of the route, where one was named."""
    said = "、".join(reference.full_name(look, code) for code in load.via_codes)
    return [Row(f"{name}-via", "途经", said)] if said else []


def _raw_load(name: str, typed: LoadAnswer) -> tuple[Row, ...]:
    """Show a transport that could not be read whole: as typed, each field on its own row."""
    labels = (
        ("destination", "到达地"),
        ("place", "到达场名"),
        ("consignee", "收货人"),
        ("consignee_phone", "收货电话"),
        ("departs_at", "启运时间"),
        ("travel_days", "路上天数"),
        *((("via", "途经"),) if typed.via else ()),
        ("mode", "运载方式"),
        ("plate", "车牌"),
        ("carrier", "承运人"),
        ("carrier_phone", "承运电话"),
        ("disinfectant", "消毒"),
        ("purpose", "用途"),
    )
    words = {str(key): said for key, said in [*MODE_WORDS.items(), *PURPOSE_WORDS.items()]}
    return tuple(
        Row(f"{name}-{key}", label, words.get(text, text.replace("T", " ")))
        for key, label in labels
        for text in (str(getattr(typed, key)),)
    )


def _papers(look: Look, farm: Hatchery, found: Review, files: int) -> tuple[Row, ...]:
    standing = hatcheries.licence_standing(look, farm.id, None, look.today)
    until = f"{standing.until_on} 到期" if standing.until_on else ""
    days = (look.today - farm.confirmed_on).days if farm.confirmed_on else None
    checked = f"{days} 天前核对" if days else "今天核对过"
    phone = found.reading.phone or farm.phone or ""
    return (
        Row("licence", "许可证", "有效" if standing.ok else standing.sentence, until),
        Row("record", "存塘核对", checked if days is not None else "还没有核对"),
        Row(
            "papers",
            "材料照片",
            f"{files} 个文件" if files else "还没有",
            "生产记录等，没有可以先交",
        ),
        Row("phone", "联系电话", mask_phone(phone), "兽医上门前打这个电话"),
    )
