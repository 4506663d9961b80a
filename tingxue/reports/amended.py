"""What a later edition says of the one before: a sentence at its opening, and the list as an 附件.

A finished paper stays as it is; whoever holds it must be able to see what the new one changes.
"""

from collections.abc import Iterator

from tingxue.reports.figure import segment
from tingxue.reports.paper import (
    Block,
    Heading,
    Line,
    Para,
    Span,
    Table,
    at,
    cell,
    joined,
    name,
    order,
    say,
)
from tingxue.reports.revision import CHANGED, Change, Revision
from tingxue.reports.tables import NONE, number
from tingxue.reports.wording import Material

LISTED_CHANGES = {"day": 20, "week": 40, "span": 40}
"""Rows of the list on paper; the Excel file has all, with ids."""
_NAMED = 3


def amended(material: Material) -> list[Para]:
    """The sentence; nothing in a first edition."""
    revision = material.revision
    if revision is None:
        return []
    against = say(
        "更正说明：本版与第{n}版（{t}编制）",
        n=order(revision.edition),
        t=at(revision.made_at, year=True),
    )
    return [Para(line=(*against, *_said(material, revision)))]


def _said(material: Material, revision: Revision) -> Line:
    if revision.changes is None:
        return say("无法逐项比较：{why}。", why=Span(revision.why_not))
    if not revision.changes:
        return say("相比，各项指标没有变化。")
    first = joined((_short(material, change) for change in revision.changes[:_NAMED]), "；")
    more = Span("等" if len(revision.changes) > _NAMED else "")
    return say(
        "相比，{n}项指标有变化：{first}{more}。全部变化及原因见附件“更正说明”。",
        n=material.figures[CHANGED],
        first=first,
        more=more,
    )


def _short(material: Material, change: Change) -> Line:
    return say(
        "{name}由{a}改为{b}",
        name=name(change.name),
        a=_before(material, change),
        b=_after(material, change),
    )


def amendments(material: Material) -> list[Block]:
    """The 附件; nothing where no figure changed."""
    revision = material.revision
    if revision is None or not revision.changes:
        return []
    listed = revision.changes[: LISTED_CHANGES[material.kind]]
    table = Table(
        caption=say("与第{n}版不同的指标", n=order(revision.edition)),
        header=("指标", "上一版", "本版", "原因"),
        rows=tuple(_row(material, change) for change in listed),
        widths=(48, 20, 20, 68),
        left=frozenset({3}),
        small=True,
    )
    rest = say("注：变化较多，表中仅列前面的部分；全部变化和涉及的编号见同名电子表格“更正说明”。")
    every = say("注：涉及的编号见同名电子表格“更正说明”。环比、比率随所依据的指标变化，不单列。")
    cut = len(revision.changes) > len(listed)
    note = Para(style="note", line=rest if cut else every)
    return [Heading(text="附件：更正说明", depth=0), table, note]


def _row(material: Material, change: Change) -> tuple[Line, ...]:
    return (
        (name(change.name),),
        _before(material, change),
        _after(material, change),
        joined(_reasons(material, change), "\n") or NONE,
    )


def _before(material: Material, change: Change) -> Line:
    return number(material, f"{CHANGED}.{segment(change.key)}.before")


def _after(material: Material, change: Change) -> Line:
    return cell(change.after) if change.after else NONE


def _reasons(material: Material, change: Change) -> Iterator[Line]:
    for place, (reason, _) in enumerate(change.reasons, 1):
        figure = material.figures[f"{CHANGED}.{segment(change.key)}.why{place}"]
        yield say("{why}{n}{unit}", why=Span(reason), n=figure, unit=Span(figure.unit))
