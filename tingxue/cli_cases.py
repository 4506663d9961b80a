"""``tingxue case``: list, show, originals, and every action of the table in domain.actions."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from domain import statutory
from domain.actions import RULES, SYSTEM_ACTIONS, Rule
from domain.casefold import broken_at
from domain.commands import Command
from domain.times import on_screen
from domain.types import Actor, Case, CaseEvent, Duty, Level, Obligation, Role, State
from ledger.outbox import Unreached
from tingxue import casejson, door, evidence
from tingxue.acting import act
from tingxue.app import App, opened
from tingxue.cli_options import as_json, moment, who_options
from tingxue.unheard import still_unheard


@click.group()
def case() -> None:
    """案件：查看和办理。"""


@case.command("list")
@click.option("--department", default="", help="只看某部门的")
@click.option("--status", "statuses", multiple=True, type=click.Choice([str(s) for s in State]))
@as_json
def list_cases(department: str, statuses: tuple[str, ...], as_json: bool) -> None:
    """列出案件：编号、级别、状态、类别、地点、各部门进展。"""
    with opened() as app, app.ledger.read() as books:
        ids = books.cases.list_ids(statuses=statuses, department=department)
        cases = [books.cases.get(case_id) for case_id in ids]
        for one in cases:
            click.echo(_as_json(one) if as_json else _line(app, one))
    if not cases and not as_json:
        click.echo("没有案件")


@case.command("show")
@click.argument("case_id")
@as_json
def show_case(case_id: str, as_json: bool) -> None:
    """显示一个案件：反映（已脱敏）、各部门时限、经过。"""
    with opened() as app, app.ledger.read() as books:
        one, events = books.cases.get(case_id), books.cases.events(case_id)
        texts = [(m.platform, m.text, m.url) for m in books.mentions.many(one.mention_ids)]
        if as_json:
            click.echo(_as_json(one))
            return
        click.echo(_line(app, one))
        for platform, text, url in texts:
            click.echo(f"  {app.plan.platform_names[platform]}：{text} {url}".rstrip())
        for row in one.obligations:
            click.echo(_duty_line(row))
        click.echo(_statutory_line(one, app.clock()))
        pressing = still_unheard(app, case_id)
        for missed in app.ledger.outbox.unreached(case_id):
            past = missed not in pressing
            line = _unreached_line(missed, past=past)
            click.echo(line if past else click.style(line, fg="red"))
        for event in events:
            click.echo(_event_line(event))
        if broken_at(events) is not None:
            click.echo("注意：经过记录与校验链不符，请保留现场并报告宣传部", err=True)


@case.command("original")
@click.argument("case_id")
@click.option("--reason", required=True, help="理由（记入审计）")
@click.option("--by", "person", required=True, help="查看人")
@click.option("--role", type=click.Choice([str(Role.PUBLICITY), str(Role.HANDLER)]), required=True)
@click.option("--department", default="", help="查看人所在部门")
def show_original(case_id: str, reason: str, person: str, role: str, department: str) -> None:
    """查看原文（未脱敏）：仅宣传部和牵头部门，须写理由，记入审计。"""
    actor = Actor(name=person, role=Role(role), department=department)
    with opened() as app:
        for original in door.originals(app, case_id, actor, reason):
            click.echo("\n".join(part for part in (original.title, original.text) if part))


@case.command("pack")
@click.argument("case_id")
@click.option("--to", "folder", default=".", type=click.Path(file_okay=False, path_type=Path),
              help="放在哪个文件夹；默认当前文件夹")  # fmt: skip
@click.option("--originals", "reason", default="", help="连同未脱敏的原文：写明理由，记入审计")
@click.option("--by", "person", required=True, help="经办人")
@click.option("--role", type=click.Choice([str(Role.PUBLICITY), str(Role.HANDLER)]), required=True)
@click.option("--department", default="", help="经办人所在部门")
def pack_case(
    case_id: str, folder: Path, reason: str, person: str, role: str, department: str
) -> None:
    """证据材料：反映、经过、通知合成一个压缩包，任何电脑都能离线核对；记入审计。"""
    actor = Actor(name=person, role=Role(role), department=department)
    with opened() as app:
        click.echo(evidence.pack(app, case_id, folder, actor, reason))
    click.echo("核对：解压后运行 python3 verify.py", err=True)


def _line(app: App, one: Case) -> str:
    names = "、".join(app.plan.categories[code].name for code in one.categories)
    again = f"  再次发生（{one.recurs}）" if one.recurs else ""
    duties = "；".join(f"{o.department} {o.status}" for o in one.obligations)
    level = f"{one.level}（待核实）" if one.unverified_since else str(one.level)
    return (
        f"{one.case_id}  {level}  {one.status}  {names or '人身安全'}  {one.place or '—'}  "
        f"{len(one.mention_ids)} 条  {duties}{again}"
    )


def _duty_line(row: Obligation) -> str:
    part = "牵头" if row.duty is Duty.LEAD else "配合"
    return (
        f"  {part} {row.department}：{row.status}，签收时限 {on_screen(row.ack_due)}，"
        f"答复时限 {on_screen(row.reply_due)}"
    )


def _statutory_line(one: Case, now: datetime) -> str:
    """The clock of the law, which runs from registration, beside the departments' own above."""
    if not one.registered_at or not one.acceptance_due or not one.settlement_due:
        return "  法定时限：未登记为旅游投诉，不起算（登记：tingxue case register）"
    ends = dict(statutory.running(one))
    passed = {clock: "（已过）" if until < now else "" for clock, until in ends.items()}
    settle = f"{on_screen(one.settlement_due)} 前办结{passed.get(statutory.SETTLE, '')}"
    if one.refused_at:
        decided, settle = f"{on_screen(one.refused_at)} 决定不予受理", "不再计时"
    elif one.admitted_at:
        decided = f"{on_screen(one.admitted_at)} 受理"
    else:
        over = passed.get(statutory.ADMIT, "")
        decided = f"{on_screen(one.acceptance_due)} 前决定是否受理{over}"
    begun = on_screen(one.registered_at)
    law = "旅游投诉处理办法，文旅部令第14号"
    return f"  法定时限（{law}）：{begun} 登记，{decided}，{settle}"


