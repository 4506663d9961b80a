"""Commands that keep the system running for a season: backup, metrics."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from domain.errors import InputError
from domain.times import on_screen, system_clock
from domain.types import Actor, Role
from tingxue import backing, metrics, sealing
from tingxue.app import opened
from tingxue.archive import Manifest
from tingxue.home import named_home

_FILE = click.Path(dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)


def _passphrase(command: Callable[..., Any]) -> Callable[..., Any]:
    says = "口令所在的文件（只许本人读）；不写，要用时在终端询问"
    return click.option("--passphrase-file", "secret", type=_FILE, help=says)(command)


def _by(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--by", "person", default="命令行", help="经办人（记入审计）")(command)


@click.group()
def backup() -> None:
    """备份：台账、配置、密钥、报告合成一个文件；核对、恢复、演练。"""


@backup.command("create")
@click.option("--to", "folder", required=True, type=_FOLDER, help="放在哪个文件夹（最好另一块盘）")
@click.option("--encrypt", is_flag=True, help="加密；没有写 --passphrase-file 就在终端询问口令")
@click.option("--keep-days", type=click.IntRange(1), help="随后删去同一文件夹里更早的备份")
@_passphrase
@_by
def create(
    folder: Path, encrypt: bool, keep_days: int | None, secret: Path | None, person: str
) -> None:
    """备份：值守不用停。文件里有未脱敏的原文，放到别处请加密。"""
    passphrase = _said(secret, confirm=True) if secret or encrypt else None
    with opened() as app:
        path, manifest = backing.create(app, folder, passphrase, _actor(person))
        keep = timedelta(days=keep_days) if keep_days else None
        gone = backing.prune(folder, app.clock() - keep) if keep else []
    click.echo(path)
    click.echo(f"{_held(manifest)}；{'已加密' if passphrase else '未加密'}")
    if gone:
        click.echo(f"删去 {keep_days} 天前的备份 {len(gone)} 份")


@backup.command("list")
@click.argument("folder", type=_FOLDER)
def list_backups(folder: Path) -> None:
    """列出一个文件夹里的备份：何时、多大、是否加密。"""
    there = backing.found(folder)
    for one in there:
        sealed = "加密" if one.sealed else "未加密"
        click.echo(
            f"{one.path.name}  {on_screen(one.made_at)}  {one.size / 2**20:.1f} MiB  {sealed}"
        )
    if not there:
        click.echo(f"{folder} 里没有备份；用 tingxue backup create 做一份")


@backup.command("verify")
@click.argument("file", type=_FILE)
@_passphrase
def verify(file: Path, secret: Path | None) -> None:
    """核对：从头到尾读一遍，逐个文件比对校验值；有一处不符就报错，退出码 2。"""
    manifest = backing.verify(file, _needed(file, secret))
    click.echo(f"完好。{_held(manifest)}")
    click.echo(f"审计末行校验值 {manifest.ledger.head or '（没有审计记录）'}")


@backup.command("restore")
@click.argument("file", type=_FILE)
@click.option("--into", type=_FOLDER, help="恢复到哪个空文件夹；默认 TINGXUE_HOME")
@click.option("--drill", is_flag=True, help="演练：恢复到临时文件夹，核对后删掉，只报告结果")
@_passphrase
@_by
def restore(file: Path, into: Path | None, drill: bool, secret: Path | None, person: str) -> None:
    """恢复：只恢复到空文件夹；先全部核对，再打开台账核对每一条校验链。"""
    if drill and into:
        raise click.UsageError("--drill 恢复到临时文件夹，不要再写 --into")
    passphrase, now, actor = _needed(file, secret), system_clock(), _actor(person)
    if drill:
        done = backing.drill(file, passphrase, now, actor)
        click.echo(f"恢复演练通过。{_proven(done)}")
        _put_on_record(actor, file.name, _proven(done))
        return
    target = into or named_home(os.environ).path
    done = backing.restore(file, target, passphrase, now, actor)
    click.echo(f"已恢复到 {target}。{_proven(done)}")
    for number, line in enumerate(_next(target, done.manifest), 1):
        click.echo(f"{number}. {line}")


def _next(target: Path, manifest: Manifest) -> list[str]:
    lines = [
        f"原来的值守程序没有停的，先停；然后把 TINGXUE_HOME 设为 {target}",
        "密钥和口令（环境变量或 TINGXUE_SECRETS）不在备份里，请另外设好",
    ]
    if manifest.server:
        lines.append(
            "台账原在 PostgreSQL：先注释掉 config/settings.yaml 的 ledger 一行，"
            "不设 TINGXUE_LEDGER，用 tingxue ledger copy 抄到一个空库，再改回来"
        )
    return [
        *lines,
        "运行 tingxue index rebuild，再运行 tingxue doctor，按它说的办",
        "浏览器登录不在备份里，用 tingxue login 重新登录；值守台各人重新登录",
        f"{on_screen(manifest.made_at)} 以后发过的通知可能再发：先告知各部门，再启动 tingxue watch",
    ]


def _put_on_record(actor: Actor, name: str, said: str) -> None:
    """A drill on the machine on duty is in its audit; one elsewhere has no ledger to write into."""
    if named_home(os.environ).ledger.exists():
        with opened() as app, app.ledger.write() as books:
            books.audit.write(app.clock(), actor, "restore-drill", name, f"恢复演练通过：{said}")


def _held(manifest: Manifest) -> str:
    held = manifest.ledger
    kind = "演练" if held.drill else "正式"
    return (
        f"{on_screen(manifest.made_at)} 的备份（{kind}）：反映 {held.mentions} 条，"
        f"案件 {held.cases} 件，经过 {held.events} 条，审计 {held.audit} 行，"
        f"文件 {len(manifest.files)} 个"
    )


def _proven(done: backing.Restored) -> str:
    looked = done.looked
    return (
        f"{_held(done.manifest)}；校验链 {looked.cases} 件案件、{looked.events} 条经过、"
        f"{looked.lines} 行审计全部相符"
    )


def _needed(file: Path, secret: Path | None) -> str | None:
    return _said(secret, confirm=False) if sealing.is_sealed(file) else None


def _said(secret: Path | None, *, confirm: bool) -> str:
    """The passphrase, from a file or the keyboard: a command line is seen by everybody."""
    if secret is None:
        said: str = click.prompt("备份口令", hide_input=True, confirmation_prompt=confirm, err=True)
        return said
    try:
        return secret.read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise InputError(
            f"口令文件 {secret} 读不出来；请检查路径和权限，内容应是一行文字"
        ) from None


def _actor(person: str) -> Actor:
    return Actor(name=person, role=Role.ADMIN)


@click.command("metrics")
def metrics_command() -> None:
    """指标：磁盘、内存、各环节积压、待发、来源、备份，Prometheus 文本格式；没有任何个人信息。"""
    with opened() as app:
        click.echo(metrics.text(app), nl=False)


COMMANDS = (backup, metrics_command)
