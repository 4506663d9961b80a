"""Papers under SIGKILL (``paperkills.py``): struck at every point from the making of a paper to its
acceptance, each receiver gets it once; twice, and marked, only where an accept was in doubt.
"""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from alerts.messages import RESENT
from alerts.mornings import LATE

LIVES = Path(__file__).with_name("paperkills.py")
FILES = ["日报-2026-11-23.docx", "日报-2026-11-23.xlsx"]
WAYS = [("mail", "办公室"), ("words", "办公室"), ("words", "工作群"), ("words", "局长")]
AROUND = ("before send", "accepted", "commit", "committed")
"""What happens with each delivery, in this order."""

pytestmark = [pytest.mark.full, pytest.mark.timeout(300)]


def struck(folder: Path, seconds: int) -> list[dict[str, object]]:
    """What each point came to, when the next life began so many seconds later; last the calm."""
    done = subprocess.run(
        [sys.executable, LIVES, folder, str(seconds)], capture_output=True, text=True,
        timeout=280, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    found = [json.loads(line) for line in done.stdout.splitlines()]
    made = [("make_missing", "commit"), ("make_missing", "committed")]
    issued = [("issue_due", "commit"), ("issue_due", "committed")]
    claimed = [("notify", "commit"), ("notify", "committed")]
    sent = [("notify", point) for _ in WAYS for point in AROUND]
    points = [(one["stage"], one["point"]) for one in found]
    assert points == [*made, *issued, *claimed, *sent, ("", "none")]
    return found


def check(one: dict[str, object], title: str) -> None:
    """Everybody has the paper under this title; whose accept was in doubt has it twice."""
    accepted, states, doubt = one["accepted"], one["states"], one["in_doubt"]
    assert isinstance(accepted, list) and isinstance(states, dict)
    assert set(states) == {"sent"}
    copies = Counter((way, receiver) for way, receiver, _, _ in accepted)
    twice = [tuple(doubt)] if isinstance(doubt, list) else []
    assert copies == Counter([*WAYS, *twice])
    assert {said.removesuffix(RESENT) for _, _, said, _ in accepted} == {title}
    assert all(files == (FILES if way == "mail" else []) for way, _, _, files in accepted)
    for again in twice:
        said = [said for way, receiver, said, _ in accepted if (way, receiver) == again]
        assert [text.endswith(RESENT) for text in said] == [False, True]


def test_each_receiver_gets_the_paper_wherever_its_sender_was_killed(tmp_path: Path) -> None:
    found = struck(tmp_path, 60)
    for one in found:
        check(one, "【舆情日报】11月23日：信息 2 条，投诉 2 条，新立案件 2 件")
    assert sum(one["in_doubt"] is not None for one in found) == 2 * len(WAYS)


def test_a_paper_that_a_kill_has_delayed_is_sent_late_once(tmp_path: Path) -> None:
    for one in struck(tmp_path, 6 * 3600):
        queued = one["stage"] in ("notify", "") or one["point"] == "committed"
        late = "" if queued and one["stage"] != "make_missing" else LATE
        check(one, f"【舆情日报】11月23日{late}：信息 2 条，投诉 2 条，新立案件 2 件")
