"""Commands that run the program: the stages, ``once``, ``watch``, ``demo``, ``doctor``."""

import json
import logging
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from domain.collection import BY_MACHINE
from domain.plan import SourceSpec
from domain.times import on_screen
from tingxue import collecting, doctor, names, pausing, pipeline, rostering, schedule
from tingxue.app import App, opened
from tingxue.cli_options import as_json
from tingxue.demo import runner

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


@click.command()
@click.argument("wanted", metavar="[来源]...", nargs=-1)
def collect(wanted: tuple[str, ...]) -> None:
    """采集：运行到期的来源；给出名称则立即运行这些来源。"""
    with opened() as app:
        known = {spec.name: spec for spec in app.plan.sources}
        unknown = [name for name in wanted if name not in known]
        if unknown:
            raise click.UsageError(f"没有来源 {'、'.join(unknown)}；现有：{'、'.join(known)}")
        specs = [known[name] for name in wanted] or collecting.due(app)
        specs, held = _free(app, specs)
        for line in held:
            click.echo(line)
        new = collecting.collect(app, specs)
        with app.ledger.read() as books:
            latest = books.runs.latest()
        for spec in specs:
            run = latest.get(spec.name)
            if run is None:  # its site has refused us meanwhile
                continue
            name = names.OUTCOMES[run.outcome] if run.outcome else "未结束"
            click.echo(
                f"{spec.title}：{name}，读到 {run.seen}，新增 {run.new} {run.detail}".strip()
            )
        click.echo(f"新增 {new} 条")


def _free(app: App, specs: list[SourceSpec]) -> tuple[list[SourceSpec], list[str]]:
    """Those that a program may run now, and one line for each of the others."""
    free, held = [], []
    for spec in specs:
        pause = pausing.held(app, spec)
        if spec.mode not in BY_MACHINE:
            held.append(f"{spec.title}：{names.MODES[spec.mode]}，由人操作，请看 docs/sources.md")
        elif pause is not None:
            held.append(
                f"{spec.title}：{names.OUTCOMES[pause.outcome]}，停采到 {on_screen(pause.until)}；"
                f"{pausing.task(app, spec, pause.outcome)}"
            )
        else:
            free.append(spec)
    return free, held


def _stage(name: str, help_text: str) -> click.Command:
    def run() -> None:
        with opened() as app:
            click.echo(f"{pipeline.STAGES[name](app)}")

    return click.Command(name, callback=run, help=help_text)


@click.command()
@click.option("--again", is_flag=True, help="把已分析过的也重新分析一遍（换了规则之后）")
def analyse(again: bool) -> None:
    """分析：给还没有结论的反映下结论；输出处理条数。"""
    with opened() as app:
        if again:
            with app.ledger.write() as books:
                books.mentions.again()
        click.echo(f"{pipeline.analyse(app)}")


@click.command()
@as_json
def once(as_json: bool) -> None:
    """依次运行全部环节一遍：采集、分析、立案、通知、检索、催办，再看有无突增和沉默的来源。"""
    names = {"collect": "采集新增", "analyse": "分析", "triage": "立案", "notify": "通知",
             "index": "检索更新", "chase": "催办", "alarm": "突增和沉默"}  # fmt: skip
    with opened() as app:
        bare = rostering.report_gaps(app)
        done = pipeline.once(app)
    if bare:
        click.echo(f"今后 14 天有 {bare} 处无人值班，见 tingxue roster gaps", err=True)
    if as_json:
        click.echo(json.dumps(done))
    else:
        click.echo("  ".join(f"{names[stage]} {count}" for stage, count in done.items()))


@click.command()
@click.option("--only", multiple=True, type=click.Choice(list(schedule.JOBS)),
              help="只做这几样，可写多个；其余由合用同一台账的别的机器做")  # fmt: skip
def watch(only: tuple[str, ...]) -> None:
    """值守：一直运行，到点采集、随时报警、按时催办和出报告。"""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with opened() as app:
        schedule.watch(app, stop, only)


@click.command("doctor")
@as_json
@click.option("--send", is_flag=True, help="向每个渠道发送一条测试消息")
def doctor_command(as_json: bool, send: bool) -> None:
    """体检：配置了什么、通不通、下一步做什么；有问题时退出码为 1。"""
    with opened() as app:
        findings = doctor.examine(app)
        if send:
            findings += doctor.try_channels(app)
    signs = {"ok": "正常", "note": "提示", "trouble": "问题"}
    if as_json:
        rows = [{"subject": f.subject, "state": f.state, "text": f.text} for f in findings]
        click.echo(json.dumps(rows, ensure_ascii=False))
    else:
        for finding in findings:
            click.echo(f"{signs[finding.state]}  {finding.subject}：{finding.text}")
    sys.exit(1 if any(f.state == "trouble" for f in findings) else 0)


@click.command()
@click.option("--no-desk", is_flag=True, help="不打开值守台，跑完就结束")
def demo(no_desk: bool) -> None:
    """演示：用随程序附带的一周演练数据走完全过程（不联网、不发真实消息）。"""
    home = runner.emptied()
    notes: list[str] = []
    with _logged_to(home.path / "log" / "demo.log"):  # one channel fails by script
        lines = runner.run(home, progress=sys.stderr.isatty(), say=notes.append)
    for line in lines:
        click.echo(line)
    for note in notes:
        click.echo(note, err=True)
    if not no_desk:
        from tingxue.demo import visiting  # and with it the web server

        visiting.receive(home, click.echo)


@contextmanager
def _logged_to(path: Path) -> Iterator[None]:
    """The log goes to this file instead of the terminal, which hears where it is on a failure."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    file = logging.FileHandler(path, encoding="utf-8")
    root = logging.getLogger()
    file.setFormatter(logging.Formatter(LOG_FORMAT))
    before, root.handlers = root.handlers, [file]
    try:
        yield
    except BaseException:
        click.echo(f"演示没有走完；日志见 {path}", err=True)
        raise
    finally:
        root.handlers = before
        file.close()


COMMANDS = (
    collect,
    analyse,
    _stage("triage", "立案：把投诉归成案件、定级、派给部门，拿不准的列入待研判；输出处理条数。"),
    _stage("notify", "通知：发出到期的警报；输出处理条数。"),
    _stage("chase", "催办：对将到期和已超时的提醒、督办；输出步数。"),
    once,
    watch,
    doctor_command,
    demo,
)
