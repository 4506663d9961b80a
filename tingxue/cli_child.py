"""What the collecting child process runs: a module of its own, so that it loads nothing else."""

import logging
import sys
from datetime import datetime

import click

from domain.times import Clock, system_clock, utc
from domain.types import Outcome
from tingxue import collecting
from tingxue.app import opened


@click.command("collect-one", hidden=True)
@click.argument("name")
@click.option("--now", "moment", help="采集时刻（ISO 8601，带时区）")
def collect_one(name: str, moment: str | None) -> None:
    """采集一个来源（由采集总管在子进程中调用）。"""
    logging.disable(logging.INFO)  # scrapy sets the root logger's level by itself
    with opened(clock=_fixed(moment) if moment else system_clock) as app:
        report = collecting.collect_one(app, name)
    sys.exit(0 if report.outcome in {Outcome.OK, Outcome.EMPTY_CONFIRMED} else 1)


def _fixed(moment: str) -> Clock:
    at = utc(datetime.fromisoformat(moment))
    return lambda: at


COMMANDS = (collect_one,)
