"""What the collecting child process runs: a module of its own, so that it loads nothing else."""

import logging
import sys
from datetime import datetime
from importlib import import_module

import click

import crawlers.platforms
from domain import plugins
from domain.privacy import mask
from domain.times import Moment, system_clock, utc
from domain.types import Outcome
from tingxue import collecting
from tingxue.app import opened


@click.command("collect-one", hidden=True)
@click.argument("kind")
def collect_one(kind: str) -> None:
    """采集一个来源（由采集总管在子进程中调用）：先装入程序、打开台账，再读一行“来源 时刻”。"""
    if hasattr(plugins.load(crawlers.platforms, kind), "LISTENED"):
        import_module("tingxue.browsing")
    mask("")  # compiles its patterns
    logging.disable(logging.INFO)  # scrapy sets the root logger's level by itself
    clock = Moment(system_clock())
    with opened(clock=clock) as app:
        line = sys.stdin.readline().split()
        if not line:
            return  # whoever started this one has no use for it, or is no more
        name, moment = line
        clock.now = utc(datetime.fromisoformat(moment))
        report = collecting.collect_one(app, name)
    sys.exit(0 if report.outcome in {Outcome.OK, Outcome.EMPTY_CONFIRMED} else 1)


COMMANDS = (collect_one,)
