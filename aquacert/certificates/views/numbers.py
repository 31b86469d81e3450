"""Doors of the numbers: what each level holds, used, voided, has left; why; and one number."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import Response, request
from flask.typing import ResponseReturnValue

from aquacert.certificates.numbers import queries
from aquacert.certificates.numbers.documents import ledger_workbook
from aquacert.certificates.numbers.parsers import XLSX
from aquacert.certificates.numbers.queries import HolderLine, Stock
from aquacert.certificates.rules.kinds import TITLES, Kind
from aquacert.certificates.rules.numbering import parse_number
from aquacert.certificates.rules.numberstock import ACT_NAMES, LEVEL_NAMES
from aquacert.certificates.rules.states import NUMBER_NAMES
from aquacert.certificates.views.blueprint import bp
from aquacert.certificates.views.numberbars import rows_of
from aquacert.http.gates import allowed, look
from aquacert.http.pages import page
from aquacert.kernel.clock import SHANGHAI
from aquacert.kernel.errors import Invalid
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look

LINES_ON_PAGE = 8


@bp.get("/numbers")
@allowed(P.NUMBERS_READ)
def numbers() -> ResponseReturnValue:
    """Levels, one holder's numbers, the ledger's last lines, gaps, and who runs low."""
    kind, at = kind_asked(), request.args.get("at", "")[:80]
    state, words = request.args.get("state", ""), request.args.get("q", "")
    state = state if state in NUMBER_NAMES else ""
    with look() as unit:
        stock = queries.stock(unit, kind)
        path = stock.path_to(at)
        named = stock.of_word(at)
        who = named or (path[-1] if path else None)
        mine = named or (path[0] if path else None)
        return page(
            "certificates/numbers.html",
            kind=kind,
            kinds=TITLES,
            stock=stock,
            rows=rows_of(stock, path),
            who=who,
            mine=mine,
            levels=LEVEL_NAMES,
            low=_low(stock, named),
            names=NUMBER_NAMES,
            words=words,
            state=state,
            segment=request.args.get("segment", ""),
            **_details(unit, kind, who),
            ledger=queries.movements_page(unit, _of(kind, mine), 1, LINES_ON_PAGE),
            pages=queries.explained_lines(
                unit,
                kind,
                state,
                words,
                request.args.get("page", 1, type=int),
                LINES_ON_PAGE,
                holders=_at_or_below(stock, named),
            ),
            requests=queries.requests(unit, kind),
            quiet_before=unit.now - queries.QUIET,
        )


@bp.get("/numbers/movements")
@allowed(P.NUMBERS_READ)
def number_movements() -> ResponseReturnValue:
    """The whole ledger, with filters."""
    wanted, wrong = _filter()
    with look() as unit:
        return page(
            "certificates/numbers_ledger.html",
            pages=queries.movements_page(unit, wanted, request.args.get("page", 1, type=int)),
            wanted=wanted,
            wrong=wrong,
            acts=ACT_NAMES,
            kinds=TITLES,
        )


@bp.get("/numbers/movements.xlsx")
@allowed(P.NUMBERS_READ)
def number_movements_file() -> ResponseReturnValue:
    """The ledger as a workbook, with the filters of the page."""
    wanted, _wrong = _filter()
    with look() as unit:
        lines = queries.movements(unit, wanted)
    rows = [
        (
            _local(line.at),
            line.act,
            line.kind,
            line.first,
            line.last,
            line.count,
            line.giver,
            line.taker,
            line.because,
            line.by,
        )
        for line in lines
    ]
    return workbook(ledger_workbook(rows), "numbers-ledger.xlsx")


@bp.get("/numbers/find")
@allowed(P.NUMBERS_READ)
def find_number() -> ResponseReturnValue:
    """One number: its state, the reason, and the certificate it became."""
    words = request.args.get("q", "")[:40]
    found, wrong = None, ""
    if words.strip():
        try:
            value = parse_number(words)
        except Invalid as error:
            wrong = error.sentence
        else:
            with look() as unit:
                found = queries.find_number(unit, value)
    return page("certificates/numbers_find.html", words=words, found=found, wrong=wrong)


def kind_asked() -> str:
    """Return the form that the address asks for; A when it asks for none of ours."""
    kind = request.args.get("kind", Kind.A.value)
    return kind if kind in set(Kind) else Kind.A.value


def workbook(data: bytes, name: str) -> Response:
    """Return a workbook to be saved."""
    answer = Response(data, mimetype=XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _details(unit: Look, kind: str, here: HolderLine | None) -> dict[str, Any]:
    """Return the holder's own segments and the cells of the one that is looked at."""
    if here is None:
        return {"own": [], "strip": None, "shown": None}
    own = queries.segments_of(unit, kind, here.key)
    wanted = request.args.get("segment", "")
    shown = next((line for line in own if str(line.segment_id) == wanted), None)
    if shown is None and own:
        shown = next((line for line in own if line.left), own[-1])
    strip = queries.strip_of(unit, shown) if shown else None
    return {"own": own, "strip": strip, "shown": shown}


def _low(stock: Stock, here: HolderLine | None) -> list[HolderLine]:
    """Return who runs low at or below the holder that is looked at; everybody when nobody is."""
    lines = stock.low()
    top = {here.key, *here.above} if here else set()
    near = [line for line in lines if line.key in top or top & line.above]
    return (near or lines)[:6]


def _at_or_below(stock: Stock, named: HolderLine | None) -> list[tuple[UUID, UUID | None]] | None:
    """Return the named holder and everybody below; None when nobody is named."""
    if named is None:
        return None
    lines = stock.holders.values()
    return [line.key for line in lines if line is named or named.key in line.above]


def _of(kind: str, here: HolderLine | None) -> queries.Filter:
    return queries.Filter(kind=kind, body_id=here.key[0] if here else None)


def _filter() -> tuple[queries.Filter, list[str]]:
    """Return the filter of the address, and what of it could not be read."""
    wrong: list[str] = []
    act, kind = request.args.get("act", ""), request.args.get("kind", "")
    number = "".join(request.args.get("q", "").split())[:40]
    if number:
        try:
            parse_number(number)
        except Invalid as error:
            wrong.append(error.sentence)
    body = request.args.get("body", type=UUID)
    return (
        queries.Filter(
            kind=kind if kind in set(Kind) else "",
            act=act if act in ACT_NAMES else "",
            body_id=body,
            number=number,
            from_on=_day("from", wrong),
            until_on=_day("until", wrong),
        ),
        wrong,
    )


def _day(name: str, wrong: list[str]) -> date | None:
    text = request.args.get(name, "").strip()
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        wrong.append("日期请写成 2026-05-12。")
        return None
    return day if date(2000, 1, 1) <= day <= date(2100, 1, 1) else None


def _local(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
