"""Every mode in which a page's own answers are heard, over every platform that has it: a HAR file,
and a real Chromium on a replica of the platforms for the three in which a window is open."""

import base64
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from browser_rounds import Chromium, chromium_at
from browser_windows import Window
from contracts.heard_contract import HeardContract, Spoken, kept_of
from contracts.listened_contract import KEY, NOW
from contracts.mode_contract import Take, Taken
from harmaking import entry, write

from crawlers.har import open_har
from crawlers.health import ShapeChanged
from crawlers.listened import hear, why_misread
from domain.identity import id_of
from domain.types import Mode, Outcome


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """One browser for all windows of this file."""
    with chromium_at(tmp_path_factory.mktemp("browser"), (0, 0)) as one:
        yield one


class TestImport(HeardContract):
    MODE = Mode.IMPORT

    @pytest.fixture
    def take(self, tmp_path: Path) -> Take:
        return partial(_imported, tmp_path / "saved.har")


@pytest.mark.full
class TestOwn(HeardContract):
    MODE = Mode.OWN

    @pytest.fixture
    def take(self, chromium: Chromium) -> Take:
        return Window(chromium, self.MODE).take


@pytest.mark.full
class TestAssisted(HeardContract):
    MODE = Mode.ASSISTED

    @pytest.fixture
    def take(self, chromium: Chromium) -> Take:
        return Window(chromium, self.MODE).take


@pytest.mark.full
class TestAutomatic(HeardContract):
    MODE = Mode.AUTOMATIC

    @pytest.fixture
    def take(self, chromium: Chromium) -> Take:
        return Window(chromium, self.MODE).take


def _imported(path: Path, spoken: Spoken) -> Taken:
    """By way of a file of this one request, as a browser writes it."""
    answer, took = spoken.answer, 250.5
    one = entry(
        answer.url, base64.b64encode(spoken.came).decode(), encoding="base64",
        size=len(spoken.came), started=(NOW - timedelta(milliseconds=took)).isoformat(), time=took,
        status=answer.status, method=answer.method, posted=answer.request_body,
        headers=answer.headers, redirected=answer.headers.get("location", ""),
    )  # fmt: skip
    [(_, platform, exchange)] = open_har(write(path, one), (spoken.listened,)).exchanges
    try:
        said = hear(platform, exchange, KEY.pseudonym)
    except ShapeChanged as changed:
        kept = kept_of(platform, exchange, changed.reason)
        return Taken(items={}, outcome=Outcome.SCHEMA_CHANGED, kept=[kept])
    assert said is not None
    unread = [kept_of(platform, exchange, why_misread(said.misread))] if said.misread else []
    return Taken(items={id_of(one): one for one in said.items}, outcome=said.outcome, kept=unread)
