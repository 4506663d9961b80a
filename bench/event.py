"""What a flood costs: thousands of reports of one event through triage, long rows of digits through
masking. Both must cost the same for each one however many there are, in a case or on the review
list.

A cost that grows with the case, or with the length of a row, shows in the ratio.
"""

import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

from domain.privacy import mask
from domain.times import at_shanghai
from domain.types import Incoming, Kind
from tingxue import pipeline
from tingxue.app import App, opened
from tingxue.home import home_at
from tingxue.intake import LedgerIntake

STEP = 1_250
STEPS = 4
DIGITS = (1_200, 4_800)
TEXTS = 200
_NEVER = 2.0
"""More than any likelihood (0…1)."""
_TEXT = "天定山滑雪场门口的出租车拒载，一听去莲花山就不走，编号{}"


def figures() -> Iterator[dict[str, object]]:
    """Milliseconds of processor time for a report, of the first and of the last that join one
    case, or one item of the review list; and for a thousand digits, in short and in long rows."""
    for waits, name in ((False, "triage"), (True, "triage, all waiting for a look")):
        first, *_, last = _triaged(waits=waits)
        yield _figure(f"{name}, reports 1 to 1,250 of one event", first, first, "report")
        yield _figure(f"{name}, reports 3,751 to 5,000 of one event", last, first, "report")
    short, long = (_masked(length) for length in DIGITS)
    yield _figure("masking, rows of 1,200 digits", short, short, "1,000 digits")
    yield _figure("masking, rows of 4,800 digits", long, short, "1,000 digits")


def _figure(name: str, cost: float, baseline: float, of: str) -> dict[str, object]:
    return {
        "bench": "event", "name": name, "value": cost, "unit": f"ms/{of}", "baseline": baseline,
        "ratio": cost / baseline, "conditions": "processor time, SQLite",
    }  # fmt: skip


def _triaged(*, waits: bool) -> Iterator[float]:
    """For each ``STEP`` reports of one event what triage took for one of them; ``waits``: where no
    verdict is enough for a department."""
    start, told = at_shanghai(date(2026, 12, 1), 10), 0

    def clock() -> datetime:
        nonlocal told
        told += 1  # no two reports are filed at the same moment
        return start + timedelta(microseconds=100 * told)

    with (
        tempfile.TemporaryDirectory() as folder,
        opened(home=home_at(Path(folder)), clock=clock, rng=Random(7)) as whole,
    ):
        app = replace(whole, department_limit=_NEVER) if waits else whole
        for step in range(STEPS):
            _taken_in(app, step * STEP)
            pipeline.analyse(app)
            began = time.process_time()
            pipeline.triage(app)
            yield (time.process_time() - began) / STEP * 1e3
        with app.ledger.read() as books:
            groups = [books.cases.get(one).mention_ids for one in books.cases.list_ids()]
            groups += [one.mention_ids for one in books.reviews.all()]
            sizes, listed = [len(ids) for ids in groups], len(books.reviews.waiting())
        if sizes != [STEPS * STEP] or bool(listed) is not waits:
            raise RuntimeError(f"not one event but several, of {sizes}: the figures mean nothing")


def _taken_in(app: App, start: int) -> None:
    LedgerIntake(app.ledger, "bench", app.clock)([
        Incoming(platform="weibo", kind=Kind.POST, native_id=f"flood{number}",
                 text=_TEXT.format(number), author_ref=f"bench:{number % 997}")
        for number in range(start, start + STEP)
    ])  # fmt: skip


def _masked(length: int) -> float:
    rng = Random(7)
    texts = ["".join(rng.choices("0123456789", k=length)) for _ in range(TEXTS)]
    began = time.process_time()
    for text in texts:
        mask(text)
    return (time.process_time() - began) / TEXTS / length * 1e6
