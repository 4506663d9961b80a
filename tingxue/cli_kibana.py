"""``tingxue kibana``: the boards, put into Kibana, compared, written out, or drawn here.

The API key comes from the environment only (``TINGXUE_KIBANA_KEY``, else the search server's own of
settings.yaml): on a command line every user of the machine could read it.
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from domain.errors import InputError
from index.kibana.bodies import dashboard, data_view
from index.kibana.server import Change, Kibana, connect
from tingxue import boards
from tingxue.app import opened
from tingxue.boards import Office
from tingxue.cli_options import moment


@click.group()
def kibana() -> None:
    """看板：写入 Kibana、核对、导出，或不用 Kibana 先看预览。"""


def _server(command: Callable[..., Any]) -> Callable[..., Any]:
    """--url, --space and --ca-file."""
    for option in (
        click.option("--ca-file", default="", envvar="TINGXUE_KIBANA_CA", help="Kibana 证书的 CA"),
        click.option("--space", default="", help="Kibana 的空间；默认是默认空间"),
        click.option("--url", envvar="TINGXUE_KIBANA_URL", default="http://127.0.0.1:5601",
                     show_default=True, help="Kibana 的地址（或 TINGXUE_KIBANA_URL）"),
    ):  # fmt: skip
        command = option(command)
    return command


@contextmanager
def _compared(
    url: str, space: str, ca_file: str
) -> Iterator[tuple[Office, Kibana, Sequence[Change]]]:
    """What is ours, the Kibana, and where it differs."""
    with opened() as app:
        office = boards.of(app)
        key = app.environ.get("TINGXUE_KIBANA_KEY", "") or app.plan.search.api_key
        _check(url)
        server = connect(url, key, space=space, ca_file=ca_file)
        try:
            server.check()
            yield office, server, server.changes(office.views.every(), office.boards)
        finally:
            server.close()


def _check(url: str) -> None:
    """The key travels unencrypted only on this machine, or to a neighbour in its containers' own
    network (a name without a dot)."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError("--url 要以 http:// 或 https:// 开头，如 http://127.0.0.1:5601")
    if "@" in parts.netloc:
        raise InputError("--url 里不能写用户名和密码；请设置 TINGXUE_KIBANA_KEY")
    near = parts.hostname in ("127.0.0.1", "::1") or "." not in parts.hostname
    if parts.scheme == "http" and not near:
        raise InputError("http:// 只限本机；别的机器请用 https://，并写 --ca-file")


@kibana.command()
@_server
def push(url: str, space: str, ca_file: str) -> None:
    """写入 Kibana：先列出不同，再写数据视图和看板；已一致的不写。"""
    with _compared(url, space, ca_file) as (office, server, changes):
        for change in changes:
            click.echo(change.line)
        done = server.push(office.views.every(), office.boards, changes)
    click.echo(f"写入 {done} 项" if done else "已一致，没有写入")


@kibana.command()
@_server
def verify(url: str, space: str, ca_file: str) -> None:
    """核对 Kibana 里的与这里的是否一致；不一致时退出码为 1。"""
    with _compared(url, space, ca_file) as (_, _, changes):
        for change in changes:
            click.echo(change.line)
    click.echo(f"{len(changes)} 项不同；用 tingxue kibana push 写入" if changes else "全部一致")
    sys.exit(1 if changes else 0)


@kibana.command()
@click.option("--to", "folder", required=True, type=click.Path(file_okay=False, path_type=Path),
              help="存放文件夹")  # fmt: skip
def export(folder: Path) -> None:
    """把数据视图和看板写成 JSON 文件，一个一份，供人工核对或导入。"""
    with opened() as app:
        office = boards.of(app)
    folder.mkdir(parents=True, exist_ok=True)
    for name, body in _bodies(office):
        path = folder / name
        path.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", "utf-8")
        click.echo(path)


def _bodies(office: Office) -> Iterator[tuple[str, dict[str, Any]]]:
    for view in office.views.every():
        yield f"data-view-{view.view_id}.json", {"data_view": data_view(view), "override": True}
    for board in office.boards:
        yield f"dashboard-{board.board_id}.json", dashboard(board)


@kibana.command()
@click.option("--to", "folder", required=True, type=click.Path(file_okay=False, path_type=Path),
              help="存放文件夹")  # fmt: skip
@click.option(
    "--at", callback=moment, help="截至什么时候（长春时间），如 2026-12-28 08:30；默认现在"
)
@click.option("--case", "case_id", help="事件研判看哪个案件；默认反映最多的")
def preview(folder: Path, at: datetime | None, case_id: str | None) -> None:
    """不用 Kibana：把看板画成网页，数字与看板出自同一定义。"""
    with opened() as app:
        for path in boards.preview(app, folder, at or app.clock(), case_id):
            click.echo(path)


COMMANDS = (kibana,)
