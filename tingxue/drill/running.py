"""Plays a script: what is due is written as a file, imported, and goes through every stage.

The clock is the real one (people sign meanwhile, at the desk or the command line of the drill's
home); a faster one or one that is put, where it is only tried. A killed drill goes on where it was.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from domain.ports import Channel
from domain.times import Clock, Moment, system_clock
from tingxue import importing, playing
from tingxue.app import App
from tingxue.demo import files, week
from tingxue.drill import homes
from tingxue.drill.homes import Card, Drill
from tingxue.drill.script import Beat, Script, named

Wait = Callable[[], bool]
"""Lets time pass; False ends the drill early."""
_TICK = 1.0


def begin(
    environ: Mapping[str, str], script: str, now: datetime, *, speed: float = 1.0,
    dry: bool = False, real: bool = False,
) -> Drill:  # fmt: skip
    """A new drill's home, with the office's accounts in its ledger. Raises InputError."""
    named(script)
    users = homes.office_users(environ)
    drill = homes.made(
        environ, Card(script=script, started_at=now, speed=speed, dry=dry, real=real)
    )
    with homes.entered(drill, environ, Moment(now), channels={}) as app:
        with app.ledger.write() as books:
            for user in users:
                books.users.add(user)
    return drill


def run(drill: Drill, environ: Mapping[str, str], stop: Callable[[], bool]) -> Drill:
    """By the clock, until the script's time is over or ``stop`` says so; the drill as it ended."""
    clock = _clock(drill.card)
    with homes.entered(drill, environ, clock) as app:
        return through(drill, app, lambda: _slept(stop))


def rehearse(
    drill: Drill, environ: Mapping[str, str], channels: Mapping[str, Channel] | None = None,
    people: Callable[[App], None] = lambda _app: None,
) -> Drill:  # fmt: skip
    """At once, a minute a step, on a clock that is put; ``people`` act once a minute."""
    moment = Moment(drill.card.started_at)

    def wait() -> bool:
        people(app)
        moment.now += timedelta(minutes=1)
        return True

    with homes.entered(drill, environ, moment, channels) as app:
        return through(drill, app, wait)


def through(drill: Drill, app: App, wait: Wait) -> Drill:
    """From where the home stands to the end of the script."""
    script, started = named(drill.card.script), drill.card.started_at
    end = started + timedelta(minutes=script.minutes)
    going = True
    while going:
        now = app.clock()
        _bring(app, script, started, now)
        playing.stages(app)
        going = now < end and wait()
    ended = replace(drill.card, ended_at=min(app.clock(), end))
    homes.put(drill.home, ended)
    return replace(drill, card=ended)


def _slept(stop: Callable[[], bool]) -> bool:
    time.sleep(_TICK)
    return not stop()


def _clock(card: Card) -> Clock:
    """The real clock; at another speed one that began with it and runs so many times as fast."""
    if card.speed == 1.0:
        return system_clock
    return lambda: card.started_at + (system_clock() - card.started_at) * card.speed


def _bring(app: App, script: Script, started: datetime, now: datetime) -> None:
    """Import every beat whose minute has come, and that was not imported before."""
    home = app.home.path
    for number in range(playing.done(home), len(script.beats)):
        beat = script.beats[number]
        if week.moment(started, beat.at) > now:
            return
        path = home / playing.INBOX / beat.file
        path.write_text(rows(script, beat, started), "utf-8")
        importing.import_file(app, path)
        playing.mark(home, number + 1)


def rows(script: Script, beat: Beat, started: datetime) -> str:
    """The beat in the generic format, a line a mention."""
    made = (
        files.generic_row(one, beat.file, script.line(one.parent) if one.parent else None, started)
        for one in beat.lines
    )
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in made)
