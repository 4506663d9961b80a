"""``tingxue roster``: who is on duty, when nobody is, and a new roster from the office's table."""

import sys
from datetime import datetime
from pathlib import Path

import click

from alerts import duty
from alerts.messages import RED_MARK
from alerts.roster import contact, deputy, on_duty
from domain.times import on_screen
from domain.types import Actor, Role
from tingxue import rostering, rostertaking
from tingxue.app import App, opened
from tingxue.cli_options import moment

_CONSOLE = Actor(name="命令行", role=Role.ADMIN)


@click.group()
def roster() -> None:
    """值班表：谁在值班，哪里没有人，导入新表。"""


@roster.command()
@click.option("--at", callback=moment, help="什么时候（长春时间），如 2026-12-05 23:00；默认现在")
def now(at: datetime | None) -> None:
    """各部门现在（或 --at 那时）谁值班、谁备班；有部门无人时退出码为 1。"""
    with opened() as app:
        moment = at or app.clock()
        click.echo(f"{on_screen(moment)} 值班：")
        lines = [_line(app, name, moment) for name in app.plan.departments]
    click.echo("\n".join(lines))
    sys.exit(1 if any(RED_MARK in line for line in lines) else 0)


def _line(app: App, name: str, at: datetime) -> str:
    department, calendar, shifts = (
        app.plan.departments[name],
        app.terms.calendar,
        app.roster().shifts,
    )
    shift = on_duty(shifts, name, at, calendar)
    if shift is None:
        phone = contact(shifts, department, at, calendar).phone
        return f"  {RED_MARK}{name}  无人值班，值班电话 {phone}"
    second = deputy(shifts, department, at, calendar)
    behind = f"，备班 {second.person} {second.phone}" if second.person else ""
    instead = f"（替{shift.instead_of}）" if shift.instead_of else ""
    return f"  {name}  {shift.person}{instead} {shift.phone or department.duty_phone}{behind}"


@roster.command()
@click.option("--days", default=rostering.DAYS_AHEAD, type=click.IntRange(1, 400), help="今后几天")
def gaps(days: int) -> None:
    """今后几天哪个部门什么时候无人值班；有空班时退出码为 1。"""
    with opened() as app:
        found = rostering.gaps_ahead(app, app.clock(), days)
    for gap in found:
        click.echo(duty.span(gap))
    if not found:
        click.echo(f"今后 {days} 天各部门都有人值班")
    sys.exit(1 if found else 0)


@roster.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="只检查，不采用")
def take(file: Path, check: bool) -> None:
    """导入值班表（xlsx 或 csv）：全部行都对才采用；有一行不对，旧表继续有效。"""
    with opened() as app:
        done = rostertaking.take(app, file, _CONSOLE, check=check)
        found = [] if check or not done.good else rostering.gaps_ahead(app, app.clock())
    for one in done.refused:
        click.echo(f"{f'「{one.sheet}」' if one.sheet else ''}第 {one.row} 行：{one.reason}")
    if not done.good:
        click.echo(f"{len(done.refused)} 行有问题，没有导入；旧值班表继续有效。", err=True)
        sys.exit(1)
    click.echo(f"{'检查通过，没有采用' if check else '已采用'}：{done.summary}")
    if done.dropped:
        click.echo(f"去掉 {done.dropped} 条示例常设值班（号码是占位的）；没有排班的部门请补上")
    if found:
        click.echo(f"今后 14 天还有 {len(found)} 处无人值班，见 tingxue roster gaps", err=True)


COMMANDS = (roster,)
