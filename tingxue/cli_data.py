"""Commands about data: import, rejects, search, index, report, purge."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from domain.errors import InputError
from domain.privacy import mask
from domain.times import on_screen
from domain.types import Actor, Level, Polarity, Role, SearchHit, SearchPage, SearchQuery
from tingxue import importing, indexing, pipeline, reporting, schedule
from tingxue.app import App, opened
from tingxue.cli_options import as_json, since_moment
from tingxue.counting import PeriodKind, last_finished


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--only", is_flag=True, help="只导入，不接着分析、派案和通知")
def import_files(files: tuple[Path, ...], only: bool) -> None:
    """导入：12345 工单表、MediaCrawler 导出、通用 CSV/JSONL；随后分析、派案、通知。"""
    failed = False
    with opened() as app:
        for path in files:
            try:
                with _bar(f"导入 {path.name}") as advance:
                    done = importing.import_file(app, path, progress=advance)
            except InputError as error:
                click.echo(f"出错：{error}", err=True)
                failed = True
                continue
            _say_imported(done)
        if not only:
            _say_cases(app)
    sys.exit(2 if failed else 0)


def _say_imported(done: importing.Imported) -> None:
    click.echo(
        f"{done.file}（{done.format}）：收下 {done.taken} 条，其中新增 {done.new} 条，"
        f"退件 {done.rejected} 行"
    )
    if done.unmapped:
        click.echo(f"  未使用的列：{'、'.join(done.unmapped)}")
    if done.personal:
        click.echo(f"  个人信息列，未读取：{'、'.join(done.personal)}")
    if done.skipped:
        click.echo(f"  跳过的工作表：{'、'.join(done.skipped)}")
    if done.rejected:
        click.echo("  用 tingxue rejects list 查看退件的行号和原因")


def _say_cases(app: App) -> None:
    """Stages 2 to 5, and what came of them."""
    started = app.clock()
    for title, stage, waits in (
        ("分析", pipeline.analyse, "analyse"),
        ("立案", pipeline.triage, "triage"),
    ):
        with app.ledger.read() as books:
            whole = books.mentions.waiting().get(waits, 0)
        with _steps(title, whole) as advance:
            stage(app, advance)
    sent = pipeline.notify(app)
    pipeline.index(app)
    with app.ledger.read() as books:
        cases = [books.cases.get(c) for c in books.cases.changed_within(started, app.clock())]
        doubtful = len(books.reviews.waiting())
    for case in cases:
        names = "、".join(app.plan.categories[code].name for code in case.categories)
        leads = "、".join(o.department for o in case.obligations if o.duty == "lead")
        level = f"{case.level}（待核实）" if case.unverified_since else str(case.level)
        click.echo(f"  {case.case_id}  {level}  {names or '人身安全'}  牵头：{leads}")
    click.echo(f"案件 {len(cases)} 件，发出通知 {sent} 条")
    if doubtful:
        click.echo(f"待研判 {doubtful} 项，请宣传部用 tingxue review list 查看")


@contextmanager
def _bar(title: str) -> Iterator[Callable[[int, int], None] | None]:
    """A progress bar in a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task(title)
        yield lambda done, whole: progress.update(task, completed=done, total=whole)


@contextmanager
def _steps(title: str, whole: int) -> Iterator[Callable[[int], None]]:
    """The same, for work that says how much it has just done."""
    done = 0
    with _bar(title) as show:

        def advance(count: int) -> None:
            nonlocal done
            done += count
            if show is not None:
                show(done, whole)

        yield advance


@click.group()
def rejects() -> None:
    """退件：没能导入的行，保留（已脱敏）待更正。"""


@rejects.command("list")
@as_json
def rejects_list(as_json: bool) -> None:
    """列出退件的文件、行号和原因。"""
    with opened() as app, app.ledger.read() as books:
        pending = books.rejects.pending()
    for reject_id, reject in pending:
        if as_json:
            row = {"id": reject_id, **asdict(reject)}
            click.echo(json.dumps(row, ensure_ascii=False))
        else:
            click.echo(f"{reject_id}  {reject.file} 第 {reject.row} 行：{reject.reason}")


@rejects.command("replay")
def rejects_replay() -> None:
    """把退件重新导入一遍（程序或对照表更新之后）。"""
    with opened() as app:
        done = importing.replay_rejects(app)
    click.echo(f"收下 {done.taken} 行，仍退 {done.still_rejected} 行")


