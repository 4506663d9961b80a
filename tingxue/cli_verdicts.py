"""Commands that try a verdict without touching the ledger: score, explain."""

import json
import os
import sys
from pathlib import Path
from typing import IO

import click

from config.loader import load
from domain.plan import Plan
from domain.times import system_clock
from domain.types import Mention
from nlp.analyser import build
from nlp.score import mention_of, score_line
from tingxue.app import opened
from tingxue.explaining import explain as lines_for
from tingxue.home import ledger_url, open_home


@click.command()
@click.argument("file", type=click.File("r", encoding="utf-8", errors="replace"), default="-")
def score(file: IO[str]) -> None:
    """判读：逐行读 JSONL {id, platform, text, context?}，逐行输出结论；不写台账。"""
    analyser = build(load(environ=os.environ, overrides=_own_config()))
    bad = 0
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
            if not isinstance(raw, dict):
                raise ValueError("不是一个 JSON 对象")
            click.echo(json.dumps(score_line(raw, analyser, system_clock()), ensure_ascii=False))
        except json.JSONDecodeError as error:
            bad += 1
            click.echo(f"第 {number} 行第 {error.colno} 个字符起不是 JSON，请检查这一行", err=True)
        except ValueError as error:
            bad += 1
            click.echo(f"第 {number} 行不能判读：{error}", err=True)
    sys.exit(1 if bad else 0)


@click.command()
@click.argument("text")
@click.option("--platform", default="weibo", show_default=True, help="平台代码，如 douyin、hotline")
@click.option("--elsewhere", is_flag=True, help="不当作度假区自己账号下的评论（搜索来的帖子）")
def explain(text: str, platform: str, elsewhere: bool) -> None:
    """解释：一段话会怎样判读，依据哪些字，哪些线索没有计入、为什么；不写台账。"""
    plan = load(environ=os.environ, overrides=_own_config())
    if platform not in plan.platform_names:
        known = "、".join(f"{code} {name}" for code, name in plan.platform_names.items())
        raise click.UsageError(f"没有平台“{platform}”；现有：{known}")
    raw: dict[str, object] = {"id": "explain", "platform": platform, "text": text}
    if elsewhere:
        raw["context"] = {"source_kind": "search"}
    mention, assumed = mention_of(raw, system_clock())
    for line in _lines(mention, plan):
        click.echo(line)
    if assumed:
        click.echo("（按度假区自己账号下的评论判读；搜索来的帖子请加 --elsewhere）")


def _lines(mention: Mention, plan: Plan) -> list[str]:
    """With the office's corrections, where it has a ledger: one is not made for a question."""
    home = open_home(os.environ)
    if ledger_url(home, plan.ledger, os.environ) == home.ledger_url and not home.ledger.exists():
        return lines_for(mention, build(plan), plan)
    with opened(home=home) as app, app.ledger.read() as books:
        return lines_for(mention, app.analyser, plan, books)


def _own_config() -> Path:
    """The office's own config folder, which need not exist."""
    return open_home(os.environ).config


COMMANDS = (score, explain)
