"""``tingxue login`` and ``tingxue listen``: a window for a person, and what came of it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.live import Live
from rich.text import Text

from domain.types import Mode, Outcome
from tingxue import browsing, listening, names, pausing
from tingxue.app import opened
from tingxue.cli_options import platform_code

_EVERY = 10
"""In a pipe: a line for so many answers."""

_WELL = (Outcome.OK, Outcome.EMPTY_CONFIRMED)

_minutes = click.option("--minutes", type=click.FloatRange(min=0.01), help="至多几分钟")


@click.command()
@click.argument("platform", callback=platform_code)
@_minutes
def login(platform: str, minutes: float | None) -> None:
    """登录：打开平台的登录页，由人用单位的账号登录；登录状态只留在本机的浏览器配置里。"""
    with opened() as app:
        spec, listened = browsing.in_window(app, platform)
        title = app.plan.platform_names[platform]
        account = f"（{spec.account.title}）" if spec.account else ""
        click.echo(f"正在打开{title}的登录页。请在窗口里登录单位的账号{account}，完成后关闭窗口。")
        done = listening.login(app, listened, minutes=minutes)
    if done:
        click.echo(f"{title}已登录。接着可以运行 tingxue listen {title}，或等自动采集。")
    else:
        click.echo(
            f"窗口已关闭，没有看到{title}确认登录。不确定时再运行一次 tingxue login {title}。"
        )


@click.command()
@click.argument("platform", callback=platform_code)
@_minutes
@click.option("--own", is_flag=True, help="听单位自己账号的后台，而不是搜索")
def listen(platform: str, minutes: float | None, own: bool) -> None:
    """人工协助：打开搜索页，由人搜索、翻页、看评论，程序只听页面收到的内容并收下。"""
    with opened() as app:
        spec, listened = browsing.in_window(app, platform, Mode.OWN if own else Mode.ASSISTED)
        title = app.plan.platform_names[platform]
        click.echo(f"正在打开{title}。请在窗口里搜索、翻页、打开评论；关闭窗口或按 Ctrl-C 结束。")
        with _counting(title) as tell:
            report = listening.listen(app, spec, listened, tell=tell, minutes=minutes)
        task = pausing.task(app, spec, report.outcome)
    outcome = names.OUTCOMES[report.outcome]
    click.echo(
        f"{title}：{outcome}，听到 {report.seen} 条，新增 {report.new} 条 {report.detail}".strip()
    )
    if task:
        click.echo(f"  → {task}")
    sys.exit(0 if report.outcome in _WELL else 1)


@contextmanager
def _counting(title: str) -> Iterator[listening.Tell]:
    """A line that counts on in a terminal; in a pipe a line now and then."""
    if sys.stdout.isatty():
        with Live(console=Console(), refresh_per_second=4) as live:
            yield lambda heard: live.update(Text(_line(title, heard)))
        return
    said = 0

    def tell(heard: listening.Heard) -> None:
        nonlocal said
        if heard.answers // _EVERY > said:
            said = heard.answers // _EVERY
            click.echo(_line(title, heard))

    yield tell


def _line(title: str, heard: listening.Heard) -> str:
    last = f"，最近一次：{names.OUTCOMES[heard.last]}" if heard.last else ""
    return f"{title}：听到 {heard.answers} 个回应，{heard.seen} 条，新增 {heard.new} 条{last}"


COMMANDS = (login, listen)
