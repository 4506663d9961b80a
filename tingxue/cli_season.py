"""``tingxue season``: seal a season as an archive, verify one, and begin the next."""

from pathlib import Path

import click

from domain.errors import InputError
from domain.times import on_screen, system_clock
from domain.types import Actor, Role
from tingxue.app import opened
from tingxue.season import card as cards
from tingxue.season import checklist, closing, opening
from tingxue.season.card import Card

_by = click.option("--by", "person", required=True, help="经办人（记入审计）")
_carry = click.option("--carry", is_flag=True, help="有未结案件也继续，把它们原样带到新雪季")


@click.group()
def season() -> None:
    """雪季：封存旧的（只读归档），开启新的（空台账，沿用部门、账号和学到的更正）。"""


@season.command("close")
@click.option("--name", default="", help="归档的名字，默认按日期，如 2026-2027")
@_carry
@_by
def close(name: str, carry: bool, person: str) -> None:
    """封存：台账、报告、附件、配置做成只读归档，逐个文件和每条校验链核对过才算数。先停 watch。"""
    with opened() as app:
        card, target = closing.close(app, _actor(person), name=name, with_open=carry)
    click.echo(target)
    click.echo(_held(card))
    click.echo(
        f"未脱敏的原文 {card.dropped} 份不进归档（依法保留的除外），旧台账留在 backups 到期清除"
    )
    click.echo(f"查看：TINGXUE_HOME={target} tingxue search 或 case list；请把整个文件夹另存一份")
    click.echo("接着用 tingxue season open 开启新雪季")


@season.command("open")
@_carry
@_by
def open_next(carry: bool, person: str) -> None:
    """开启：换上空台账，沿用账号、更正、采集进度；列出新方案要核对的各项。先停 watch 和值守台。"""
    with opened() as app:
        turn = opening.due(app, _actor(person), carry=carry)
    if turn is None:
        click.echo("新雪季已经开启，没有待开启的归档")
    else:
        opening.open_season(turn)
        click.echo(f"新雪季已开启，接归档 {turn.card.season}")
        if turn.card.open_cases:
            click.echo(
                f"带来未结案件 {len(turn.card.open_cases)} 件：{'、'.join(turn.card.open_cases)}"
            )
    with opened() as app:
        if app.plan.search.kind != "embedded":
            click.echo("检索在服务器上：请运行 tingxue index rebuild")
        for line in checklist.lines(app):
            click.echo(line)


@season.command("list")
def list_seasons() -> None:
    """列出归档：名字、何时封存、有多少、在哪里。"""
    with opened() as app:
        there = cards.every(app.home)
    for folder in there:
        click.echo(f"{_held(cards.read(folder))}  {folder}")
    if not there:
        click.echo("还没有封存过雪季")


@season.command("verify")
@click.argument("name", metavar="归档名或文件夹")
def verify(name: str) -> None:
    """核对归档：每个文件的校验值、台账的内容和每条校验链；有一处不符就报错，退出码 2。"""
    folder = Path(name)
    if not folder.is_dir():
        with opened() as app:
            folder = app.home.seasons / name
    if not folder.is_dir():
        raise InputError(f"没有归档“{name}”；用 tingxue season list 查看")
    card, looked = cards.verify(folder, system_clock())
    click.echo(f"完好。{_held(card)}")
    click.echo(
        f"校验链 {looked.cases} 件案件、{looked.events} 条经过、{looked.lines} 行审计全部相符"
    )
    click.echo(f"审计末行校验值 {card.ledger.head}")


def _held(card: Card) -> str:
    held = card.ledger
    return (
        f"{card.season}  {on_screen(card.closed_at)} 封存：反映 {held.mentions} 条，"
        f"案件 {held.cases} 件（未结 {len(card.open_cases)}），审计 {held.audit} 行，"
        f"文件 {len(card.files)} 个"
    )


def _actor(person: str) -> Actor:
    return Actor(name=person, role=Role.ADMIN)


COMMANDS = (season,)
