"""The modes in which a page's own answers are heard, in a file or in a window, over every answer
that the platforms' tests know, and over pages of somebody else in the place of each.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import pytest
from answers import every_class
from contracts.listened_contract import NOW, OURS, Answer, heard, marks
from contracts.mode_contract import FOREIGN_JSON, FOREIGN_PAGE, ModeContract

from crawlers.health import ShapeChanged
from crawlers.listened import Exchange, Listened, hear, listened_platforms
from domain.identity import id_of
from domain.types import Incoming, Outcome
from tingxue.exchanges import kept

_HOME = re.compile(
    r"https://(?:creator\.douyin\.com/|channels\.weixin\.qq\.com/|weibo\.com/ajax/message/"
    r"|edith\.xiaohongshu\.com/api/sns/web/v1/you/mentions)"
)
"""Where only the office's own account is: written down here a second time, on purpose."""


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """A ``Sample``: an answer, or with ``body`` what came in its place."""

    listened: Listened
    answer: Answer
    outcomes: frozenset[Outcome]
    home: bool
    twice: bool = False
    body: bytes | None = None

    @property
    def platform(self) -> str:
        return self.listened.code

    @property
    def ids(self) -> Sequence[str] | None:
        return self.answer.ids if self.body is None else ()

    @property
    def ours(self) -> bool:
        return self.body is not None or self.answer.path.is_relative_to(OURS)

    @property
    def came(self) -> bytes:
        return self.answer.path.read_bytes() if self.body is None else self.body

    def written(self) -> str:
        return self.came.decode("utf-8", "replace")

    def accounts(self) -> set[str]:
        """Those that the parser hands over to be made pseudonyms, as far as it gets."""
        met = set[str]()
        answer = self.answer
        exchange = Exchange(
            url=answer.url, body=self.came, received_at=NOW, method=answer.method,
            request_body=answer.request_body, status=answer.status, headers=answer.headers,
        )  # fmt: skip
        with suppress(ShapeChanged):
            hear(self.listened, exchange, lambda _platform, account: met.add(account))
        return {one for one in met if len(one) > 3}

    def reads(self) -> dict[str, Incoming]:
        parsed = heard(self.listened, self.answer, self.came)
        return {id_of(item): item for item in parsed.items}


def kept_of(listened: Listened, exchange: Exchange, reason: str) -> str:
    """The body as the ledger would keep it."""
    return kept("sample", listened, exchange, reason).fields["body"]


class HeardContract(ModeContract):
    """Inherit as ``ModeContract`` says; the samples are all here."""

    @classmethod
    def samples(cls) -> Iterator[Any]:
        for one in every_class():
            if cls.MODE in one.LISTENED.modes:
                answers = _answers(one.LISTENED, one.ANSWERS)
                yield from map(_parameter, chain(answers, _of_ours(one), _foreign(one)))

    def test_every_platform_of_this_mode_gives_mentions(self) -> None:
        good = {one.values[0].platform for one in self.samples()
                if one.values[0].ours and one.values[0].outcomes == {Outcome.OK}}  # fmt: skip
        assert good == {one.code for one in listened_platforms() if self.MODE in one.modes}


def _answers(listened: Listened, answers: Sequence[Answer]) -> Iterator[Spoken]:
    first = {a.what: a for a in reversed(answers) if a.outcome is Outcome.OK}
    for answer in answers:
        home = _HOME.match(answer.url) is not None
        yield Spoken(listened=listened, answer=answer, outcomes=frozenset((answer.outcome,)),
                     home=home, twice=first.get(answer.what) is answer)  # fmt: skip


def _of_ours(one: Any) -> Iterator[Spoken]:
    """The same where the sight or shop that the page asked about is the resort's."""
    for spoken in _answers(one.LISTENED, one.ANSWERS):
        answer, about = spoken.answer, one.LISTENED.about
        if about is not None:
            asked = Exchange(url=answer.url, body=b"", received_at=NOW,
                             request_body=answer.request_body)  # fmt: skip
            ours = replace(one.LISTENED, ours=frozenset((about(asked),)))
            yield replace(spoken, listened=ours, home=True)


def _foreign(one: Any) -> Iterator[Spoken]:
    """Somebody else's page, and JSON that nobody knows, where an answer of each kind was."""
    changed = frozenset((Outcome.SCHEMA_CHANGED,))
    good = {a.what: a for a in one.ANSWERS if a.outcome is Outcome.OK}
    for answer in good.values():
        for body, outcomes in ((FOREIGN_PAGE, one.FOREIGN), (FOREIGN_JSON, changed)):
            yield Spoken(listened=one.LISTENED, answer=answer, outcomes=outcomes, home=False,
                         body=body)  # fmt: skip


def _parameter(spoken: Spoken) -> Any:
    """A sample that is not at hand is skipped by name; a foreign page always is."""
    name = spoken.answer.file if spoken.body is None else f"foreign-{spoken.answer.what}"
    skips: list[pytest.MarkDecorator] = marks(spoken.answer) if spoken.body is None else []
    return pytest.param(spoken, id=f"{spoken.platform}-{name}", marks=skips)
