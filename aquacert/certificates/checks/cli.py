"""`aquacert check`: everything issued, checked again by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

import click

from aquacert.certificates.checks.commands import Outcome, check
from aquacert.certificates.checks.queries.whole import Whole
from aquacert.certificates.log.queries import standstill
from aquacert.certificates.rules.lints import ALL
from aquacert.http.house import House
from aquacert.kernel.work import Look

Opener = Callable[[], House]
LogMonitor = Callable[[House, Look], Iterable[str]]


def check_command(opened: Opener, monitor: LogMonitor) -> click.Command:
    """Return the command; `monitor` proves the public log against the rows (--log)."""

    @click.command("check")
    @click.option(
        "--log", "with_log", is_flag=True, help="Also prove the public log: rows ⇔ leaves."
    )
    @click.option("--json", "as_json", is_flag=True, help="One JSON object instead of sentences.")
    def command(*, with_log: bool, as_json: bool) -> None:
        """Check every chain, every lint and every row of what was issued; exit 1 if any is bad."""
        house = opened()

        def watch(look: Look) -> Iterable[str]:
            """The whole log when asked; otherwise only whether it still goes on."""
            return monitor(house, look) if with_log else standstill(look, house.keys)

        with click.progressbar(length=1, label="复核", hidden=as_json) as bar:

            def progress(done: int, total: int) -> None:
                bar.length = total
                bar.update(done - bar.pos)

            outcome = check(
                house.database, house.keys, by="命令行", progress=progress, monitor=watch
            )
        house.database.close()
        click.echo(_json(outcome) if as_json else _sentences(outcome))
        if outcome.found:
            raise SystemExit(1)

    return command


def _json(outcome: Outcome) -> str:
    found = [
        vars(one) | {"certificate_id": str(one.certificate_id or "")} for one in _found(outcome)
    ]
    lints = {
        lint.id: {"good": outcome.good.get(lint.id, 0), "bad": outcome.bad.get(lint.id, 0)}
        for lint in ALL
        if lint.id in outcome.good or lint.id in outcome.bad
    }
    whole = {"issued": outcome.issued, "bad": len(outcome.found), "lints": lints, "findings": found}
    return json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True)


def _sentences(outcome: Outcome) -> str:
    lines = [f"{one.subject}：{one.detail}（{one.lint}）" for one in _found(outcome)]
    for lint in ALL:
        good, bad = outcome.good.get(lint.id, 0), outcome.bad.get(lint.id, 0)
        if good or bad:
            lines.append(f"{lint.id:32} {good:>7} 相符 {bad:>5} 不符  {lint.title}")
    broken = sum(one.lint == "audit.chain_whole" for one in _found(outcome))
    wrong = len({one.subject for one in _found(outcome) if one.certificate_id is not None})
    lines.append(f"审计链：{'完好' if not broken else f'{broken} 处不符'}")
    lines.append(f"证明：{max(0, outcome.issued - wrong)} 份相符，{wrong} 份不符")
    return "\n".join(lines)


def _found(outcome: Outcome) -> list[Whole]:
    return [outcome.found[key] for key in sorted(outcome.found)]
