"""``tingxue sources``: how each source stands, resume, replay of kept answers, links to open."""

import json
import unicodedata
from datetime import datetime

import click

from alerts.messages import span
from domain.times import on_screen
from domain.types import Actor, Counts, Role
from tingxue import names, pausing, refresh, rehearing, sourcing
from tingxue.app import opened
from tingxue.cli_options import as_json, platform_code
from tingxue.collecting import EXCHANGE

_WIDTHS = (22, 10, 14, 7, 7, 18, 14)
_HEAD = ("来源", "方式", "最近成功", "平常/天", "近7天", "最近结果", "下次")
_SHORT = 24


@click.group(invoke_without_command=True)
@as_json
@click.pass_context
def sources(ctx: click.Context, as_json: bool) -> None:
    """来源：每个来源和平台怎么采、最近成功、平常和实际的量、下次、请人做什么。"""
    if ctx.invoked_subcommand is not None:
        return
    with opened() as app:
        rows, now = sourcing.standings(app), app.clock()
    if as_json:
        click.echo("\n".join(json.dumps(_plain(row), ensure_ascii=False) for row in rows))
        return
    click.echo(_line(_HEAD))
    for row in rows:
        click.echo(_line(_cells(row, now)))
        if row.task:
            click.echo(f"    → {row.task}")


def _cells(row: sourcing.Standing, now: datetime) -> tuple[str, ...]:
    outcome = names.OUTCOMES[row.outcome] if row.outcome else "—"
    return (
        row.title,
        names.MODES[row.mode] if row.enabled else "未启用",
        on_screen(row.well_at) if row.well_at else "从未",
        f"{row.expected:g}" if row.expected is not None else "—",
        f"{row.seen:.1f}",
        "暂停中" if row.paused else outcome,
        _next(row, now),
    )


def _next(row: sourcing.Standing, now: datetime) -> str:
    if row.next_at is None:
        return "由人操作" if row.enabled else "—"
    return "现在" if row.next_at <= now else on_screen(row.next_at)


def _line(cells: tuple[str, ...]) -> str:
    return " ".join(map(_fitted, cells, _WIDTHS)).rstrip()


def _fitted(text: str, width: int) -> str:
    """Cut or filled to that many columns of a terminal; a Chinese sign takes two."""
    out, used = "", 0
    for sign in text:
        wide = 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        if used + wide > width:
            break
        out, used = out + sign, used + wide
    return out + " " * (width - used)


def _plain(row: sourcing.Standing) -> dict[str, object]:
    return {
        "name": row.name,
        "title": row.title,
        "platform": row.platform,
        "mode": str(row.mode),
        "enabled": row.enabled,
        "well_at": _iso(row.well_at),
        "expected_per_day": row.expected,
        "seen_per_day": round(row.seen, 2),
        "outcome": str(row.outcome) if row.outcome else None,
        "next_at": _iso(row.next_at),
        "paused_until": _iso(row.paused),
        "task": row.task,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


@sources.command()
@click.argument("name")
@click.option("--by", "person", required=True, help="经办人")
@click.option("--reason", required=True, help="怎么处理的（记入审计）")
def resume(name: str, person: str, reason: str) -> None:
    """恢复：人处理好登录、验证或限制之后，让程序提前再采（写来源名或平台名）。"""
    with opened() as app:
        actor = Actor(name=person, role=Role.PUBLICITY)
        lifted = pausing.resume(app, name, actor, reason)
    click.echo(f"{name} 已恢复采集" if lifted else f"{name} 没有在暂停，不用恢复")


@sources.command()
@click.option("--list", "only_list", is_flag=True, help="只列出，不重放")
def replay(only_list: bool) -> None:
    """重放：把留存的、当时认不出的回应用现在的程序再读一遍。"""
    with opened() as app:
        if only_list:
            for number, kept in rehearing.kept(app):
                kind = "回应" if kept.format == EXCHANGE else "片段"
                click.echo(f"{number}  {kind}  {kept.file}：{kept.reason}")
            return
        done = rehearing.rehear(app)
    click.echo(f"读出 {done.read} 个，新增 {done.new} 条；仍读不出 {done.left} 个")
    if done.pages:
        click.echo(f"另有网页的片段 {done.pages} 个，不在这里重读：来源下次运行时会再读原来的网页")


@sources.command()
@click.option("--platform", callback=platform_code, help="只看一个平台")
@as_json
def links(platform: str | None, as_json: bool) -> None:
    """待看链接：程序不能自己打开的热帖，今天该由人打开看一眼，好知道传播多广。"""
    with opened() as app:
        due = refresh.due(app, [platform]) if platform else refresh.for_people(app)
        found = refresh.links(app, due)
        title, now = app.plan.platform_names, app.clock()
    for link in found:
        mention, seen, counts = link.mention, link.due.seen_at, _shown(link.due.post.counts)
        if as_json:
            row = {"mention_id": mention.mention_id, "platform": mention.platform,
                   "url": mention.url, "seen_at": seen.isoformat(), "counts": counts}  # fmt: skip
            click.echo(json.dumps(row, ensure_ascii=False))
            continue
        words = " ".join((mention.title or mention.text).split())[:_SHORT]
        click.echo(f"{title[mention.platform]}  {words}  {counts}（{span(now - seen)}前）")
        click.echo(f"    {mention.url}")
    if not found and not as_json:
        click.echo("今天没有要人打开的链接")


def _shown(counts: Counts | None) -> str:
    if counts is None:
        return "没有看到过数"
    labels = (("赞", counts.likes), ("评", counts.comments), ("转", counts.shares))
    return " ".join(f"{label} {n}" for label, n in labels if n is not None) or "没有看到过数"


COMMANDS = (sources,)
