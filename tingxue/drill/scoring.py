"""From a drill's folder to its score, beside that of the last drill of the same script."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from domain.times import Moment, system_clock
from domain.types import Role
from tingxue.drill import homes
from tingxue.drill import sheet as sheets
from tingxue.drill.homes import Drill
from tingxue.drill.score import Score, score_of
from tingxue.drill.script import named


def scores(drill: Drill, environ: Mapping[str, str]) -> tuple[Score, Score | None]:
    """Of this drill and of the one before it, if there was one."""
    before = homes.before(environ, drill)
    return _of(drill, environ), _of(before, environ) if before else None


def sheet(drill: Drill, environ: Mapping[str, str], score: Score, before: Score | None) -> Path:
    """The Word file of the score, a new edition."""
    with homes.entered(drill, environ, Moment(score.end), channels={}) as app:
        return sheets.write(app, score, before, score.end)


def _of(drill: Drill, environ: Mapping[str, str]) -> Score:
    """As it stands: up to the end, or, while it plays, up to now."""
    script, started = named(drill.card.script), drill.card.started_at
    last = started + timedelta(minutes=script.minutes)
    end = drill.card.ended_at or min(system_clock(), last)
    with homes.entered(drill, environ, Moment(end), channels={}) as app, app.ledger.read() as books:
        return score_of(books, script, started, end, str(Role.PUBLICITY))
