"""``tingxue index provision``, ``status``, ``verify`` and ``key``: the search server around the
documents. Nothing of it is loaded, or asked of anybody, while the index is a file of our own.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from domain.errors import InputError
from tingxue import disk
from tingxue.app import App, opened

if TYPE_CHECKING:
    from index.provision import Found, Server, Shown

LACKING = 3
"""Exit code: the server cannot do all of it."""
_snapshots = click.option(
    "--snapshots", default="", help="快照文件夹（服务器 path.repo 之下）；不写则不设快照"
)


@contextmanager
def _server(app: App, snapshots: str = "") -> Iterator["Server"]:
    from index.elastic import connect
    from index.pieces import Wanted
    from index.provision import Server

    search, keep = app.plan.search, app.plan.retention
    if search.kind != "elastic":
        raise InputError(
            "检索库是本机的文件，没有服务器可配置；要用 Elasticsearch，请改 settings.yaml 的 search"
        )
    with app.ledger.read() as books:
        held = books.purge.anything_held()
    wanted = Wanted(prefix=search.prefix, days=keep.mentions + keep.cases, held=held,
                    snapshots=snapshots)  # fmt: skip
    client = connect(search)
    try:
        yield Server(client, wanted)
    finally:
        client.close()


@click.command()
@click.option("--core", is_flag=True, help="服务器只有核心也算完成（退出码 0）")
@_snapshots
def provision(core: bool, snapshots: str) -> None:
    """配置检索服务器：先列出不同，再写；可重复运行。服务器缺的功能列出来，退出码为 3。"""
    with opened() as app, _server(app, snapshots) as server:
        click.echo(f"Elasticsearch {server.version()}")
        found = server.look()
        _say(found)
        done = server.apply(found)
        left = [one for one in server.look() if one.state in ("missing", "differs")]
    click.echo(f"写入 {done} 项" if done else "已一致，没有写入")
    for one in left:
        click.echo(f"{one.piece.title}：写入后仍不同（{'、'.join(one.paths[:5])}）", err=True)
    sys.exit(1 if left else _lacking(found, core))


@click.command()
@click.option("--core", is_flag=True, help="服务器只有核心也算一致（退出码 0）")
@_snapshots
def verify(core: bool, snapshots: str) -> None:
    """核对检索服务器的配置和字段；不一致时退出码为 1，服务器缺功能时为 3。"""
    with opened() as app, _server(app, snapshots) as server:
        click.echo(f"Elasticsearch {server.version()}")
        found, shown = server.look(), server.shown()
    _say(found)
    wrong = [one for one in found if one.state in ("missing", "differs")]
    troubles = [trouble for one in shown for trouble in _troubles(one)]
    for trouble in troubles:
        click.echo(trouble)
    if wrong:
        click.echo(f"{len(wrong)} 项不同；用 tingxue index provision 写入")
    if not wrong and not troubles:
        click.echo("全部一致")
    sys.exit(1 if wrong or troubles else _lacking(found, core))


@click.command()
def status() -> None:
    """检索服务器现在怎样：版本、功能、各类条数、不肯收的条数；有问题时退出码为 1。"""
    from index.pieces import FEATURES

    with opened() as app, _server(app) as server:
        click.echo(f"Elasticsearch {server.version()}（{app.plan.search.url}）")
        can, shown = server.features(), server.shown()
        for feature, name in FEATURES.items():
            click.echo(f"{name}：{'有' if feature in can else '本服务器不支持'}")
        with app.ledger.read() as books:
            refused = books.refusals.count()
    for one in shown:
        click.echo(f"{one.alias}：{one.documents} 条（{'、'.join(one.indices) or '没有'}）")
    troubles = [trouble for one in shown for trouble in _troubles(one)]
    if refused:
        troubles.append(f"问题：{refused} 条检索服务器不肯收；用 tingxue index refused 查看")
    for trouble in troubles:
        click.echo(trouble)
    sys.exit(1 if troubles else 0)


@click.command("key")
@click.argument("role", type=click.Choice(["write", "read"]))
@click.option("--to", "path", required=True, type=click.Path(dir_okay=False, path_type=Path),
              help="密钥写入的文件（只有本人可读）；已有的文件不覆盖")  # fmt: skip
def new_key(role: Literal["write", "read"], path: Path) -> None:
    """生成最小权限的密钥，180 天有效：write 给 watch，read 给只看的人。要用管理员的密钥运行。"""
    if path.exists():
        raise InputError(f"{path} 已存在；请换一个文件名")
    with opened() as app, _server(app) as server:
        server.version()
        if "security" not in server.features():
            raise InputError("本服务器不支持密钥（没有启用安全功能）")
        secret = server.new_key(role)
    if secret is None:
        click.echo("已有同名的有效密钥；要换新的，请先在 Kibana 的 API 密钥里作废旧的", err=True)
        sys.exit(1)
    disk.write(path, f"{secret}\n".encode(), mode=0o600)
    click.echo(path)


def _say(found: Sequence["Found"]) -> None:
    for one in found:
        click.echo(f"{one.piece.title}：{_state(one)}")


def _state(one: "Found") -> str:
    if one.state == "differs":
        return f"{len(one.paths)} 处不同：{'、'.join(one.paths[:5])}"
    return {"same": "一致", "missing": "还没有", "unsupported": "本服务器不支持"}[one.state]


def _lacking(found: Sequence["Found"], core: bool) -> int:
    lacking = any(one.state == "unsupported" for one in found)
    return LACKING if lacking and not core else 0


def _troubles(one: "Shown") -> Iterator[str]:
    if not one.indices:
        yield f"问题：{one.alias} 还没有；请运行 tingxue index rebuild"
    elif not one.current:
        yield f"问题：{one.alias} 的字段与本程序的不同；请运行 tingxue index rebuild"
    if one.blocked:
        yield f"问题：{one.alias} 被服务器设为只读（磁盘可能快满了）；请清理磁盘，积压的会自动补上"


COMMANDS = (provision, status, verify, new_key)
