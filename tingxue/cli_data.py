"""Commands about data: import, rejects, purge."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from domain.errors import InputError
from domain.privacy import mask
from domain.types import Actor, Reject, Role
from tingxue import importing, pipeline, schedule
from tingxue.app import App, opened
from tingxue.cli_bars import bar, steps
from tingxue.cli_options import as_json
from tingxue.collecting import EXCHANGE


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--only", is_flag=True, help="只导入，不接着分析、派案和通知")
def import_files(files: tuple[Path, ...], only: bool) -> None:
    """导入：工单表、浏览器 HAR、MediaCrawler 导出、通用 CSV/JSONL；随后分析、派案、通知。"""
    failed = False
    with opened() as app:
        for path in files:
            try:
                with bar(f"导入 {path.name}") as advance:
                    done = importing.import_file(app, path, progress=advance)
            except InputError as error:
                click.echo(f"出错：{error}", err=True)
                failed = True
                continue
            _say_imported(done)
        if not only:
            say_cases(app)
    sys.exit(2 if failed else 0)


def _say_imported(done: importing.Imported) -> None:
    click.echo(
        f"{done.file}（{done.format}）：收下 {done.taken} 条，其中新增 {done.new} 条，"
        f"退件 {done.rejected} {'份' if done.notices else '行'}"
    )
    for line in done.notices:
        click.echo(f"  {line}")
    if done.unmapped:
        click.echo(f"  未使用的列：{'、'.join(done.unmapped)}")
    if done.personal:
        click.echo(f"  个人信息列，未读取：{'、'.join(done.personal)}")
    if done.skipped:
        click.echo(f"  跳过的工作表：{'、'.join(done.skipped)}")
    if done.rejected:
        click.echo("  用 tingxue rejects list 查看退件的行号和原因")


def say_cases(app: App, *, quiet: bool = False) -> None:
    """Stages 2 to 5, and what came of them; quiet: without the words."""
    started = app.clock()
    for title, stage, waits in (
        ("分析", pipeline.analyse, "analyse"),
        ("立案", pipeline.triage, "triage"),
    ):
        with app.ledger.read() as books:
            whole = books.mentions.waiting().get(waits, 0)
        with steps(title, whole) as advance:
            stage(app, advance)
    sent = pipeline.notify(app)
    pipeline.index(app)
    if quiet:
        return
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
            click.echo(f"{reject_id}  {_where(reject)}：{reject.reason}")


def _where(reject: Reject) -> str:
    if reject.format == EXCHANGE:
        return f"{reject.file.removeprefix('import:')} 第 {reject.row} 次请求"
    return f"{reject.file} 第 {reject.row} 行"


@rejects.command("replay")
def rejects_replay() -> None:
    """把退件重新导入一遍（程序或对照表更新之后）。"""
    with opened() as app:
        done = importing.replay_rejects(app)
    click.echo(f"收下 {done.taken} 行，仍退 {done.still_rejected} 行")


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
    "corrections": "更正",
    "alerts": "不属于案件的通知",
    "surges": "突增警报",
    "silences": "来源静默警报",
    "pauses": "来源暂停",
    "marks": "采集位置",
    "backups": "台账副本",
    "pictures": "截图",
    "attachments": "答复附件",
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


COMMANDS = (import_files, rejects, purge)
