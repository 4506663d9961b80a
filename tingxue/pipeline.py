"""START READING HERE: the six stages, from what people say to what departments owe.

     1 collect   sources -> ledger                 one child process per source
     2 analyse   mention -> Verdict
     3 triage    Verdict -> Case + Obligations + outbox rows, in ONE transaction
     4 notify    outbox -> channels                leased, at least once
     5 index     mentions, verdicts, cases -> search index
     6 chase     obligations past 50 % / 80 % / 100 % of their time -> reminder, 督查室
                 (and what waits for 宣传部's look, by its own clock)
     - alarm     counts and runs -> surges, silent sources        beside the six: no mention waits

Each stage takes what is pending in the ledger, does one thing, writes the result back; it is
idempotent and never calls the next stage. Kill it anywhere, run it again: same end state.
Stages talk through the ledger only. Imports (``importing``) enter beside stage 1.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from alerts.dispatcher import dispatch
from domain.errors import SearchUnavailable, TingxueError
from domain.types import Mention, Verdict
from ledger.books import Books
from tingxue import chasing, collecting, correcting, indexing, reviewing, silence, surging
from tingxue.app import App
from tingxue.triage import triage as triage_all

LOG = logging.getLogger(__name__)

ANALYSE_BATCH = 64

Advance = Callable[[int], None]
"""Hears that the work got on, and by how much."""


def _silent(_count: int) -> None:
    """Nobody watches the progress."""


def collect(app: App, advance: Advance = _silent) -> int:
    """Stage 1: run every source that is due; new mentions. ``advance`` hears of each source."""
    return collecting.collect(app, collecting.due(app), only_due=True, advance=advance)


def analyse(app: App, advance: Advance = _silent) -> int:
    """Stage 2: give every mention without one a verdict; how many. ``advance`` hears of each
    batch."""
    total = 0
    while True:
        with app.ledger.to_analyse(ANALYSE_BATCH) as batch:
            if not batch.mentions:
                return total
            verdicts = app.analyser.analyse_many(batch.mentions, app.clock())
            with batch.write() as books:
                kept = _still_so(books, batch.mentions, verdicts)
                verdicts = correcting.follow(books, [m for m, _ in kept], [v for _, v in kept])
                books.mentions.put_verdicts(verdicts)
        total += len(verdicts)
        advance(len(verdicts))


def _still_so(
    books: Books, mentions: Sequence[Mention], verdicts: Sequence[Verdict]
) -> list[tuple[Mention, Verdict]]:
    """Without those that a crawl brought new words for meanwhile."""
    same = books.mentions.unchanged(mentions)
    return [(m, v) for m, v in zip(mentions, verdicts, strict=True) if m.mention_id in same]


def triage(app: App, advance: Advance = _silent) -> int:
    """Stage 3: turn complaints into cases; mentions looked at. ``advance`` as in ``analyse``."""
    return triage_all(app, advance)


def notify(app: App, advance: Advance = _silent) -> int:
    """Stage 4: deliver what is due; deliveries handled. ``advance`` hears of each."""
    if app.steady is not None:
        now, steady = app.clock(), app.steady
        step = app.ledger.outbox.follow_clock(now, steady.seconds(), steady.machine)
        if step:
            LOG.warning("系统时钟被调整了 %+.0f 秒，待发时间已随之调整", step)
    return _until_empty(partial(_dispatch, advance), app)


def index(app: App) -> int:
    """Stage 5: bring the search index up to date; documents. An index that is down delays
    nothing else: the backlog waits in the ledger. One at a time over all hosts of a ledger."""
    try:
        with app.ledger.alone("index") as mine:
            return _until_empty(indexing.index_batch, app) if mine else 0
    except SearchUnavailable as error:
        LOG.warning("检索暂不可用，其他工作照常：%s", error)
        return 0


def chase(app: App) -> int:
    """Stage 6: remind and escalate; steps taken, and items of the review list spoken of."""
    return reviewing.chase(app) + chasing.chase(app)


def alarm(app: App) -> int:
    """Beside the stages: ring surges and silent sources; how many rang. One stops not the other."""
    try:
        rung = surging.ring(app)
    finally:
        quiet = silence.ring(app)
    return rung + quiet


STAGES: Mapping[str, Callable[[App], int]] = {
    "collect": collect,
    "analyse": analyse,
    "triage": triage,
    "notify": notify,
    "index": index,
    "chase": chase,
    "alarm": alarm,
}


def once(app: App, stages: Mapping[str, Callable[[App], int]] = STAGES) -> dict[str, int]:
    """Every stage once, in order; then deliver what chasing and the alarms had to say. A stage that
    fails stops no other; the first error is raised when all had their turn."""
    done, failed = dict.fromkeys(stages, 0), None
    for name, stage in (*stages.items(), ("notify", notify)):
        try:
            done[name] += stage(app)
        except TingxueError as error:
            failed = failed or error
    if failed is not None:
        raise failed
    return done


def _until_empty(batch: Callable[[App], int], app: App) -> int:
    total = 0
    while count := batch(app):
        total += count
    return total


def _dispatch(advance: Advance, app: App) -> int:
    count = dispatch(app.outbox(), app.channels, clock=app.clock, rng=app.rng, advance=advance)
    return count.handled
