"""``tingxue report``: daily and weekly papers, papers on cases, PDF, and the clerk's final version.

What a command makes is printed as paths, one a line, so that a script can go on with them.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click

from domain.times import SHANGHAI, on_screen
from domain.types import Actor, Role
from tingxue import casepapers, finals, periodpapers, reporting
from tingxue.app import App, opened
from tingxue.counting import PeriodKind, last_finished

_FOLDER = click.option(
    "--to", "folder", type=click.Path(file_okay=False, path_type=Path), help="存放文件夹"
)
_PDF = click.option("--pdf", is_flag=True, help="另出 PDF（本机须装 LibreOffice）")
_DEPARTMENT = click.option("--department", default="", help="只出这个部门的")
_DAY = click.option(
    "--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="哪一天（或该周中任一天）"
)


_DAYS, _MINUTES = click.DateTime(["%Y-%m-%d"]), click.DateTime(["%Y-%m-%dT%H:%M"])
_FIRST = click.option(
    "--from", "since", type=_DAYS, help="监测期第一天；默认到 --until 为止的 60 天"
)
_LAST = click.option("--until", "until", type=_DAYS, help="监测期最后一天；默认昨天")
_BEGINS = click.option(
    "--from", "since", type=_MINUTES, help="本班从何时起，如 2026-11-23T08:00；默认上次换班"
)
_ENDS = click.option("--until", "until", type=_MINUTES, help="到何时止；默认现在")


@click.group()
def report() -> None:
    """报告和办理单：日报、周报、雪季总结、专报、交办单、督办单、逾期清单、交接单；定稿归档。"""


def _of_period(kind: PeriodKind, day: datetime | None, folder: Path | None, pdf: bool) -> None:
    with opened() as app:
        last = last_finished(kind, app.clock()).first_day
        made = reporting.make_by_hand(app, kind, day.date() if day else last, folder=folder)
        _show([made.docx, made.xlsx, *([made.pdf] if made.pdf else [])], pdf and not made.pdf)
        with app.ledger.read() as books:
            kept = finals.finals_of(books, finals.stem(made.docx.name))
    if kept:
        click.echo(f"已有定稿 {kept[-1]}，新出的没有替换它", err=True)


@report.command("day")
@_DAY
@_FOLDER
@_PDF
def daily(day: datetime | None, folder: Path | None, pdf: bool) -> None:
    """日报（Word 和 Excel）；默认是昨天的。"""
    _of_period("day", day, folder, pdf)


@report.command("week")
@_DAY
@_FOLDER
@_PDF
def weekly(day: datetime | None, folder: Path | None, pdf: bool) -> None:
    """周报（Word 和 Excel）；默认是上一周的。"""
    _of_period("week", day, folder, pdf)


@report.command("assign")
@click.argument("case_id")
@_DEPARTMENT
@_FOLDER
@_PDF
def assign(case_id: str, department: str, folder: Path | None, pdf: bool) -> None:
    """交办单：一个案件，每个承办部门一份。"""
    _of_case(lambda app: casepapers.assign(app, case_id, department, folder=folder), pdf)


@report.command("urge")
@click.argument("case_id")
@_DEPARTMENT
@_FOLDER
@_PDF
def urge(case_id: str, department: str, folder: Path | None, pdf: bool) -> None:
    """督办单：一个案件里已经逾期的事项。"""
    _of_case(lambda app: casepapers.urge(app, case_id, department, folder=folder), pdf)


@report.command("special")
@click.argument("case_id")
@_FOLDER
@_PDF
def special(case_id: str, folder: Path | None, pdf: bool) -> None:
    """专报：一个案件的概况、传播、内容、办理和建议。"""
    _of_case(lambda app: casepapers.special(app, case_id, folder=folder), pdf)


@report.command("overdue")
@_FOLDER
@_PDF
def overdue(folder: Path | None, pdf: bool) -> None:
    """逾期事项清单：督查室用，截至此刻。"""
    _of_case(lambda app: casepapers.arrears(app, folder=folder), pdf)


@report.command("season")
@_FIRST
@_LAST
@_FOLDER
@_PDF
def season(since: datetime | None, until: datetime | None, folder: Path | None, pdf: bool) -> None:
    """雪季总结：反映了什么、办结了什么、哪些再次发生、各部门办理情况。"""
    first, last = since.date() if since else None, until.date() if until else None
    _of_case(lambda app: periodpapers.season(app, first, last, folder=folder), pdf)


@report.command("handover")
@_BEGINS
@_ENDS
@_DEPARTMENT
@_FOLDER
@_PDF
def handover(
    since: datetime | None, until: datetime | None, department: str, folder: Path | None,
    pdf: bool,
) -> None:  # fmt: skip
    """值班交接单：在办和下一步、本班办理、未送达、采集情况、手写事项。"""
    begin, end = (at.replace(tzinfo=SHANGHAI) if at else None for at in (since, until))
    _of_case(lambda app: periodpapers.handover(app, begin, end, department, folder=folder), pdf)


def _of_case(make: Callable[[App], list[Path]], pdf: bool) -> None:
    with opened() as app:
        _show(make(app), pdf or app.plan.papers.pdf)


def _show(paths: list[Path], pdf: bool) -> None:
    """The paths, and that of a PDF beside each Word file where one is wanted."""
    for path in paths:
        click.echo(path)
    if pdf:
        from tingxue.reports.pdf import make_pdf

        for path in paths:
            if path.suffix == ".docx":
                click.echo(make_pdf(path))


@report.command("pdf")
@click.argument("docx", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def pdf_of(docx: Path) -> None:
    """把一份 Word 报告（包括改过的）转成 PDF，放在旁边。"""
    from tingxue.reports.pdf import make_pdf

    click.echo(make_pdf(docx))


@report.command("file")
@click.argument("docx", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", "person", required=True, help="归档人")
@click.option("--of", default="", help="是哪一份的定稿，例如 日报-2026-11-23；文件名看得出的不用写")
def file_docx(docx: Path, person: str, of: str) -> None:
    """定稿归档：把改好、签好的 Word 存在程序所编的旁边，校验值记入审计。"""
    with opened() as app:
        actor = Actor(name=person, role=Role.PUBLICITY)
        filed = finals.file_final(app, docx, actor, of=of)
    click.echo(filed.path)
    click.echo(f"{filed.of} 的定稿，校验值 {filed.sha256}")
    if filed.identifiers:
        click.echo(
            f"注意：文中有 {filed.identifiers} 处像是姓名、电话一类的个人信息，外送之前请核对",
            err=True,
        )


@report.command("list")
def list_papers() -> None:
    """列出全部报告和办理单：各版和定稿。"""
    with opened() as app:
        every = finals.known(app)
    for one in every:
        click.echo(f"{on_screen(one.at)}  {one.of}  {one.what}  {'、'.join(one.files)}")
    if not every:
        click.echo("还没有报告")


COMMANDS = (report,)
