"""The score sheet of a drill: by department how fast, what was missed, and how it went last time.

As text for the screen and as a Word file in the layout of the other papers; both from one
``Score``. Every number on the paper is a figure over the ids of its steps.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from domain.casework import SYSTEM
from domain.times import on_screen, shanghai_day
from tingxue.app import App
from tingxue.drafts import PAPER
from tingxue.drill.score import REPLY, SIGN, Score, Step
from tingxue.reports.figure import Figure, count, segment
from tingxue.reports.paper import (
    Block,
    Heading,
    Line,
    Paper,
    Para,
    Span,
    Table,
    at,
    cell,
    clock,
    ident,
    name,
    numbered,
    order,
    say,
    titled,
)
from tingxue.reports.wording import DRILL

KIND = "演练评分表"
_NONE = (Span("—"),)
_LISTED = 60
"""Missed steps on paper; the rest is on the screen and in the JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a score sheet is written from. base: what the office's papers are called after; mark:
    printed above the title, or empty."""

    score: Score
    before: Score | None
    base: str
    mark: str
    made_at: datetime
    edition: int


# --- for the screen


def lines(score: Score, before: Score | None) -> Iterator[str]:
    """Chinese text: totals, one line a department, one a missed step."""
    yield (
        f"【演练】{score.script} {on_screen(score.started_at)} 至 {on_screen(score.end)}："
        f"反映 {score.mentions} 条，立案 {len(score.cases)} 件，漏项 {len(score.missed())} 个"
        + (f"（上次 {len(before.missed())} 个）" if before else "（没有上次可比）")
    )
    for department in score.departments():
        parts = [*_pace(score, before, department), *_slips(score, department)]
        yield f"{department}：{'；'.join(parts)}"
    for step in score.missed():
        yield f"漏项：{step.missed(score.end)} {step.department} {step.about}，{_when(step)}"


def _pace(score: Score, before: Score | None, department: str) -> Iterator[str]:
    for what in (SIGN, REPLY):
        steps = score.of(department, what)
        if not steps:
            continue
        done = sum(step.done_at is not None for step in steps)
        then = _span(before, department, what) if before else ""
        yield (
            f"{what} {done}/{len(steps)}，平均 {_span(score, department, what)}"
            + (f"（上次 {then}）" if then else "")
        )


def _span(score: Score, department: str, what: str) -> str:
    """``12.5 分钟``, with 以上 where some are still waited for; "" without any."""
    steps = score.of(department, what)
    waited = any(step.done_at is None for step in steps)
    return f"{score.mean(department, what)} 分钟" + "以上" * waited if steps else ""


def _slips(score: Score, department: str) -> Iterator[str]:
    missed = len(score.missed(department))
    yield f"漏项 {missed} 个" if missed else "没有漏项"


def _when(step: Step) -> str:
    done = f"，{on_screen(step.done_at)} 才{step.what}" if step.done_at else ""
    return f"应在 {on_screen(step.limit)} 前{done}"


# --- for the file


def write(app: App, score: Score, before: Score | None, made_at: datetime) -> Path:
    """The Word file in the drill's ``reports``, its hash in the drill's audit; a new edition beside
    the old one each time it is asked for."""
    from tingxue.reports.edition import write_files
    from tingxue.reports.word import word_bytes

    stem = f"{KIND}-{score.script}-{shanghai_day(score.started_at)}-演练"
    with app.ledger.write() as books:
        edition = len(books.audit.about(PAPER, stem)) + 1
        base = app.plan.report_title.removesuffix("周报").removesuffix("日报")
        sheet = Sheet(
            score=score, before=before, base=base, mark=app.plan.papers.mark, made_at=made_at,
            edition=edition,
        )  # fmt: skip
        data = word_bytes(paper(sheet), made_at=made_at)
        again = f"-第{edition}版" if edition > 1 else ""
        path = app.home.reports / f"{stem}{again}.docx"
        write_files({path: data}, replace=True)
        said = f"{path.name} sha256={hashlib.sha256(data).hexdigest()}"
        books.audit.write(made_at, SYSTEM, PAPER, stem, said)
    return path


def paper(sheet: Sheet) -> Paper:
    """The whole sheet."""
    made = say("制作时间：{t}", t=at(sheet.made_at, year=True))
    if sheet.edition > 1:
        made = say("{m}　第{n}版", m=made, n=order(sheet.edition))
    score = sheet.score
    played = say("演练时间：{a}至{b}", a=at(score.started_at, year=True), b=at(score.end))
    return Paper(
        title=titled(DRILL, sheet.base, KIND),
        subtitle=(say("脚本：{s}", s=name(score.script)), played, made),
        header=DRILL,
        mark=sheet.mark,
        blocks=numbered(_blocks(sheet)),
    )


def _blocks(sheet: Sheet) -> Iterator[Block]:
    score = sheet.score
    yield Heading(text="一、总体情况")
    yield Para(line=_totals(sheet))
    yield Para(line=_comparison(sheet))
    yield Heading(text="二、各部门签收和答复")
    yield _by_department(sheet)
    yield Para(
        style="note",
        line=say("注：用时为各事项的平均分钟数；到演练结束仍未办的，按等到结束计，注“以上”。"),
    )
    yield Heading(text="三、漏项清单")
    missed = score.missed()
    if not missed:
        yield Para(line=say("各环节均按时完成，没有漏项。"))
        return
    yield _missed(score, missed[:_LISTED])
    if len(missed) > _LISTED:
        yield Para(style="note", line=say("注：表中仅列时限最早的部分。"))


def _totals(sheet: Sheet) -> Line:
    score = sheet.score
    return say(
        "演练中收到反映{m}条，立案{c}件，涉及{d}个部门，应办环节{s}个，漏项{x}个。",
        m=_number("mentions", "反映", score.mentions, "条"),
        c=count("cases", "立案", score.cases, "件"),
        d=count("departments", "涉及部门", score.departments(), "个"),
        s=_steps("steps", "应办环节", score.steps),
        x=_steps("missed", "漏项", score.missed()),
    )


def _comparison(sheet: Sheet) -> Line:
    before = sheet.before
    if before is None:
        return say("这一脚本以前没有演练过，没有可比的结果。")
    return say(
        "上次演练（{t}）应办环节{s}个，漏项{x}个。",
        t=at(before.started_at, year=True),
        s=_steps("before.steps", "上次应办环节", before.steps),
        x=_steps("before.missed", "上次漏项", before.missed()),
    )


def _by_department(sheet: Sheet) -> Table:
    score, before = sheet.score, sheet.before
    rows = []
    for department in score.departments():
        cells: list[Line] = [(name(department),)]
        for what in (SIGN, REPLY):
            cells += _kind(score, before, department, what)
        missed = score.missed(department)
        key = f"department.{segment(department)}.missed"
        rows.append((*cells, cell(_steps(key, f"{department}漏项", missed))))
    return Table(
        caption=say("各部门用时（单位：分钟）"), rows=tuple(rows), small=True,
        header=("部门", "签收", "用时", "上次", "答复", "用时", "上次", "漏项"),
        widths=(29, 13, 23, 22, 13, 23, 22, 11),
    )  # fmt: skip


def _kind(score: Score, before: Score | None, department: str, what: str) -> list[Line]:
    """已办/应办, 用时, 上次 of one kind of step."""
    steps = score.of(department, what)
    if not steps:
        return [_NONE, _NONE, _NONE]
    key = f"department.{segment(department)}.{what}"
    done = [step for step in steps if step.done_at is not None]
    share = say(
        "{a}/{b}",
        a=_steps(f"{key}.done", f"{department}已{what}", done),
        b=_steps(f"{key}.all", f"{department}应{what}", steps),
    )
    then = before.of(department, what) if before else []
    last = _mean(f"{key}.before", then, before.end) if before and then else _NONE
    return [share, _mean(key, steps, score.end), last]


def _mean(key: str, steps: Sequence[Step], end: datetime) -> Line:
    """``12.5``, or ``60.0以上`` where some are still waited for."""
    waited = [step.minutes(end) for step in steps]
    figure = Figure(
        key=key, name="平均用时", value=round(sum(waited) / len(waited), 1), unit="分钟",
        ids=tuple(step.step_id for step in steps), how="average",
        at_least=any(step.done_at is None for step in steps),
    )  # fmt: skip
    return say("{n}{m}", n=figure, m=Span("以上" if figure.at_least else ""))


def _missed(score: Score, missed: Sequence[Step]) -> Table:
    rows = tuple(
        (
            (ident(step.about),), (name(step.department),), (Span(step.missed(score.end)),),
            (clock(step.limit),), (clock(step.done_at),) if step.done_at else _NONE,
        )
        for step in missed
    )  # fmt: skip
    return Table(
        caption=say("漏项清单（按时限先后）"), rows=rows, small=True,
        header=("编号", "部门", "漏项", "应在此前", "实际"), widths=(46, 30, 22, 29, 29),
    )  # fmt: skip


def _steps(key: str, called: str, steps: Sequence[Step]) -> Figure:
    return count(key, called, [step.step_id for step in steps], "个")


def _number(key: str, called: str, value: int, unit: str) -> Figure:
    return Figure(key=key, name=called, value=value, unit=unit)
