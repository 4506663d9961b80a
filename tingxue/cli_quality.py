"""``tingxue quality``: what people's judgements say of verdicts and alarms, and what to learn."""

import json
from pathlib import Path

import click

from nlp.train import corrected
from tingxue import alertquality, disk, replaying
from tingxue.app import opened
from tingxue.cli_options import as_json, since_moment


@click.group(invoke_without_command=True)
@click.option("--weeks", default=8, show_default=True, type=click.IntRange(1, 520), help="最近几周")
@as_json
@click.pass_context
def quality(context: click.Context, weeks: int, as_json: bool) -> None:
    """判读和警报的质量：按周列出人的判定里程序对了多少；只算人判过的，不足 20 条不算百分比。"""
    if context.invoked_subcommand:
        return
    with opened() as app:
        pairs = list(zip(replaying.weekly(app, weeks), alertquality.weekly(app, weeks),
                         strict=True))  # fmt: skip
        if as_json:
            rows = [verdicts.as_json() | alarms.as_json() for verdicts, alarms in pairs]
            click.echo(json.dumps(rows, ensure_ascii=False))
            return
        for verdicts, alarms in pairs:
            click.echo(verdicts.line())
            for line in alarms.lines():
                click.echo(line)
        for line in replaying.worst_lines(app, weeks):
            click.echo(line)


@quality.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--since", help="只要这以后的更正：7d、24h 或 2026-11-23；默认全部")
def export(file: Path, since: str | None) -> None:
    """把更正导出为训练文件（JSONL，已脱敏），供 ./run train --with-corrections 文件 学习。"""
    with opened() as app, app.ledger.read() as books:
        start = since_moment(app.clock(), since) if since else None
        words = replaying.newest(books.corrections.all(start))
    rows = [
        corrected.row(
            one.mention_id, one.platform, one.text,
            categories=one.categories if one.complaint else (), polarity=str(one.polarity),
            urgency=str(one.urgency),
        )
        for one in words
    ]  # fmt: skip
    text = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
    disk.write(file, text.encode(), mode=0o600)
    click.echo(f"{len(rows)} 条更正写入 {file}")


COMMANDS = (quality,)
