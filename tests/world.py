"""An app on an empty ledger with verdicts that the test gives: what the hall's tests play in."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from blankledger import open_blank
from fakes import FakeClock
from sqlalchemy import select

from alerts.workdays import OfficeCalendar
from domain.casefold import broken_at, fold
from domain.casework import Terms
from domain.commands import Command
from domain.plan import Plan
from domain.types import (
    Actor,
    Case,
    ComplaintTag,
    Context,
    Counts,
    Duty,
    Incoming,
    Kind,
    Mention,
    Polarity,
    Role,
    Stance,
    Urgency,
    Verdict,
)
from ledger import schema
from tingxue import pipeline
from tingxue.acting import act
from tingxue.app import App
from tingxue.home import home_at
from tingxue.intake import LedgerIntake, to_mention

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 10:00 in Changchun


@dataclass
class ScriptedAnalyser:
    """Gives the verdict that was last said for a mention's native id."""

    said: dict[str, dict[str, object]] = field(default_factory=dict)
    version: str = "scripted"

    def analyse(self, mention: Mention, scored_at: datetime) -> Verdict:
        says = self.said[mention.native_id]
        codes = says.get("categories", ())
        assert isinstance(codes, Sequence)
        return Verdict(
            mention_id=mention.mention_id, relevant=bool(says.get("relevant", True)),
            reason="place:天定山", places=tuple(says.get("places", ())),  # type: ignore[arg-type]
            stance=Stance.EXPERIENCE, sentiment=-0.5,
            polarity=Polarity(str(says.get("polarity", Polarity.NEGATIVE))),
            complaints=tuple(ComplaintTag(category=str(c), confidence=float(says.get("sure", 1.0)),  # type: ignore[arg-type]
                                          evidence=()) for c in codes),
            urgency=Urgency(str(says.get("urgency", Urgency.YELLOW))), version=self.version,
            scored_at=scored_at,
        )  # fmt: skip

    def analyse_many(self, mentions: Sequence[Mention], scored_at: datetime) -> list[Verdict]:
        return [self.analyse(mention, scored_at) for mention in mentions]


@dataclass(frozen=True)
class Told:
    """An alert with its receiver."""

    receiver: str
    purpose: str
    title: str
    body: str
    case_id: str | None


@dataclass
class World:
    """An app on an empty ledger, and what a test does with it."""

    app: App
    clock: FakeClock
    analyser: ScriptedAnalyser

    def said(self, number: int, categories: Sequence[str] = (), *, text: str = "",
             counts: Counts | None = None, kind: Kind = Kind.POST, parent_id: str | None = None,
             due_at: datetime | None = None, context: Context = Context(),  # noqa: B008
             author: str | None = None, **verdict: object) -> str:  # fmt: skip
        """A mention is stored and waits for its verdict; its id."""
        self.analyser.said[str(number)] = {"categories": categories, **verdict}
        raw = Incoming(
            platform="hotline" if kind is Kind.CALL else "weibo", kind=kind, parent_id=parent_id,
            text=text or f"第{number}条话", native_id=str(number), due_at=due_at, counts=counts,
            author_ref=author, context=context,
        )  # fmt: skip
        LedgerIntake(self.app.ledger, "test", self.clock)([raw])
        return to_mention(raw, source="", now=self.clock(), drill=False).mention_id

    def say(self, number: int, categories: Sequence[str] = (), **more: object) -> str:
        """The same, and it goes through analysis and triage; the id of its case, or ""."""
        mention_id = self.said(number, categories, **more)  # type: ignore[arg-type]
        pipeline.analyse(self.app)
        pipeline.triage(self.app)
        with self.app.ledger.read() as books:
            return books.cases.by_mention([mention_id]).get(mention_id, "")

    def case(self, case_id: str) -> Case:
        with self.app.ledger.read() as books:
            case = books.cases.get(case_id)
            assert fold(books.cases.events(case_id)) == case
            assert broken_at(books.cases.events(case_id)) is None
            return case

    def cases(self) -> list[str]:
        with self.app.ledger.read() as books:
            return books.cases.list_ids()

    def told(self, case_id: str = "") -> list[Told]:
        """Every alert so far, in the order of their making."""
        a, d = schema.alerts.c, schema.deliveries.c
        query = (
            select(d.receiver, a.purpose, a.title, a.body, a.case_id)
            .join(schema.alerts, a.alert_id == d.alert_id)
            .where(a.case_id == case_id if case_id else True)
            .distinct()
        )
        with self.app.ledger.read() as books:
            return [Told(*row) for row in books.connection.execute(query)]

    def news(self, action: Callable[[], object]) -> list[Told]:
        """What is told because of the action."""
        before = self.told()
        action()
        return [t for t in self.told() if t not in before]

    def rows(self) -> Mapping[str, object]:
        with self.app.ledger.read() as books:
            return {
                table.name: [tuple(r) for r in books.connection.execute(select(table))]
                for table in schema.metadata.sorted_tables
            }

    def do(self, case_id: str, action: str, department: str = "", **more: object) -> Case:
        actor = Actor(name="甲", role=Role.PUBLICITY, department=department or "宣传部")
        command = Command(
            action=action, actor=actor, at=self.clock(), department=department, note="说明", **more  # type: ignore[arg-type]
        )  # fmt: skip
        return act(self.app, case_id, command)

    def close(self, case_id: str) -> None:
        for row in self.case(case_id).obligations:
            if row.duty is Duty.LEAD:
                for action in ("ack", "reply", "accept"):
                    self.do(case_id, action, row.department)


@contextmanager
def opened_world(folder: Path, plan: Plan) -> Iterator[World]:
    """A world whose clock stands at ``MONDAY``, on a ledger in that folder."""
    clock, analyser = FakeClock(MONDAY), ScriptedAnalyser()
    home = home_at(folder / "home")
    ledger = open_blank(home.ledger, MONDAY)
    app = App(
        home=home, plan=plan, ledger=ledger, analyser=analyser, channels={},
        terms=Terms(levels=plan.levels, calendar=OfficeCalendar(plan.hours)), clock=clock,
        rng=Random(1), pseudonym=lambda _platform, _account: None, environ={},
        department_limit=0.9,
    )  # fmt: skip
    yield World(app, clock, analyser)
    ledger.close()
