"""值班表: who is on duty now and in the coming days, where nobody is, and a new table."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from alerts.roster import Turn, turns
from domain.errors import BadForm, Conflict, InputError, NotPermitted
from domain.plan import Department, Shift
from domain.times import at_shanghai, day_bounds, shanghai, shanghai_day
from tingxue import rostering, rostersheet, rostershifts, rostertaking
from tingxue.app import App
from tingxue.desk import access, screen
from tingxue.desk.pages.parts import SignedIn
from tingxue.desk.signin import Visit
from tingxue.desk.uploads import OwnRoster
from tingxue.rostertable import Refused

ROUTES = APIRouter()
_MOST_REFUSED = 100
_MOST_OWN = 100
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NAME = "上传的文件"
"""What a message calls it: no name from outside is shown or used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A department's day: who is on duty, in order, and the hours in which nobody is."""

    people: tuple[str, ...]
    gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A department: who is on duty now, every turn to come, and the same day by day."""

    department: Department
    turns: list[Turn]
    cells: list[Cell]

    @property
    def gaps(self) -> list[Turn]:
        """When nobody is on duty."""
        return [turn for turn in self.turns if turn.shift is None]

    @property
    def ever(self) -> bool:
        """Whether anybody is on duty at all."""
        return len(self.gaps) < len(self.turns)


@ROUTES.get("/roster")
def show_roster(request: Request, found: SignedIn) -> Response:
    """All departments that the person may see; one of them in full."""
    return _page(request, found, request.query_params.get("department", ""))


@ROUTES.post("/roster")
def import_roster(request: Request, upload: OwnRoster, found: SignedIn) -> Response:
    """Take the table, whole or not at all; what is wrong is said row by row."""
    if not access.keeps_rosters(found.actor):
        raise NotPermitted("只有宣传部和管理员可以导入值班表")
    if not upload.file:
        raise BadForm("请先选择值班表文件（xlsx 或 csv）")
    check = upload.form.get("check") == "1"
    with tempfile.TemporaryDirectory(prefix="tingxue-roster-") as folder:
        path = Path(folder) / NAME
        path.write_bytes(upload.file)
        try:
            done = rostertaking.take(found.app, path, found.actor, check=check)
        except (InputError, Conflict) as error:
            return _page(request, found, "", said=str(error), status=400)
    if not done.good:
        said = f"{len(done.refused)} 行有问题，没有导入；旧值班表继续有效。请改好后重新上传整张表"
        said = said if done.refused else "表里没有一行排班，没有导入"
        return _page(request, found, "", said=said, refused=done.refused, status=400)
    if check:
        return _page(request, found, "", good=f"检查通过，没有采用：{done.summary}")
    return RedirectResponse("/roster?done=1", status_code=303)


@ROUTES.get("/roster/table.xlsx")
def download_table(found: SignedIn) -> Response:
    """The empty table, to be filled in."""
    name = quote("值班表（空表）.xlsx")
    return Response(
        rostersheet.empty(rostering.on_rosters(found.app.plan)), media_type=XLSX,
        headers={"content-disposition": f"attachment; filename*=utf-8''{name}"},
    )  # fmt: skip


def _page(
    request: Request, found: Visit, asked: str, *, said: str = "", good: str = "",
    refused: Sequence[Refused] = (), status: int = 200,
) -> Response:  # fmt: skip
    app, keeps = found.app, access.keeps_rosters(found.actor)
    days = [shanghai_day(app.clock()) + timedelta(days=n) for n in range(rostering.DAYS_AHEAD)]
    seen = access.rosters(found.actor, app.plan.departments)
    rows = _rows(app, seen, days)
    chosen = asked if asked in rows else seen[0] if len(seen) == 1 else ""
    with app.ledger.read() as books:
        last = books.audit.newest(rostertaking.ACTION) if keeps else None
        changed = books.audit.newest(rostershifts.ACTION) if keeps else None
    if request.query_params.get("shift") == "1" and changed is not None:
        good = f"已生效：{changed['reason']}"
    if request.query_params.get("done") == "1" and last is not None:
        good = f"已采用新的值班表：{last['reason']}"
    return screen.page(
        request, "roster.html", found=found, status=status, rows=list(rows.values()), days=days,
        whole=rows.get(chosen), said=said, good=good, refused=refused[:_MOST_REFUSED],
        more=len(refused) - _MOST_REFUSED, keeps=keeps, last=last, holidays=_free(app, days),
        chosen=chosen, dated=_dated(app, chosen) if keeps and chosen else [],
    )  # fmt: skip


def _dated(app: App, department: str) -> list[tuple[str, Shift]]:
    """Every shift that may be changed, by its key."""
    return [(rostershifts.key_of(one), one) for one in rostershifts.own(app, department)][
        :_MOST_OWN
    ]


def _rows(app: App, departments: Sequence[str], days: Sequence[date]) -> Mapping[str, Row]:
    now, until = app.clock(), at_shanghai(days[-1] + timedelta(days=1))
    coming: dict[str, list[Shift]] = {name: [] for name in departments}
    for shift in app.roster().shifts:  # once over a year's roster, not once a department
        if shift.end > now and shift.department in coming:
            coming[shift.department].append(shift)
    rows: dict[str, Row] = {}
    for name, own in coming.items():
        ours = turns(own, name, now, until, app.terms.calendar)
        cells = [_cell(ours, *day_bounds(day)) for day in days]
        rows[name] = Row(department=app.plan.departments[name], turns=ours, cells=cells)
    return rows


def _cell(ours: Sequence[Turn], since: datetime, until: datetime) -> Cell:
    here = [turn for turn in ours if turn.begins < until and turn.ends > since]
    if [turn.shift for turn in here] == [None] and here[0].begins <= since:
        return Cell(people=(), gaps=("全天",))
    people = (turn.shift.person for turn in here if turn.shift is not None)
    gaps = (
        f"{_hour(max(turn.begins, since), since)}–{_hour(min(turn.ends, until), since)}"
        for turn in here if turn.shift is None
    )  # fmt: skip
    return Cell(people=tuple(dict.fromkeys(people)), gaps=tuple(gaps))


def _hour(at: datetime, midnight: datetime) -> str:
    """Of the day that began at that midnight: its end is 24:00."""
    return "24:00" if at - midnight >= timedelta(days=1) else f"{shanghai(at):%H:%M}"


def _free(app: App, days: Sequence[date]) -> list[date]:
    return [day for day in days if not app.terms.calendar.is_workday(day)]