@click.command()
@click.argument("words", default="")
@click.option("--since", "since", help="起始：7d、24h 或 2026-11-23")
@click.option("--until", "until", help="截止（不含）：同上")
@click.option("--platform", "platforms", multiple=True, help="平台代码，如 douyin")
@click.option("--category", "categories", multiple=True, help="类别代码，如 taxi_refusal")
@click.option("--place", "places", multiple=True, help="地点规范名")
@click.option("--level", "levels", multiple=True, type=click.Choice([str(x) for x in Level]))
@click.option("--department", "departments", multiple=True, help="部门名称")
@click.option("--polarity", type=click.Choice([str(x) for x in Polarity]))
@click.option("--all", "everything", is_flag=True, help="连判为无关的也查")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000))
@as_json
def search(
    words: str,
    since: str | None,
    until: str | None,
    platforms: tuple[str, ...],
    categories: tuple[str, ...],
    places: tuple[str, ...],
    levels: tuple[str, ...],
    departments: tuple[str, ...],
    polarity: str | None,
    everything: bool,
    limit: int,
    as_json: bool,
) -> None:
    """检索：tingxue search '拒载 天定山' --since 7d --category taxi_refusal"""
    with opened() as app:
        query = SearchQuery(
            words=tuple(words.split()),
            since=_moment(app, since),
            until=_moment(app, until),
            platforms=platforms,
            categories=categories,
            places=places,
            levels=tuple(Level(x) for x in levels),
            departments=departments,
            polarity=Polarity(polarity) if polarity else None,
            relevant=None if everything else True,
            limit=limit,
        )
        page = app.index().search(query)
        for hit in page.hits:
            click.echo(_hit_json(hit) if as_json else _hit_line(app, hit))
    if not as_json:
        click.echo(_summary(page))


def _moment(app: App, text: str | None) -> datetime | None:
    return None if text is None else since_moment(app.clock(), text)


def _hit_line(app: App, hit: SearchHit) -> str:
    mention, verdict = hit.doc.mention, hit.doc.verdict
    codes = [tag.category for tag in verdict.complaints] if verdict else []
    names = "、".join(app.plan.categories[code].name for code in codes)
    case = f"  {hit.doc.case_id}（{hit.doc.level}）" if hit.doc.case_id else ""
    platform = app.plan.platform_names[mention.platform]
    return (
        f"{on_screen(mention.first_seen_at)}  {platform}  {names or '—'}{case}\n    {hit.snippet}"
    )


def _hit_json(hit: SearchHit) -> str:
    mention, verdict = hit.doc.mention, hit.doc.verdict
    row = {
        "mention_id": mention.mention_id,
        "first_seen_at": mention.first_seen_at.isoformat(),
        "platform": mention.platform,
        "text": mention.text,
        "url": mention.url,
        "categories": [tag.category for tag in verdict.complaints] if verdict else [],
        "reason": verdict.reason if verdict else None,
        "case_id": hit.doc.case_id,
        "score": hit.score,
    }
    return json.dumps(row, ensure_ascii=False)


def _summary(page: SearchPage) -> str:
    return f"共 {page.total} 条，显示 {len(page.hits)} 条" if page.total else "没有找到"


@click.group("index", invoke_without_command=True)
@click.pass_context
def index_group(ctx: click.Context) -> None:
    """检索库：不带子命令时把新的变化写入检索库；输出条数。"""
    if ctx.invoked_subcommand is None:
        with opened() as app:
            click.echo(f"{pipeline.index(app)}")


@index_group.command("rebuild")
def index_rebuild() -> None:
    """从台账重建检索库（期间仍可检索旧库）。"""
    with opened() as app:
        click.echo(f"重建 {indexing.rebuild(app)} 条")


@click.command()
@click.argument("kind", type=click.Choice(["day", "week"]))
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="哪一天（或该周中任一天）")
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), help="存放文件夹")
def report(kind: str, day: datetime | None, folder: Path | None) -> None:
    """报告：生成日报或周报（Word 和 Excel）；默认是最近结束的一天或一周。"""
    chosen: PeriodKind = "week" if kind == "week" else "day"
    with opened() as app:
        last = last_finished(chosen, app.clock()).first_day
        made = reporting.make(app, chosen, day.date() if day else last, folder=folder)
    click.echo(made.docx)
    click.echo(made.xlsx)


@click.group(invoke_without_command=True)
@click.pass_context
def purge(ctx: click.Context) -> None:
    """清除：删除超过保存期限的内容（watch 每夜自动做）；法定保全的不删。"""
    if ctx.invoked_subcommand is None:
        with opened() as app:
            for table, count in schedule.purge(app).items():
                click.echo(f"{_TABLES[table]} {count}")


_TABLES = {
    "originals": "原文",
    "rejects": "退件",
    "cases": "案件",
    "mentions": "反映",
    "audit": "审计",
    "backups": "台账副本",
}


@purge.command("hold")
@click.argument("case_id")
@click.option("--release", is_flag=True, help="解除保全")
@click.option("--reason", required=True, help="理由（记入审计）")
@click.option("--by", "person", required=True, help="经办人")
def purge_hold(case_id: str, release: bool, reason: str, person: str) -> None:
    """对一个案件作法定保全：期满也不清除。"""
    with opened() as app, app.ledger.write() as books:
        books.purge.hold(case_id, not release)
        action = "release" if release else "hold"
        actor = Actor(name=person, role=Role.PUBLICITY)
        books.audit.write(app.clock(), actor, action, case_id, mask(reason))
    click.echo(f"{case_id} {'已解除保全' if release else '已保全'}")


COMMANDS = (import_files, rejects, search, index_group, report, purge)
