"""Commands about the ledger as a whole: copy."""

import os
from contextlib import closing

import click

from config.channels import build_ledger
from domain.errors import NotConfigured
from domain.times import system_clock
from ledger import copying
from ledger.engine import open_ledger
from tingxue.app import opened
from tingxue.cli_bars import steps
from tingxue.home import server_url


@click.group()
def ledger() -> None:
    """台账：抄写到另一处（文件与 PostgreSQL 之间）。"""


@ledger.command("copy")
@click.option(
    "--to", "target", required=True,
    help="目标：postgresql://账号:${变量名}@主机/数据库，或 sqlite:////路径/ledger.db；须是空的",
)  # fmt: skip
def ledger_copy(target: str) -> None:
    """抄写：把现用台账整个抄到一个空台账，逐表逐行核对；不一致或中断则目标保持为空。先停 watch。"""
    url = _filled(target)
    with opened() as app:
        other = open_ledger(url, drill=app.ledger.drill, now=system_clock())
        with closing(other), steps("抄写并核对", 2 * copying.rows_of(app.ledger.engine)) as advance:
            done = copying.copy(app.ledger.engine, other.engine, lambda _table, n: advance(n))
        with app.ledger.read() as books:
            files = books.attachments.count()
    for one in done:
        if one.rows:
            click.echo(f"{one.table}  {one.rows} 行  {one.digest[:16]}")
    click.echo(f"共 {sum(one.rows for one in done)} 行，两边一致，案件和审计的链完好。")
    if files:
        click.echo(f"答复附件 {files} 个不在台账里，在数据文件夹的 attachments；换主机请一并拷去。")
    click.echo(
        "请把 ledger（settings.yaml）或 TINGXUE_LEDGER 改指新台账；旧台账改名留存，不要再用。"
    )


def _filled(target: str) -> str:
    """The URL with its variables; a password on the command line can be read by others."""
    try:
        url = build_ledger(target, os.environ)
    except KeyError as error:
        raise NotConfigured(f"环境变量 {error.args[0]} 没有设置") from None
    return url if url.startswith("sqlite:///") else server_url(url)


COMMANDS = (ledger,)
