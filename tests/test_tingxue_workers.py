"""Four workers on one ledger: no text is read twice, no event opens two cases, no message is lost,
also when they are killed (``workers.py``)."""

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import workers
from workers import Shift

from domain.casefold import broken_at, fold
from ledger.engine import Ledger

MENTIONS, KILLS = 48, 6

pytestmark = [pytest.mark.full, pytest.mark.timeout(600)]


def play(folder: Path, **shift: object) -> tuple[dict[str, object], Ledger]:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", workers.__file__, folder, json.dumps(shift)],
        capture_output=True, text=True, timeout=580, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    account = json.loads(done.stdout)
    print(done.stdout)  # noqa: T201 -- the figures of this run
    return account, workers.ledger_of(folder, Shift(**shift))  # type: ignore[arg-type]


def outcome(ledger: Ledger, texts: int) -> set[str]:
    """Everything is done, every number is used and every history holds; which mentions came into a
    case or onto the review list."""
    with closing(ledger), ledger.read() as books:
        assert books.mentions.waiting() == {"done": texts}
        ids = [one for part in books.mentions.every_id() for one in part]
        assert len(books.mentions.verdicts(ids)) == len(ids) == texts
        numbers = books.cases.list_ids()
        assert sorted(int(n.rpartition("-")[2]) for n in numbers) == [*range(1, len(numbers) + 1)]
        for number in numbers:
            events = books.cases.events(number)
            assert broken_at(events) is None
            assert fold(events) == books.cases.get(number)
        listed = {one for item in books.reviews.waiting() for one in item.mention_ids}
        in_case = set(books.cases.by_mention(ids))
        assert numbers and listed and not listed & in_case
        # Asked while it is open: a closed ledger connects anew.
        assert set(ledger.outbox.states()) == {"sent"}
    return listed | in_case


def test_four_workers_do_everything_once_and_as_one_does_it(
    tmp_path: Path, postgres_url: str
) -> None:
    for name in ("one", "four"):
        (tmp_path / name).mkdir()
    _, alone = play(tmp_path / "one", mentions=MENTIONS, workers=1)
    account, ledger = play(tmp_path / "four", mentions=MENTIONS, url=postgres_url)
    assert outcome(ledger, MENTIONS) == outcome(alone, MENTIONS)
    assert account["read"] == {"1": MENTIONS}
    accepted = account["accepted"]
    assert isinstance(accepted, dict) and set(accepted) == {"1"}


def test_four_workers_that_are_killed_lose_and_double_nothing(
    tmp_path: Path, postgres_url: str
) -> None:
    account, ledger = play(tmp_path, mentions=MENTIONS, url=postgres_url, kills=KILLS)
    outcome(ledger, MENTIONS)
    assert account["killed"] == KILLS
    assert account["unmarked_copies"] == 0
    read, accepted = account["read"], account["accepted"]
    assert isinstance(read, dict) and isinstance(accepted, dict)
    assert sum(read.values()) == MENTIONS
    again = sum((int(times) - 1) * count for times, count in accepted.items())
    assert again <= KILLS  # a send at a time is in hand when its worker dies
