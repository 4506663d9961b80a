"""``tingxue drill``: start a scripted drill, list those there were, score one."""

import json
import os
import signal
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from domain.times import on_screen, system_clock
from tingxue.cli_options import as_json

if TYPE_CHECKING:
    from tingxue.drill import homes


@click.group()
def drill() -> None:
    """演练：按脚本放一小时反映，走完全过程，记分。各有自己的数据文件夹，不会混进正式数据。"""


@drill.command("start")
@click.argument("script", metavar="脚本")
@click.option(
    "--channels", type=click.Choice(["file", "real"]), default="file", show_default=True,
    help="file 只显示在屏幕上并写进文件；real 真的发给各部门，每条前有【演练】",
)  # fmt: skip
@click.option("--speed", type=click.FloatRange(0.1, 3600), default=1.0, show_default=True,
              help="时钟走得快多少倍，只供试跑；有人签收的演练用 1")  # fmt: skip
@click.option("--dry", is_flag=True, help="试跑：立刻走完，没有人签收，看脚本会引出什么")
@click.option("--continue", "going", is_flag=True, help="接着走上一次中断的同名演练")
def start(script: str, channels: str, speed: float, dry: bool, going: bool) -> None:
    """开始一次演练；走完（或按 Ctrl-C 提前结束）就出评分表。现有脚本：tingxue drill list。"""
    from tingxue.drill import homes, running

    if (dry or speed != 1.0) and channels == "real":
        raise click.UsageError("试跑和加快的演练不能真的发给各部门；去掉 --channels real")
    if going:
        played = homes.unfinished(os.environ, script)
    else:
        played = running.begin(os.environ, script, system_clock(), speed=speed, dry=dry,
                               real=channels == "real")  # fmt: skip
    if played.card.dry:
        ended = running.rehearse(played, os.environ)
    else:
        _say_where(played)
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        ended = running.run(played, os.environ, stop.is_set)
    _score(os.environ, ended, as_json=False)


def _say_where(played: "homes.Drill") -> None:
    from tingxue.drill.script import named

    script, card = named(played.card.script), played.card
    click.echo(f"【演练】{script.name}：{script.about}")
    click.echo(f"{on_screen(card.started_at)} 开始，{script.minutes} 分钟；按 Ctrl-C 提前结束")
    click.echo("签收、答复：另开窗口，用这个数据文件夹打开值守台或运行命令，账号与正式的相同")
    click.echo(f"  TINGXUE_HOME={played.home.path} tingxue desk serve --port 8601 --allow-http")
    click.echo(f"  TINGXUE_HOME={played.home.path} tingxue case list")
    if card.real:
        click.echo("通知会真的发给各部门，每条以【演练】开头", err=True)
    if card.speed != 1.0:
        click.echo("时钟加快了：这期间在值守台和命令行上的操作按真实时间记，用时不准", err=True)


@drill.command("list")
@as_json
def list_drills(as_json: bool) -> None:
    """列出脚本和以往的演练，最近的在后。"""
    from tingxue.drill import homes
    from tingxue.drill.script import scripts

    known, past = scripts(), homes.every(os.environ)
    if as_json:
        said = {
            "scripts": [{"name": s.name, "about": s.about, "minutes": s.minutes}
                        for s in known.values()],
            "drills": [{"name": d.name, "script": d.card.script, "dry": d.card.dry,
                        "real": d.card.real, "started_at": d.card.started_at.isoformat(),
                        "ended_at": d.card.ended_at.isoformat() if d.card.ended_at else None}
                       for d in past],
        }  # fmt: skip
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    for script in known.values():
        click.echo(f"脚本 {script.name}（{script.minutes} 分钟）：{script.about}")
    for one in past:
        state = f"{on_screen(one.card.ended_at)} 结束" if one.card.ended_at else "没有走完"
        click.echo(f"{one.name}  {on_screen(one.card.started_at)} 开始，{state}")
    if not past:
        click.echo("还没有演练过；用 tingxue drill start 脚本名 开始")


@drill.command("score")
@click.argument("name", metavar="[演练或脚本]", default="")
@as_json
def score(name: str, as_json: bool) -> None:
    """评分表：各部门签收、答复用了几分钟，漏了哪些，与上次同一脚本相比；默认是最近一次。"""
    from tingxue.drill import homes

    _score(os.environ, homes.find(os.environ, name), as_json=as_json)


def _score(environ: Mapping[str, str], played: "homes.Drill", *, as_json: bool) -> None:
    from tingxue.drill import scoring
    from tingxue.drill.score import as_json as values
    from tingxue.drill.sheet import lines

    mine, before = scoring.scores(played, environ)
    if as_json:
        click.echo(json.dumps(values(mine, before), ensure_ascii=False))
        return
    for line in lines(mine, before):
        click.echo(line)
    click.echo(scoring.sheet(played, environ, mine, before))


COMMANDS = (drill,)
