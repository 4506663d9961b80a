"""``tingxue audit``: is the record as it was written; and the seal of a day, to be kept outside."""

import json
import sys
from datetime import date, datetime, timedelta

import click

from domain.casework import SYSTEM
from domain.errors import InputError
from domain.times import day_bounds, shanghai_day
from ledger.chains import Break, Looked
from tingxue.app import App, opened
from tingxue.cli_options import as_json
from tingxue.names import HOLDS, VERIFIED

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def audit() -> None:
    """审计：核对案件经过和审计记录有没有被改动。"""


@audit.command("verify")
@click.option("--date", "day", type=_DAY, help="同时核对这一天的校验值（须写 --seal）")
@click.option("--seal", help="当时另存的校验值（见日报末尾），至少 16 位")
@as_json
def verify(day: datetime | None, seal: str | None, as_json: bool) -> None:
    """逐案核对校验链；有一处不符就指出是哪个案件第几条，退出码 1。"""
    if (day is None) != (seal is None):
        raise click.UsageError("--date 和 --seal 要一起写")
    with opened() as app:
        looked, broken, said = _compared(app, day.date() if day else None, seal or "")
        how_much = f"案件 {looked.cases} 件，经过 {looked.events} 条，审计 {looked.lines} 行"
        if not app.ledger.sealed:
            _put_on_record(app, f"{len(said)} 处不符" if said else HOLDS, how_much)
    if as_json:
        rows = [{"case_id": b.case_id or None, "no": b.no, "why": b.why} for b in broken]
        result = {"cases": looked.cases, "events": looked.events, "audit_lines": looked.lines,
                  "broken": rows, "holds": not said}  # fmt: skip
        click.echo(json.dumps(result, ensure_ascii=False))
    else:
        for line in said:
            click.echo(click.style(line, fg="red"))
        click.echo(
            f"{how_much}：" + ("有不符，请保留现场（复制数据文件夹）并报告" if said else HOLDS)
        )
    sys.exit(1 if said else 0)


def _put_on_record(app: App, verdict: str, how_much: str) -> None:
    with app.ledger.write() as books:
        books.audit.write(app.clock(), SYSTEM, VERIFIED, verdict, how_much)


def _compared(app: App, day: date | None, seal: str) -> tuple[Looked, list[Break], list[str]]:
    """How much was looked at, what does not hold, and all of it in words."""
    with app.ledger.read() as books:
        looked = Looked()
        broken = list(books.chains.breaks(looked))
    said = [_said(one) for one in broken]
    if day is not None and not _same(app, day, seal):
        said.append(f"{day} 的校验值与另存的不符：当天的记录后来被改、被删或被添")
    return looked, broken, said


@audit.command("seal")
@click.option("--date", "day", type=_DAY, help="哪一天（长春时间）；默认昨天")
def show_seal(day: datetime | None) -> None:
    """一天的校验值：请抄送督查室或另存，日后用 tingxue audit verify 核对。"""
    with opened() as app:
        chosen = day.date() if day else shanghai_day(app.clock()) - timedelta(days=1)
        digest, events, lines = _seal(app, chosen)
    click.echo(f"{chosen}  {digest}  经过 {events} 条，审计 {lines} 行")


def _said(one: Break) -> str:
    where = f"案件 {one.case_id} 第 {one.no} 条" if one.case_id else f"审计第 {one.no} 行"
    return f"{where}：{one.why}"


def _seal(app: App, day: date) -> tuple[str, int, int]:
    since, until = day_bounds(day)
    if until > app.clock():
        raise InputError(f"{day} 还没有结束，校验值要到次日才定")
    with app.ledger.read() as books:
        return books.chains.seal(since, until)


def _same(app: App, day: date, seal: str) -> bool:
    """A beginning of at least 16 digits is enough: so much stands in the paper."""
    given = seal.strip().lower()
    if len(given) < SHOWN:
        raise click.BadParameter(f"校验值至少要 {SHOWN} 位", param_hint="--seal")
    return _seal(app, day)[0].startswith(given)


SHOWN = 16
COMMANDS = (audit,)
