"""What each mode must do with every sample of every platform that has it, by whichever way the
words come: a saved file, a window, a round, a crawl.

A test class of a mode gives its samples and the fixture ``take``; what a sample must give is
written beside it by hand, never computed by what is tested here.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import pytest
from contracts.listened_contract import assert_whole

from domain.types import Incoming, Mode, Outcome

PHONE = "15422220001"
NAMES = ("测试", "acct-")
"""What names of people and accounts begin with in the answers written for this project."""

FOREIGN_PAGE = (
    f"<html><title>别家网站</title><a class='nickname'>测试路人</a><p>请回电{PHONE}</p></html>"
).encode()
FOREIGN_JSON = f'{{"foo": [{{"nickname": "测试路人", "words": "请回电{PHONE}"}}]}}'.encode()
_ROUNDED = re.compile(r"(\d+(?:\.\d+)?)\s*(万\+?|[wW]\+?|\+)")


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What one hearing of a sample left: mentions by their id, what it was called, and the texts
    that were kept of what nobody could read."""

    items: Mapping[str, Incoming]
    outcome: Outcome
    kept: Sequence[str] = ()


class Sample(Protocol):
    """One recorded thing of a site, and what it must give.

    outcomes: what it may be called. ids: native ids, None where nobody wrote them down. ours: its
    writers have names of ``NAMES``, which are to be gone. home: whether it was seen where only the
    office's own account is, or stands under its own. twice: whether it is taken again, as one of
    its kind on each platform is. written: all that the site answered. accounts: of those who wrote
    in it. reads: what the parser reads off that page, by id; None where a crawl is to find it.
    """

    @property
    def platform(self) -> str: ...
    @property
    def outcomes(self) -> frozenset[Outcome]: ...
    @property
    def ids(self) -> Sequence[str] | None: ...
    @property
    def ours(self) -> bool: ...
    @property
    def home(self) -> bool: ...
    @property
    def twice(self) -> bool: ...
    def written(self) -> str: ...
    def accounts(self) -> Iterable[str]: ...
    def reads(self) -> Mapping[str, Incoming] | None: ...


Take = Callable[[Any], Taken]
"""Takes a sample, each time as if for the first."""


class ModeContract:
    """Inherit, set ``MODE``, and give ``samples`` and the fixture ``take``."""

    MODE: ClassVar[Mode]

    @classmethod
    def samples(cls) -> Iterator[Any]:
        """Parameters of a test, one ``Sample`` each."""
        raise NotImplementedError

    @pytest.fixture
    def take(self) -> Take:
        raise NotImplementedError

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Every sample is a case of its own."""
        if "sample" in metafunc.fixturenames:
            metafunc.parametrize("sample", list(self.samples()))

    def test_a_sample_says_what_it_says_whole_alike_and_without_names(
        self, sample: Sample, take: Take
    ) -> None:
        taken = take(sample)
        if sample.twice:
            assert take(sample) == taken, "the same ids and words, whenever it is heard"
        reads = sample.reads()
        assert reads is None or taken.items == reads
        _is_called_what_it_is(sample, taken)
        _keeps_what_nobody_could_read(sample, taken)
        for item in taken.items.values():
            assert_whole(item)
            assert item.platform == sample.platform
        _bounds_rounded_counts(sample, taken)
        _names_nobody(sample, taken)
        own = [item.context.own_channel for item in taken.items.values()]
        assert any(own) == (sample.home and bool(own)), "our own channel"


def _is_called_what_it_is(sample: Sample, taken: Taken) -> None:
    assert taken.outcome in sample.outcomes
    ids = sorted(one.native_id or one.url for one in taken.items.values())
    assert ids == sorted(sample.ids) if sample.ids is not None else ids
    if taken.outcome not in (Outcome.OK, Outcome.SCHEMA_CHANGED):
        assert not ids, "a refusal or an empty list brings nothing"


def _keeps_what_nobody_could_read(sample: Sample, taken: Taken) -> None:
    assert bool(taken.kept) == (taken.outcome is Outcome.SCHEMA_CHANGED)
    for text in taken.kept:
        assert text and PHONE not in text
        assert not sample.ours or not any(name in text for name in NAMES)


def _bounds_rounded_counts(sample: Sample, taken: Taken) -> None:
    """What the site wrote rounded is a lower bound, and nothing else is."""
    rounded = _rounded(sample.written())
    for item in taken.items.values():
        for name in ("likes", "comments", "shares", "views") if item.counts else ():
            value = getattr(item.counts, name)
            assert value is None or (value in rounded) == (name in item.counts.lower_bounds), name


def _names_nobody(sample: Sample, taken: Taken) -> None:
    said = repr(list(taken.items.values()))
    for account in sample.accounts():
        assert not re.search(rf"(?<!\w){re.escape(account)}(?!\w)", said), account
    for name in NAMES if sample.ours else ():
        assert name not in said
    for item in taken.items.values():
        assert item.author_ref is None or re.fullmatch(r"2026:[0-9a-f]{16,}", item.author_ref)


def _rounded(text: str) -> set[int]:
    """The numbers that are written as "1.2万", "100万+" or "10+"; "+0800" is none."""
    found = _ROUNDED.findall(text)
    return {round(float(n) * (1 if unit == "+" else 10_000)) for n, unit in found} - {0}
