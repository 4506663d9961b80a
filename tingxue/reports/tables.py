"""Tables that both papers use, made from figures.

Each returns None where there is nothing to put into rows: the paper then says so in a sentence.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from domain.types import Case, Duty, Level, Obligation
from tingxue.reports.casework import (
    DETAIL_ROWS,
    LISTED,
    LISTED_LATE,
    cases_by_mention,
    graded,
    limit_passed,
    live_obligations,
    overdue_list,
    reply_overdue,
    sign_overdue,
)
from tingxue.reports.figure import Figure, Row, segment
from tingxue.reports.paper import (
    Line,
    Span,
    Table,
    cell,
    clock,
    ident,
    joined,
    name,
    order,
    say,
)
from tingxue.reports.tallies import categories_of
from tingxue.reports.wording import (
    LAST,
    Material,
    about,
    excerpt,
    first_season,
    trend_cell,
)

ALL_DEPARTMENTS = 100
SHOWN_PLATFORMS = 2
NONE: Line = (Span("—"),)


def number(material: Material, key: str) -> Line:
    """A figure as a cell, or a dash where nothing was there to count."""
    figure = material.figures.get(key)
    return cell(figure) if figure else NONE


def _before(material: Material, key: str) -> Line:
    """The figure of the period before; a dash where there was no season before."""
    return NONE if first_season(material) else number(material, f"{key}.previous")


def platform_table(material: Material) -> Table:
    """信息量 and 投诉量 by platform, with the change."""
    rows = []
    for figure in material.figures.under("platform"):
        rows.append(
            (
                (material.platform(code_of(figure)),),
                cell(figure),
                number(material, f"{figure.key}.complaints"),
                _before(material, figure.key),
                trend_cell(material, figure.key),
            )
        )
    rows.append(
        (
            (Span("合计"),),
            number(material, "mentions"),
            number(material, "complaints"),
            _before(material, "mentions"),
            trend_cell(material, "mentions"),
        )
    )
    last = LAST[material.kind].text
    return Table(
        caption=say("各平台信息量（单位：条）"),
        rows=tuple(rows),
        header=("平台", "信息量", "其中投诉", f"{last}信息量", "增减"),
        widths=(40, 28, 28, 32, 28),
    )


def category_table(material: Material) -> Table:
    """Complaints by category, with the change and the department that leads."""
    rows = []
    for figure in material.figures.under("category"):
        code = code_of(figure)
        known = material.plan.categories.get(code)
        rows.append(
            (
                (material.category(code),),
                cell(figure),
                _before(material, figure.key),
                trend_cell(material, figure.key),
                (name(known.lead),) if known else NONE,
            )
        )
    return Table(
        caption=say("各类投诉（单位：条；一条信息可涉及多类）"),
        rows=tuple(rows),
        header=("类别", "投诉量", LAST[material.kind].text, "增减", "牵头部门"),
        widths=(42, 24, 24, 28, 38),
    )


def code_of(figure: Figure) -> str:
    """The code in the key of a platform's or category's figure."""
    return figure.key.rpartition(".")[2]


def notable_table(material: Material, most: int) -> Table | None:
    """编号/级别/时间/摘要/平台/热度/牵头/进展 of the notable cases; None when there is none."""
    shown = material.figures["cases.notable"].ids[: min(most, LISTED[material.kind])]
    if not shown:
        return None
    by_id = {case.case_id: case for case in material.live}
    chosen = [by_id[case_id] for case_id in shown]
    wanted = {one for case in chosen for one in case.mention_ids}
    here = {row[0].mention_id: row for row in material.rows if row[0].mention_id in wanted}
    rows = tuple(_notable_row(material, case, here) for case in chosen)
    return Table(
        caption=say("重点舆情"),
        rows=rows,
        widths=(37, 69, 25, 25),
        header=("编号、级别、时间", "摘要", "平台、热度", "牵头、进展"),
        left=frozenset({1}),
        small=True,
        tall=True,
    )


def _notable_row(material: Material, case: Case, here: dict[str, Row]) -> tuple[Line, ...]:
    rows = [here[i] for i in case.mention_ids if i in here]
    seen = min((m.first_seen_at for m, _ in rows), default=case.opened_at)
    platforms = list(dict.fromkeys(m.platform for m, _ in rows))
    words = say("：“{words}”", words=excerpt(rows[0][0], 34)) if rows else ()
    leads = [o for o in live_obligations([case]) if o.duty is Duty.LEAD]
    where = joined((material.platform(p),) for p in platforms[:SHOWN_PLATFORMS])
    where = (*where, Span("等")) if len(platforms) > SHOWN_PLATFORMS else where
    level = f"{case.level}色，级别待核实" if case.unverified_since else f"{case.level}色"
    heat = _heat(material, case)
    return (
        say("{id}\n（{l}）\n{t}", id=ident(case.case_id), l=Span(level), t=clock(seen)),
        say("据网民反映（未核实），{about}{words}", about=about(material, case), words=words),
        say("{where}\n{heat}", where=where, heat=heat) if where else heat,
        joined((_progress(o, material) for o in leads), "\n") or (Span(str(case.status)),),
    )


def _heat(material: Material, case: Case) -> Line:
    key = f"case.{case.case_id}"
    parts = [say("信息{n}条", n=material.figures[f"{key}.all"])]
    for part, word in (("interactions", "互动"), ("views", "浏览")):
        figure = material.figures.get(f"{key}.{part}")
        if figure:
            bound = Span("以上" if figure.at_least else "")
            parts.append(say("{w}{n}次{b}", w=Span(word), n=figure, b=bound))
    return joined(parts, "\n")


def _progress(obligation: Obligation, material: Material) -> Line:
    late = ""
    if sign_overdue(obligation, material.made_at):
        late = "（逾期未签收）"
    elif reply_overdue(obligation, material.made_at):
        late = "（逾期未答复）"
    return say(
        "{d}{s}{late}",
        d=name(obligation.department),
        s=Span(str(obligation.status)),
        late=Span(late),
    )


def departments_with(material: Material, *parts: str) -> list[str]:
    """Departments for which one of these figures is not 0, in the plan's order."""
    keys = {d: [f"department.{segment(d)}.{part}" for part in parts] for d in material.debtors}
    return [d for d in material.debtors if any(material.figures[key].value for key in keys[d])]


