"""Commands on what a person has judged or must judge: review, correct, corrections."""

import json
import sys
from typing import Any

import click

from domain.reviews import Review
from domain.times import on_screen
from domain.types import Actor, Role
from ledger.books import Books
from nlp.analyser import document
from nlp.limits import likelihood
from tingxue import correcting, replaying, reviewing
from tingxue.app import App, opened
from tingxue.cli_options import as_json, who

_MOST_SHOWN = 3


_category = click.option("--category", "categories", multiple=True, help="类别代码，可写多个")


@click.group()
def review() -> None:
    """待研判：程序拿不准的投诉，由宣传部逐项判定，是投诉的才派给部门。"""


@review.command("list")
@as_json
def review_list(as_json: bool) -> None:
    """列出待研判项：编号、时限、把握、类别、原文（已脱敏）；最早的在前。"""
    with opened() as app, app.ledger.read() as books:
        items = books.reviews.waiting()
        for item in items:
            shown = _item(app, books, item)
            click.echo(json.dumps(shown, ensure_ascii=False) if as_json else _lines(app, shown))
    if not items and not as_json:
        click.echo("没有待研判的反映")


def _item(app: App, books: Books, item: Review) -> dict[str, Any]:
    """The item as JSON values."""
    mentions = books.mentions.many(item.mention_ids)
    verdicts = books.mentions.verdicts(item.mention_ids)
    tags = [tag for verdict in verdicts.values() for tag in verdict.complaints]
    return {
        "review_id": item.review_id,
        "opened_at": item.opened_at.isoformat(),
        "due_at": item.due_at.isoformat(),
        "overdue": app.clock() >= item.due_at,
        "categories": list(dict.fromkeys(tag.category for tag in tags)),
        "likelihood": max(map(likelihood, verdicts.values()), default=0.0),
        "places": list(dict.fromkeys(p for verdict in verdicts.values() for p in verdict.places)),
        "urgent": any(verdict.urgency in ("red", "orange") for verdict in verdicts.values()),
        "mentions": [
            {"mention_id": m.mention_id, "platform": m.platform, "text": document(m), "url": m.url}
            for m in mentions
        ],
        "due": on_screen(item.due_at),
    }


def _lines(app: App, item: dict[str, Any]) -> str:
    names = "、".join(app.plan.categories[code].name for code in item["categories"])
    late = "，已超时" if item["overdue"] else ""
    urgent = "【橙色·待核实】" if item["urgent"] else ""
    places = "、".join(item["places"]) or "—"
    head = (
        f"{item['review_id']}  {urgent}{item['due']} 前{late}  {names or '未归类'}"
        f"（把握 {item['likelihood']:.0%}）  {places}  {len(item['mentions'])} 条"
    )
    texts = [
        f"  {app.plan.platform_names[m['platform']]}：{' '.join(m['text'].split())} {m['url']}"
        for m in item["mentions"][:_MOST_SHOWN]
    ]
    more = len(item["mentions"]) - _MOST_SHOWN
    if more > 0:
        texts.append(f"  另有 {more} 条，用 --json 查看")
    return "\n".join(line.rstrip() for line in (head, *texts))


@review.command("confirm")
@click.argument("review_id")
@_category
@who
def review_confirm(
    review_id: str, categories: tuple[str, ...], person: str, role: str, department: str
) -> None:
    """是投诉：立案并派给部门；类别不对的用 --category 更正。"""
    actor = Actor(name=person, role=Role(role), department=department)
    with opened() as app:
        case_id = reviewing.confirm(app, review_id, actor, categories)
    click.echo(f"{review_id} 是投诉，案件 {case_id}；用 tingxue case show {case_id} 查看")


@review.command("dismiss")
@click.argument("review_id")
@click.option("--reason", required=True, help="为什么不是投诉（不要写当事人姓名电话）")
@who
def review_dismiss(review_id: str, reason: str, person: str, role: str, department: str) -> None:
    """不是投诉：不派给任何部门；原文仍可检索，今后几乎相同的话不再报。"""
    actor = Actor(name=person, role=Role(role), department=department)
    with opened() as app:
        reviewing.dismiss(app, review_id, actor, reason)
    click.echo(f"{review_id} 不是投诉，已移出清单")


@click.command()
@click.argument("mention_id")
@click.option("--complaint/--no-complaint", required=True, help="是投诉，或不是投诉")
@_category
@who
def correct(
    mention_id: str, complaint: bool, categories: tuple[str, ...], person: str, role: str,
    department: str,
) -> None:  # fmt: skip
    """更正一条反映的判读：是不是投诉、属哪一类；今后几乎相同的话照此判读。"""
    actor = Actor(name=person, role=Role(role), department=department)
    with opened() as app:
        case_id = correcting.correct(
            app, mention_id, actor=actor, complaint=complaint, categories=categories
        )
    click.echo(f"{mention_id} 已更正；tingxue triage 或值守程序随即按新结论处理")
    if case_id and not complaint:
        click.echo(f"它所在的案件 {case_id} 不变；整案判错的请用 tingxue case false-alarm")


@click.group()
def corrections() -> None:
    """更正记录：检查程序今天会判错哪些；导出用 tingxue quality export。"""


@corrections.command("check")
def corrections_check() -> None:
    """逐条重新判读（不借助更正本身），列出今天仍会判错的；有判错的退出码为 1。"""
    with opened() as app:
        total, wrong = replaying.check(app)
        for one, found in wrong:
            names = {code: category.name for code, category in app.plan.categories.items()}
            should = "、".join(names.get(code, code) for code in one.categories) or "不是投诉"
            now = "、".join(names.get(code, code) for code in found) or "不是投诉"
            text = " ".join(one.text.split())[:40]
            click.echo(f"应为{should}，判为{now}：{text}（{one.mention_id}）")
    click.echo(f"{total} 条更正，判错 {len(wrong)} 条", err=True)
    sys.exit(1 if wrong else 0)


COMMANDS = (review, correct, corrections)
