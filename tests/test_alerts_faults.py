"""The fault lane (``faultlane.py``): nothing is lost, and what comes twice has its reason."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

LANE = Path(__file__).with_name("faultlane.py")


def play(folder: Path, **lane: object) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, LANE, folder, json.dumps(lane)], capture_output=True, text=True,
        timeout=580, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    account = json.loads(done.stdout)
    print(json.dumps(account, ensure_ascii=False))  # noqa: T201 -- the figures of this run
    assert isinstance(account, dict)
    return account


@pytest.fixture(params=["a file", "a server"])
def ledger(request: pytest.FixtureRequest) -> str:
    """The URL of an empty ledger; "" for a file."""
    return str(request.getfixturevalue("postgres_url")) if request.param == "a server" else ""


@pytest.mark.full
@pytest.mark.timeout(600)
def test_of_2000_messages_none_is_lost_and_each_copy_is_explained(tmp_path: Path) -> None:
    account = _proven(tmp_path, "", 2_000)
    assert account["integrity"] == "ok"


@pytest.mark.full
@pytest.mark.timeout(600)
def test_the_same_holds_on_a_server(tmp_path: Path, postgres_url: str) -> None:
    _proven(tmp_path, postgres_url, 1_000)


def _proven(folder: Path, ledger: str, messages: int) -> dict[str, object]:
    account = play(folder, messages=messages, seed=20261123, ledger=ledger)
    assert account["states"] == {"sent": messages}
    assert (account["lost"], account["unexplained_doubles"]) == (0, 0)
    assert account["unmarked_copies"] == 0
    assert account["extra_copies"] > 0, "no accept was left unconfirmed: nothing was proven"
    return account


SAFE = ("produce", "claim", "before send", "after commit")
WINDOW = ("accepted", "finish")


@pytest.mark.full
@pytest.mark.timeout(300)
@pytest.mark.parametrize("point", SAFE)
def test_a_kill_outside_the_window_doubles_nothing(tmp_path: Path, point: str, ledger: str) -> None:
    rare = point == "claim"  # once a life: otherwise the next is claimed with the last result
    kills = 0.3 if rare else 0.1
    account = play(tmp_path, messages=120, faults=0.0, kills=kills, at=point, ledger=ledger)
    assert _count(account, "kills") > 0
    assert account["lost"] == 0
    assert account["extra_copies"] <= _doubts(account)  # type: ignore[operator]


@pytest.mark.full
@pytest.mark.timeout(300)
@pytest.mark.parametrize("point", WINDOW)
def test_a_kill_inside_the_window_may_double_that_message_only(
    tmp_path: Path, point: str, ledger: str
) -> None:
    account = play(tmp_path, messages=120, faults=0.0, kills=0.1, at=point, ledger=ledger)
    assert account["lost"] == 0
    assert 0 < account["extra_copies"] <= _count(account, "kills") + _doubts(account)  # type: ignore[operator]
    assert (account["unexplained_doubles"], account["unmarked_copies"]) == (0, 0)


def _doubts(account: dict[str, object]) -> int:
    """Answers that came too late on a busy machine: no fault is played in these."""
    outcomes = account["outcomes"]
    assert isinstance(outcomes, dict)
    return int(outcomes.get("unknown", 0))


def _count(account: dict[str, object], name: str) -> int:
    counts = account[name]
    assert isinstance(counts, dict)
    return sum(counts.values())