def department_table(
    material: Material, parts: Sequence[str], header: tuple[str, ...], widths: tuple[int, ...],
    most: int,
) -> Table | None:  # fmt: skip
    """One row per department and one for all together; None when no department had work. Where
    they are more than ``most``: those with most overdue, then most new."""
    active = departments_with(material, "new", "signed", "closed", "overdue")
    if not active:
        return None
    cut = len(active) > most
    active = [d for d in active if d in sorted(active, key=_burden(material))[:most]]
    rows = [
        ((name(d),), *(number(material, f"department.{segment(d)}.{part}") for part in parts))
        for d in active
    ]
    rows.append(((Span("合计"),), *(number(material, f"duties.{part}") for part in parts)))
    what = "部门办理情况（单位：项；仅列逾期、新增多的部门）" if cut else "部门办理情况（单位：项）"
    return Table(
        caption=(Span(what),), header=header, rows=tuple(rows), widths=widths,
        small=most < ALL_DEPARTMENTS,
    )  # fmt: skip


def _burden(material: Material) -> Callable[[str], tuple[float, float]]:
    def of(department: str) -> tuple[float, float]:
        key = f"department.{segment(department)}"
        late, new = (material.figures[f"{key}.{part}"].value for part in ("overdue", "new"))
        return -late, -new

    return of


def overdue_table(material: Material) -> Table | None:
    """What is overdue, the oldest limit first; None when nothing is."""
    levels = {case.case_id: case.level for case in material.facts.cases}
    late = overdue_list(material.owed, material.made_at)
    if not late:
        return None
    rows = tuple(_overdue_row(o, material.made_at, levels[o.case_id]) for o in late[:LISTED_LATE])
    return Table(
        caption=say("逾期清单"),
        rows=rows,
        widths=(46, 34, 12, 30, 34),
        header=("编号", "部门", "级别", "逾期环节", "时限"),
    )


def _overdue_row(o: Obligation, as_of: datetime, level: Level) -> tuple[Line, ...]:
    step = "未答复" if reply_overdue(o, as_of) else "未签收"
    return (
        (ident(o.case_id),),
        (name(o.department),),
        (Span(str(level)),),
        (Span(step),),
        (clock(limit_passed(o, as_of)),),
    )


def detail_table(material: Material) -> Table | None:
    """The complaints of the period, masked; None when there is none."""
    cases, rows = cases_by_mention(material.facts.cases), []
    printed = graded(material.rows, material.facts.cases)[: DETAIL_ROWS[material.kind]]
    for n, row in enumerate(printed, 1):
        mention, _ = row
        case = cases.get(mention.mention_id)
        rows.append(
            (
                (order(n),),
                (clock(mention.first_seen_at),),
                (material.platform(mention.platform),),
                _subject(material, row),
                _grade(case),
                (excerpt(mention, 31),),
            )
        )
    if not rows:
        return None
    return Table(
        caption=say("投诉明细（已脱敏，内容为网民反映，未核实）"),
        rows=tuple(rows),
        header=("序号", "时间", "平台", "类别、地点", "编号（级别）", "摘要"),
        widths=(10, 14, 19, 26, 27, 60),
        left=frozenset({5}),
        small=True,
    )


def _subject(material: Material, row: Row) -> Line:
    kinds = joined((material.category(code),) for code in categories_of(row))
    places = joined((name(place),) for place in row[1].places)
    return joined([kinds, places], "\n") if places else kinds


def _grade(case: Case | None) -> Line:
    if case is None:
        return NONE
    return say("{id}（{level}）", id=ident(case.case_id), level=Span(str(case.level)))
