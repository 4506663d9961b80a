"""报告: the papers there are, what one would say now, and a new edition."""

from datetime import date
from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.errors import BadForm, InputError, NoSuchPaper, NotPermitted
from domain.times import shanghai_day
from ledger.reports import Edition
from tingxue import editions, finals, reporting
from tingxue.counting import PeriodKind, last_finished, period_of
from tingxue.desk import access, forms, screen
from tingxue.desk.pages.parts import OwnForm, SignedIn
from tingxue.desk.pages.roster import XLSX
from tingxue.desk.signin import Visit

ROUTES = APIRouter()
PER_PAGE = 30
_MOST_PAGES = 1_000
NAMES = {"day": "日报", "week": "周报"}
_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": XLSX,
    "pdf": "application/pdf",
}


@ROUTES.get("/reports")
def list_reports(request: Request, found: SignedIn) -> Response:
    """Every edition, the newest period first; which periods may be asked for."""
    check_sees(found)
    number = _page_number(request.query_params.get("page", ""))
    offset = (number - 1) * PER_PAGE
    with found.app.ledger.read() as books:
        lines, total = books.reports.newest(limit=PER_PAGE, offset=offset)
    last = last_finished("day", found.app.clock()).first_day
    return screen.page(
        request, "reports.html", found=found, lines=[(one, title(one)) for one in lines],
        total=total, page=number, pages=max(1, -(-total // PER_PAGE)), kinds=NAMES, last=last,
    )  # fmt: skip


@ROUTES.get("/reports/preview")
def preview_report(request: Request, found: SignedIn) -> Response:
    """The paper as it would be written now; nothing is kept."""
    from tingxue import previewing  # with it Word and Excel: loaded when a paper is looked at

    check_sees(found)
    kind, day = _wanted(request.query_params.get("kind", ""), request.query_params.get("date", ""))
    period = period_of(kind, day)
    if period.start > found.app.clock():
        raise BadForm("这一期还没有开始，没有可预览的；请选今天或以前的日期")
    made = previewing.preview(found.app, kind, day)
    return screen.page(
        request, "preview.html", found=found, kind=kind, day=day, made=made, name=NAMES[kind],
        makes=access.makes_papers(found.actor),
    )  # fmt: skip


@ROUTES.post("/reports/make")
def make_report(request: Request, form: OwnForm, found: SignedIn) -> Response:
    """Make the next edition; a form sent twice makes one."""
    if not access.makes_papers(found.actor):
        raise NotPermitted("只有宣传部和管理员可以编发报告")
    kind, day = _wanted(form.get("kind", ""), form.get("date", ""))
    seen = forms.number(form, "edition")
    try:
        number = reporting.make_asked(found.app, kind, day, seen=seen, by=found.actor)
    except InputError as error:
        raise BadForm(str(error)) from error
    first = period_of(kind, day).first_day
    return RedirectResponse(f"/reports/{kind}/{first}/{number}", status_code=303)


@ROUTES.get("/reports/{kind}/{day}/{edition}")
def show_report(request: Request, kind: str, day: str, edition: str, found: SignedIn) -> Response:
    """The figures that the paper holds, from its own spreadsheet."""
    check_sees(found)
    one = _edition(found, kind, day, edition)
    entries, said = [], ""
    with found.app.ledger.read() as books:
        filed = finals.filed(books, finals.stem(one.files[0][0]))
    try:
        entries = editions.figures(editions.content(found.app, one, "xlsx")[1])
    except NoSuchPaper as error:
        said = str(error)
    return screen.page(
        request, "edition.html", found=found, one=one, title=title(one), entries=entries, said=said,
        day=day, finals=filed,
    )  # fmt: skip


@ROUTES.get("/reports/{kind}/{day}/{edition}/{form}")
def download_report(kind: str, day: str, edition: str, form: str, found: SignedIn) -> Response:
    """The file, as it was recorded."""
    check_sees(found)
    name, data = editions.content(found.app, _edition(found, kind, day, edition), form)
    return as_download(name, data)


def as_download(name: str, data: bytes) -> Response:
    """A file of the folder of papers, to be saved."""
    headers = {"content-disposition": f"attachment; filename*=utf-8''{quote(name)}"}
    return Response(data, media_type=_TYPES[name.rpartition(".")[2]], headers=headers)


def title(edition: Edition) -> str:
    """``日报 2026年11月22日``, ``周报 2026年第47期``."""
    day = shanghai_day(edition.period_start)
    if edition.kind == "week":
        year, week, _ = day.isocalendar()
        return f"周报 {year}年第{week}期"
    return f"日报 {day.year}年{day.month}月{day.day}日"


def check_sees(found: Visit) -> None:
    """Raises NotPermitted."""
    if not access.sees_papers(found.actor):
        raise NotPermitted("报告涉及各部门，只对宣传部、审核员、督查室和管理员开放")


def _wanted(kind: str, day: str) -> tuple[PeriodKind, date]:
    """Raises BadForm."""
    start = forms.day(day)
    if kind not in editions.KINDS or start is None:
        raise BadForm("请选择日报或周报，日期写成 2026-11-23 这样")
    return editions.KINDS[kind], shanghai_day(start)


def _edition(found: Visit, kind: str, day: str, number: str) -> Edition:
    """Raises NoSuchPaper."""
    start = forms.day(day)
    known = number.isascii() and number.isdigit() and len(number) < 6
    if start is None or not known:
        raise NoSuchPaper("没有这一版报告；请从“报告”页选择")
    return editions.find(found.app, kind, shanghai_day(start), int(number))


def _page_number(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    return min(max(number, 1), _MOST_PAGES)