def _unreached_line(missed: Unreached, *, past: bool) -> str:
    got = f"，已由{missed.stand_in}代收，请确认已转告" if missed.stand_in else "，请立即电话通知"
    got = "，此后已签收或办理，不必再通知" if past else got
    return f"  未送达 {missed.receiver}：渠道全部失败{got}（{missed.title}）"


def _event_line(event: CaseEvent) -> str:
    rule = RULES.get(event.action)
    name = rule.name if rule else SYSTEM_ACTIONS[event.action]
    note = f"：{event.note}" if event.note else ""
    return f"  {on_screen(event.at)}  {event.actor.name}  {event.department} {name}{note}"


def _as_json(one: Case) -> str:
    return casejson.written(asdict(one))


def _action(rule: Rule) -> click.Command:
    """One command per line of the table; its options follow from what the line needs."""

    def run(case_id: str, **given: Any) -> None:
        actor = Actor(
            name=given["person"], role=Role(given["role"]), department=given["department"]
        )
        level = Level(given["level"]) if given.get("level") else None
        with opened() as app:
            command = Command(
                action=rule.action,
                actor=actor,
                at=app.clock(),
                department=given.get("target") or given["department"],
                note=given.get("note") or "",
                to=given.get("to") or "",
                until=given.get("until"),
                level=level,
            )
            click.echo(_line(app, act(app, case_id, command)))

    params: list[click.Parameter] = [click.Argument(["case_id"]), *who_options()]
    if rule.sources:
        params.append(click.Option(["--for", "target"], help="哪个部门的任务（默认本部门）"))
    params += [click.Option([f"--{need}"], required=True, **_NEEDS[need]) for need in rule.needs]
    if "note" not in rule.needs:
        params.append(click.Option(["--note"], **_NEEDS["note"]))
    text = f"{rule.name}。{rule.clock}"
    return click.Command(rule.action, callback=run, params=params, help=text)


_NEEDS: dict[str, dict[str, Any]] = {
    "note": {"help": "说明（不要写当事人姓名电话）"},
    "to": {"help": "去向：部门、同事或案件编号"},
    "until": {"help": "新时限，如 2026-11-23 17:00", "callback": moment},
    "level": {"help": "新级别", "type": click.Choice([str(x) for x in Level])},
}

for _rule in RULES.values():
    case.add_command(_action(_rule))


COMMANDS = (case,)
