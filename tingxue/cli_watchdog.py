"""``tingxue watchdog``: who watches the program on duty, and says so by a mail of its own."""

import os
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import click

from alerts.channels import mail
from alerts.messages import DRILL
from alerts.routing import deliveries_for
from config.loader import load_watchdog
from domain.identity import digest
from domain.plan import Watchdog
from domain.ports import Channel
from domain.times import Clock, Steady, on_screen, system_clock, system_steady
from domain.types import Alert, Level
from tingxue import watchdog_memory
from tingxue.home import LEDGER, Home, ledger_url, named_home
from tingxue.watchdog import look
from tingxue.watchdog_memory import Known, Memory

_MOST_SECONDS = 15.0
_SLEPT_SECONDS = 30.0
_FOOT = "本信由看门狗（tingxue watchdog）直接发出，不经过值守程序。"


@click.command()
@click.option(
    "--once", is_flag=True, help="只看一次（给 systemd 定时器、cron 用）；有异常时退出码为 1"
)
def watchdog(once: bool) -> None:
    """看门狗：值守程序没了心跳、停住，台账读不出，消息发不出，来源不运行，就直接发邮件报警。"""
    home = named_home(os.environ)
    rules = load_watchdog(environ=os.environ, overrides=home.config)
    if os.environ.get(LEDGER) or rules.ledger:
        rules = replace(rules, ledger=ledger_url(home, rules.ledger, os.environ))
    post = mail.channel(rules.mail, home=home.path, clock=system_clock) if rules.mail else None
    if post is None:
        click.echo("没有配置 settings.yaml 的 watchdog.mail：异常只显示在这里，不会发信", err=True)
    dog = Dog(home=home, rules=rules, post=post, clock=system_clock, steady=system_steady())
    if once:
        sys.exit(0 if dog.round() else 1)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    click.echo(f"看门狗在看 {home.path}。按 Ctrl-C 结束。")
    dog.watch(stop)


@dataclass(slots=True, kw_only=True)
class Dog:
    """Looks, says what must be said, remembers. post: None for the screen alone."""

    home: Home
    rules: Watchdog
    post: Channel | None
    clock: Clock
    steady: Steady
    _memory: Memory | None = field(default=None, init=False)

    def watch(self, stop: threading.Event) -> None:
        """Look again and again until ``stop`` is set."""
        every = min(_MOST_SECONDS, self.rules.heartbeat_seconds / 4)
        slept = 0.0
        while True:
            if slept < every + _SLEPT_SECONDS:
                self.round()
            # else this machine stood still, and with it the program: it gets a moment to go on
            begun = self.steady.seconds()
            if stop.wait(every):
                return
            slept = self.steady.seconds() - begun

    def round(self) -> bool:
        """One look; whether all is well and everything has been said."""
        memory, now = self._remembered(), self.clock()
        settling = memory.follow(now, self.steady)
        memory.take(look(self.home, self.rules, now, self.steady, settling=settling), now)
        news = memory.due(now, self.steady, self.rules.repeat_minutes)
        sent = not news or self._say(news, now)
        if sent:
            memory.said(news, now, self.steady)
        self._keep(memory)
        return sent and not memory.lasting

    def _say(self, news: Sequence[Known], now: datetime) -> bool:
        """On the screen and by mail; whether somebody has it."""
        title, body = letter(news, drill=self.home.drill)
        click.echo(f"{on_screen(now)} {title}\n{body}")
        if self.post is None:
            return True
        result = self.post.send(
            deliveries_for(_alert(news, title, body, now, self.home), "看门狗", ["mail"])[0]
        )
        if result.outcome != "ok":
            why = result.error or result.outcome
            click.echo(
                f"看门狗的报警信没有发出去（{why}），稍后再试；请先打电话告知值班人员", err=True
            )
        return result.outcome == "ok"

    def _remembered(self) -> Memory:
        """Of this process; of the file when it has just begun."""
        if self._memory is None:
            try:
                self._memory = watchdog_memory.remembered(self.home.watchdog, self.steady)
            except (OSError, ValueError) as error:
                click.echo(f"看门狗的记录读不出来（{type(error).__name__}），从头记起", err=True)
                self._memory = Memory()
        return self._memory

    def _keep(self, memory: Memory) -> None:
        try:
            watchdog_memory.keep(memory, self.home.watchdog)
        except OSError as error:
            why = error.strerror or type(error).__name__
            click.echo(f"看门狗的记录写不进 {self.home.watchdog}（{why}），报警可能重复", err=True)


def letter(news: Sequence[Known], *, drill: bool) -> tuple[str, str]:
    """(subject, body) of one mail about all of these, what is wrong first."""
    bad = [one for one in news if not one.over]
    good = [one for one in news if one.over]
    first = (bad or good)[0]
    head = first.text if bad else f"已恢复：{first.text}"
    more = f"（另有 {len(news) - 1} 项）" if len(news) > 1 else ""
    lines = [line for one in bad for line in _lines(one)]
    lines += [f"已恢复：{one.text}（{on_screen(one.since)} 至 {on_screen(one.over)}）"
              for one in good if one.over]  # fmt: skip
    mark = DRILL if drill else ""
    return f"{mark}【看门狗】{head}{more}", "\n".join([*lines, "", _FOOT])


def _lines(one: Known) -> list[str]:
    again = f"（第 {one.told + 1} 次提醒）" if one.told else ""
    since = "发生于" if one.passing else "发现于"
    return [f"异常：{one.text}{again}", f"{since}：{on_screen(one.since)}", f"请办：{one.ask}"]


def _alert(news: Sequence[Known], title: str, body: str, now: datetime, home: Home) -> Alert:
    """Named by what it says, so that a second copy of one mail can be folded by whoever gets it."""
    said = (f"{one.key} {one.since.isoformat()} {one.told} {one.over is not None}" for one in news)
    bad = any(not one.over for one in news)
    return Alert(
        alert_id=digest("watchdog", *said, length=32), case_id=None, purpose="watchdog",
        level=Level.RED if bad else None, title=title, body=body, created_at=now,
        drill=home.drill,
    )  # fmt: skip


COMMANDS = (watchdog,)
