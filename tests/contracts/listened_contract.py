"""What every platform that is listened to must do, over answers of each shape it knows.

A test class names its ``LISTENED`` and its ``ANSWERS``: files under tests/data/platforms (written
for this project), and of ../shared/samples, which are read where they are at hand. In our own
files names of people and media begin with 测试, accounts with acct-, so that a test sees them.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest

from crawlers.health import ShapeChanged
from crawlers.listened import Exchange, Listened, Parsed, What, hear
from domain.identity import AuthorKey, id_of
from domain.types import Incoming, Outcome

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
OURS = Path(__file__).parents[1] / "data" / "platforms"
SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
KEY = AuthorKey(key_id="2026", secret=b"k" * 32)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One recorded answer: the file ("ours/…" is under tests/data/platforms), the address it came
    from, and what must be read of it. ``ids``: native ids in order; None: not looked at."""

    file: str
    url: str
    what: What
    outcome: Outcome
    ids: Sequence[str] | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    request_body: str = ""
    method: str = "GET"

    @property
    def path(self) -> Path:
        ours = self.file.removeprefix("ours/")
        return OURS / ours if ours != self.file else SAMPLES / self.file


def heard(listened: Listened, answer: Answer, body: bytes | None = None) -> Parsed:
    """What is read of it, a shape that is not known as a Parsed too."""
    exchange = Exchange(
        url=answer.url, body=answer.path.read_bytes() if body is None else body, received_at=NOW,
        method=answer.method, request_body=answer.request_body, status=answer.status,
        headers=answer.headers,
    )  # fmt: skip
    try:
        parsed = hear(listened, exchange, KEY.pseudonym)
    except ShapeChanged:
        return Parsed(what=answer.what, outcome=Outcome.SCHEMA_CHANGED)
    assert parsed is not None, f"{answer.url} is not listened to"
    return parsed


def assert_whole(item: Incoming, now: datetime = NOW) -> None:
    """It can be told from others, its times are aware and of our days, its counts are counts."""
    assert item.text and isinstance(item.native_id, str | None)
    assert item.native_id or item.url, "nothing tells it from another"
    assert len(id_of(item)) == 24
    if item.published_at is not None:
        assert item.published_at.tzinfo is UTC
        assert timedelta(days=-1500) < item.published_at - now < timedelta(days=2), "unit?"
    if item.counts is not None:
        for name in ("likes", "comments", "shares", "views"):
            value = getattr(item.counts, name)
            assert value is None or (isinstance(value, int) and value >= 0)
            assert value is not None or name not in item.counts.lower_bounds


_ODD = (None, [], {}, "http://[")


def _spoiled(value: Any) -> Iterator[Any]:
    """The document again and again, each time with something odd in the place of one value."""
    yield from _ODD
    if not isinstance(value, dict | list):
        return
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        for odd in _spoiled(inner):
            copied = value.copy()
            copied[key] = odd
            yield copied


def marks(answer: Answer) -> list[pytest.MarkDecorator]:
    """Skips by name what lies in ../shared/samples and is not at hand."""
    here = answer.path.exists() or answer.path.is_relative_to(OURS)
    why = f"../shared/samples/{answer.file} is not here"
    return [] if here else [pytest.mark.skip(reason=why)]


def keeps(listened: Listened, *answers: Answer) -> type["ListenedContract"]:
    """The test class of a platform that has nothing to prove but the contract."""
    return type("Keeps", (ListenedContract,), {"LISTENED": listened, "ANSWERS": answers})


class ListenedContract:
    """Inherit, and set both. ``FOREIGN``: what a page of somebody else's may be called; more than
    a changed shape only where the reference says what such an answer means on that site."""

    LISTENED: ClassVar[Listened]
    ANSWERS: ClassVar[Sequence[Answer]]
    FOREIGN: ClassVar[frozenset[Outcome]] = frozenset((Outcome.SCHEMA_CHANGED,))

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Every answer is a case of its own; a sample that is not at hand is skipped by name."""
        if "answer" in metafunc.fixturenames:
            cases = [pytest.param(a, id=a.file, marks=marks(a)) for a in self.ANSWERS]
            metafunc.parametrize("answer", cases)

    def test_says_what_came_and_how(self, answer: Answer) -> None:
        parsed = heard(self.LISTENED, answer)
        assert (parsed.what, parsed.outcome) == (answer.what, answer.outcome), parsed.detail
        if answer.ids is not None:
            assert [item.native_id for item in parsed.items] == list(answer.ids)
        if answer.outcome is Outcome.OK:
            assert parsed.items or parsed.what is What.LOGIN
        elif answer.outcome is not Outcome.SCHEMA_CHANGED:
            assert not parsed.items

    def test_each_mention_is_whole(self, answer: Answer) -> None:
        body = answer.path.read_bytes()
        for item in heard(self.LISTENED, answer).items:
            assert_whole(item)
            assert item.platform == self.LISTENED.code
            assert item.author_ref is None or item.author_ref.startswith("2026:")
            for token in ("xsec_token", "authorId", "sec_uid", "token="):
                assert token not in item.url
            if answer.path.is_relative_to(OURS):
                assert "测试" not in repr(item) and "acct-" not in repr(item)
        assert heard(self.LISTENED, answer, body) == heard(self.LISTENED, answer, body)

    @pytest.mark.parametrize(
        "body", [b"<html><body>nginx</body></html>", b'{"foo": [1]}', b"[]", b"null", b"\xff\xfe"]
    )
    def test_a_foreign_answer_is_a_changed_shape(self, body: bytes) -> None:
        for answer in {a.what: a for a in self.ANSWERS if a.outcome is Outcome.OK}.values():
            parsed = heard(self.LISTENED, answer, body)
            assert parsed.outcome in self.FOREIGN, answer.file
            assert not parsed.items

    def test_a_cut_answer_gives_nothing_or_says_so(self) -> None:
        for answer in self.ANSWERS:
            if answer.outcome is Outcome.OK and answer.path.exists():
                body = answer.path.read_bytes()
                whole = heard(self.LISTENED, answer)
                parsed = heard(self.LISTENED, answer, body[: len(body) // 3])
                cut = parsed.outcome is not Outcome.OK or parsed.items != whole.items
                assert cut or whole.what is What.LOGIN, answer.file

    def test_whatever_stands_in_a_values_place_is_read_or_named(self) -> None:
        """Nothing but ShapeChanged may come out of an answer, whatever it holds."""
        for answer in self.ANSWERS:
            if answer.path.is_relative_to(OURS) and answer.path.suffix == ".json":
                for spoiled in _spoiled(json.loads(answer.path.read_bytes())):
                    for item in heard(self.LISTENED, answer, json.dumps(spoiled).encode()).items:
                        assert item.text and (item.native_id or item.url), answer.file

    def test_other_addresses_are_not_listened_to(self) -> None:
        for url in ("https://example.invalid/", "https://example.invalid/aweme/v1/web/",
                    "http://[", "data:text/plain,x", "blob:https://x/1"):  # fmt: skip
            assert self.LISTENED.asks(url) is None
        for answer in self.ANSWERS:
            host = answer.url.split("/")[2]
            assert self.LISTENED.asks(answer.url.replace(host, f"evil-{host}.invalid")) is None
