"""Commands about the search index: search, index."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from domain.search import Facets, SearchHit, SearchPage, SearchQuery
from domain.times import on_screen
from domain.types import Level, Polarity
from tingxue import cli_index, exporting, indexing, pipeline
from tingxue.app import App, opened
from tingxue.cli_options import as_json, since_moment
from tingxue.names import POLARITIES, REASONS, reason

FACET_NAMES = {
    "platform": "平台", "category": "类别", "place": "地点", "level": "级别",
    "department": "部门", "polarity": "态度", "reason": "与度假区有关与否的理由",
}  # fmt: skip


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
@click.option("--why-not", is_flag=True, help="只查判为无关的，并说明理由")
@click.option("--reason", "reasons", multiple=True, help=f"理由代码：{'、'.join(REASONS)}")
@click.option("--count", is_flag=True, help="不列内容，按平台、类别、地点等各数一遍")
@click.option(
    "--export",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="把查到的全部写入 .csv 或 .xlsx 文件",
)
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
    why_not: bool,
    reasons: tuple[str, ...],
    count: bool,
    file: Path | None,
    limit: int,
    as_json: bool,
) -> None:
    """检索：tingxue search '拒载 天定山' --since 7d --category taxi_refusal"""
    if file is not None:
        exporting.check(file)
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
            relevant=False if why_not else None if everything else True,
            reasons=reasons,
            limit=limit,
        )
        indexing.for_archive(app)
        if file is not None:
            click.echo(f"写入 {exporting.export(app, query, file)} 条：{file}")
            return
        if count:
            _say_counts(app, app.index().facets(query), as_json=as_json)
            return
        page = app.index().search(query)
        for hit in page.hits:
            click.echo(_hit_json(hit) if as_json else _hit_line(app, hit, why=why_not))
    if not as_json:
        click.echo(_summary(page))


def _moment(app: App, text: str | None) -> datetime | None:
    return None if text is None else since_moment(app.clock(), text)


def _say_counts(app: App, counted: Facets, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(counted, ensure_ascii=False))
        return
    for facet, values in counted.items():
        said = "、".join(f"{_named(app, facet, value)} {n}" for value, n in values.items())
        click.echo(f"{FACET_NAMES[facet]}：{said or '—'}")


def _named(app: App, facet: str, value: str) -> str:
    if facet == "platform":
        return app.plan.platform_names.get(value, value)
    if facet == "category":
        known = app.plan.categories.get(value)
        return known.name if known else value
    if facet == "polarity":
        return POLARITIES[Polarity(value)]
    return reason(value) if facet == "reason" else value


def _hit_line(app: App, hit: SearchHit, *, why: bool) -> str:
    mention, verdict = hit.doc.mention, hit.doc.verdict
    codes = [tag.category for tag in verdict.complaints] if verdict else []
    names = "、".join(app.plan.categories[code].name for code in codes)
    case = f"  {hit.doc.case_id}（{hit.doc.level}）" if hit.doc.case_id else ""
    platform = app.plan.platform_names[mention.platform]
    because = f"  {reason(verdict.reason)}" if why and verdict else ""
    head = f"{on_screen(mention.first_seen_at)}  {platform}  {names or '—'}{case}{because}"
    return f"{head}\n    {hit.snippet}"


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


@index_group.command("refused")
@as_json
def index_refused(as_json: bool) -> None:
    """列出检索服务器不肯收的记录和它说的原因。"""
    with opened() as app, app.ledger.read() as books:
        refused = books.refusals.pending()
    for one in refused:
        if as_json:
            times = {"first_at": one.first_at.isoformat(), "last_at": one.last_at.isoformat()}
            click.echo(json.dumps({**asdict(one), **times}, ensure_ascii=False))
        else:
            head = f"{on_screen(one.last_at)}  {one.kind} {one.doc_id}"
            click.echo(f"{head}（{one.times} 次）：{one.reason}")
    if not as_json and not refused:
        click.echo("没有")


@index_group.command("retry")
def index_retry() -> None:
    """把不肯收的再送一次（服务器或程序改好之后）。"""
    with opened() as app:
        click.echo(f"仍不肯收 {indexing.retry(app)} 条")


for _command in cli_index.COMMANDS:
    index_group.add_command(_command)

COMMANDS = (search, index_group)
