"""What every ledger must do (``domain.ports.Ledger`` and its books); the module that
inherits says where.

    @pytest.fixture
    def open_ledger_here(tmp_path): return lambda drill=False: open_ledger(...)

    class TestSqliteLedger(LedgerContract): pass

``open_ledger_here`` opens the same, at first empty store each time it is called.
"""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from casemaking import PlainCalendar
from sqlalchemy import select

from domain.casefold import apply, broken_at, fold
from domain.casework import SYSTEM, Charge, Terms, chase, open_case, raise_level
from domain.commands import Command, decide
from domain.errors import Conflict, DrillMixed, NoSuchCase, SchemaTooNew
from domain.plan import LevelRule, Levels, Limit, Retention, Unsigned
from domain.types import (
    Actor,
    Alert,
    Case,
    CaseEvent,
    ComplaintTag,
    Context,
    Counts,
    Delivery,
    Duty,
    Evidence,
    Incoming,
    Kind,
    Level,
    Mention,
    Outcome,
    Polarity,
    Reject,
    Role,
    RunReport,
    SendResult,
    Sighting,
    SourceRun,
    Stance,
    State,
    Urgency,
    Verdict,
)
from ledger import schema
from ledger.engine import Ledger, open_ledger
from ledger.reports import Edition

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)
RAW = "打 13912345678 找我"
MASKED = "打 *********** 找我"
PUBLICITY = Actor(name="宣传员", role=Role.PUBLICITY, department="宣传部")
KEEP = Retention(originals=180, rejects=30, mentions=730, cases=730, audit=1825, backups=180)

OpenHere = Callable[..., Ledger]
Pair = tuple[Mention, Incoming]


def a_rule(level: Level) -> LevelRule:
    return LevelRule(
        level=level, ack=Limit(minutes=30, working=False), reply=Limit(minutes=600, working=False),
        urgencies=(), reports_24h=0, views=0, interactions=0, authors=0, authors_hours=0,
        first_of=(), receivers=(), name_duty_person=False,
    )  # fmt: skip


TERMS = Terms(
    levels=Levels(
        rules={level: a_rule(level) for level in Level}, always_copied=(), overdue_to="督查室",
        life_lead="应急局", life_supports=(), event_hours=6, reminders=(0.5, 0.8),
        repeat_overdue_hours=24, statutory_acceptance_workdays=2, statutory_settlement_days=60,
        unsigned=Unsigned(deputy=1.25, head=1.5, inspection=2),
    ),
    calendar=PlainCalendar(),
)  # fmt: skip


def a_pair(
    number: int = 1, *, text: str = RAW, at: datetime = NOW, counts: Counts | None = None,
    query: str = "天定山", **more: object,
) -> Pair:  # fmt: skip
    """A mention with what it came from; phone numbers in the text are masked in the mention."""
    context = Context(query=query, source_kind="search")
    raw = Incoming(platform="weibo", kind=Kind.POST, text=text, native_id=str(number),
                   counts=counts, context=context)  # fmt: skip
    mention = Mention(
        mention_id=f"{number:024x}", platform="weibo", native_id=str(number), kind=Kind.POST,
        title="", text=text.replace("13912345678", "*" * 11), url="https://example.com/1",
        parent_id=None, author_ref="2026:abc", published_at=at, first_seen_at=at, due_at=None,
        ip_region="吉林", queries=(query,), source="test", context=context, drill=False,
    )  # fmt: skip
    return replace(mention, **more), raw  # type: ignore[arg-type]


def a_verdict(mention_id: str, version: str = "1") -> Verdict:
    seen = Evidence(start=0, end=1, text="打", why="rule 1")
    return Verdict(
        mention_id=mention_id, relevant=True, reason="place:天定山", places=("天定山", "国信"),
        stance=Stance.EXPERIENCE, sentiment=-0.25, polarity=Polarity.NEGATIVE,
        complaints=(ComplaintTag(category="parking", confidence=0.5, evidence=(seen, seen)),),
        urgency=Urgency.YELLOW, version=version, scored_at=NOW,
    )  # fmt: skip


def a_start(case_id: str, members: Sequence[str], at: datetime = NOW) -> CaseEvent:
    owed = [Charge(department="住建局", duty=Duty.LEAD),
            Charge(department="城管局", duty=Duty.SUPPORT)]  # fmt: skip
    return open_case(
        case_id=case_id, at=at, level=Level.BLUE, categories=["parking"], place="天定山",
        mention_ids=members, charges=owed, terms=TERMS,
    )  # fmt: skip


def opened(ledger: Ledger, case_id: str, numbers: Sequence[int], at: datetime = NOW) -> Case:
    """A case over new mentions of these numbers, written down."""
    pairs = [a_pair(n, at=at) for n in numbers]
    start = a_start(case_id, [m.mention_id for m, _ in pairs], at)
    with ledger.write() as books:
        books.mentions.store(pairs)
        books.cases.append(apply(None, start), [start])
        for mention, _ in pairs:
            books.cases.add_keys(case_id, mention.mention_id, ["thread:x"], at)
    return apply(None, start)


def written(ledger: Ledger, case_id: str, *events: CaseEvent) -> Case:
    with ledger.write() as books:
        case = books.cases.get(case_id)
        for event in events:
            case = apply(case, event)
        books.cases.append(case, events)
    return case


def command(action: str, department: str = "", at: datetime = NOW, **more: object) -> Command:
    return Command(
        action=action,
        actor=replace(PUBLICITY, department=department or "宣传部"),
        at=at,
        department=department,
        note="说明",
        **more,  # type: ignore[arg-type]
    )


def carried_out(ledger: Ledger, case_id: str, *commands: Command) -> Case:
    for one in commands:
        with ledger.read() as books:
            case = books.cases.get(case_id)
        case = written(ledger, case_id, *decide(case, one, TERMS))
    return case


def an_alert(alert_id: str, case_id: str | None = None) -> tuple[Alert, Delivery]:
    alert = Alert(alert_id=alert_id, case_id=case_id, purpose="new", level=Level.BLUE,
                  title="题", body="文", created_at=NOW, drill=False)  # fmt: skip
    return alert, Delivery(
        delivery_id=f"d-{alert_id}", alert=alert, receiver="住建局", channel="console", fallback=(),
        state="pending", attempts=0, unconfirmed=0, next_at=NOW,
    )  # fmt: skip


def everything(ledger: Ledger) -> dict[str, list[dict[str, object]]]:
    """All rows of all tables."""
    with ledger.read() as books:
        return {
            table.name: [dict(row) for row in books.connection.execute(select(table)).mappings()]
            for table in schema.metadata.sorted_tables
        }


def url_of(ledger: Ledger) -> str:
    return ledger.engine.url.render_as_string(hide_password=False)


def together(work: Callable[..., None], *arguments: Sequence[object]) -> None:
    """Run the work once per list of arguments, each in a process of its own, at the same time."""
    spawn = multiprocessing.get_context("spawn")
    start = spawn.Barrier(len(arguments))
    children = [spawn.Process(target=work, args=(start, *given)) for given in arguments]
    for child in children:
        child.start()
    for child in children:
        child.join(90)
    assert [child.exitcode for child in children] == [0] * len(children)


class OnALedger:
    """What every contract of the ledger stands on. Inherit in a module with a fixture
    ``open_ledger_here`` that says where the ledger is."""

    @pytest.fixture
    def ledger(self, open_ledger_here: OpenHere) -> Iterator[Ledger]:
        ledger = open_ledger_here()
        yield ledger
        ledger.close()


class LedgerContract(OnALedger):
    """Inherit as ``OnALedger`` says."""

    # --- mentions

    def test_storing_twice_is_storing_once(self, ledger: Ledger) -> None:
        for expected in ([a_pair()[0].mention_id], []):
            with ledger.write() as books:
                assert books.mentions.store([a_pair()]) == expected
        with ledger.read() as books:
            assert books.mentions.get(a_pair()[0].mention_id) == a_pair()[0]
            assert books.mentions.get("f" * 24) is None
        assert len(everything(ledger)["originals"]) == 1

    def test_twice_in_one_batch_is_once_and_keeps_both_queries(self, ledger: Ledger) -> None:
        with ledger.write() as books:
            assert len(books.mentions.store([a_pair(), a_pair(query="莲花山"), a_pair(2)])) == 2
            [one, _] = books.mentions.many([a_pair(n)[0].mention_id for n in (1, 2)])
        assert one.queries == ("天定山", "莲花山")
        assert one.revision == 1

    def test_another_query_is_added_and_nothing_is_analysed_again(self, ledger: Ledger) -> None:
        with ledger.write() as books:
            books.mentions.store([a_pair()])
            books.mentions.put_verdicts([a_verdict(a_pair()[0].mention_id)])
            books.mentions.store([a_pair(query="莲花山", at=NOW + DAY)])
            [found] = books.mentions.to_triage(9)
            assert books.mentions.to_analyse(9) == []
        assert (found.queries, found.revision) == (("天定山", "莲花山"), 1)

    def test_counts_are_kept_when_they_changed_and_then_looked_at_again(
        self, ledger: Ledger
    ) -> None:
        seen = [Counts(likes=1), Counts(likes=1), None, Counts(),
                Counts(likes=2, views=10, lower_bounds=frozenset({"views"}))]  # fmt: skip
        mention_id, waiting = a_pair()[0].mention_id, []
        for n, counts in enumerate(seen):
            with ledger.write() as books:
                books.mentions.store([a_pair(counts=counts, at=NOW + n * DAY)])
                if n == 0:
                    books.mentions.put_verdicts([a_verdict(mention_id)])
                    books.mentions.triaged([mention_id])
                waiting.append(len(books.mentions.to_triage(9)))
        last = Sighting(mention_id=mention_id, seen_at=NOW + 4 * DAY, source="test", counts=seen[4])  # type: ignore[arg-type]
        with ledger.read() as books:
            found = books.mentions.sightings(mention_id)
            assert books.mentions.latest_counts([mention_id, "f" * 24]) == {mention_id: last}
        assert [s.counts for s in found] == [seen[0], seen[4]]
        assert waiting == [0, 0, 0, 0, 1]

    def test_a_comment_that_came_before_its_post_learns_what_it_is_about(
        self, ledger: Ledger
    ) -> None:
        post = a_pair(1, title="题", context=Context(own_channel=True))
        comment = a_pair(2, text="一样", parent_id=post[0].mention_id, kind=Kind.COMMENT)
        with ledger.write() as books:
            books.mentions.store([comment])
            books.mentions.put_verdicts([a_verdict(comment[0].mention_id)])
            books.mentions.store([post])
            waiting = books.mentions.to_analyse(9)
        assert [m.mention_id for m in waiting] == [post[0].mention_id, comment[0].mention_id]
        assert waiting[1].context.parent_text == f"题\n{MASKED}"
        assert waiting[1].context.own_channel

    def test_original_words_stand_in_originals_and_nowhere_else(self, ledger: Ledger) -> None:
        opened(ledger, "LHS-1", [1, 2])
        with ledger.write() as books:
            books.mentions.store([a_pair(text=RAW + "！", at=NOW + DAY)])
        rows = everything(ledger)
        assert len([row for row in rows.pop("originals") if "13912345678" in str(row)]) == 3
        assert "13912345678" not in repr(rows)

    def test_a_mention_goes_from_analysis_to_triage_to_done(self, ledger: Ledger) -> None:
        pairs = [a_pair(n, at=NOW - n * DAY) for n in range(1, 4)]
        first = pairs[-1][0].mention_id
        with ledger.write() as books:
            books.mentions.store(pairs)
            assert [m.mention_id for m in books.mentions.to_analyse(2)] == [
                pairs[2][0].mention_id, pairs[1][0].mention_id
            ]  # fmt: skip
            books.mentions.put_verdicts([a_verdict(first), a_verdict(pairs[0][0].mention_id)])
            assert [m.mention_id for m in books.mentions.to_triage(1)] == [first]
            books.mentions.triaged([first])
            assert books.mentions.waiting() == {"analyse": 1, "triage": 1, "done": 1}
            assert books.mentions.again() == 3
            assert books.mentions.waiting() == {"analyse": 3}

    def test_a_verdict_comes_back_whole_and_a_new_one_replaces_it(self, ledger: Ledger) -> None:
        mention = a_pair()[0]
        with ledger.write() as books:
            books.mentions.store([a_pair(), a_pair(2)])
            for version in ("1", "2"):
                books.mentions.put_verdicts([a_verdict(mention.mention_id, version)])
            found = books.mentions.verdicts([mention.mention_id, a_pair(2)[0].mention_id])
        assert found == {mention.mention_id: a_verdict(mention.mention_id, "2")}
        with ledger.read() as books:
            scored = (mention, a_verdict(mention.mention_id, "2"))
            assert books.mentions.seen_within(NOW, NOW + DAY) == [scored]
            assert books.mentions.seen_within(NOW - DAY, NOW) == []
            assert books.mentions.first_seen() == NOW

    def test_what_changed_is_indexed_and_a_change_meanwhile_is_not_lost(
        self, ledger: Ledger
    ) -> None:
        mention_id = a_pair()[0].mention_id
        with ledger.write() as books:
            books.mentions.store([a_pair()])
            taken = books.mentions.to_index(9)
            books.mentions.touch([mention_id])
            books.mentions.indexed(taken)
            [(again, number)] = books.mentions.to_index(9)
            assert again == mention_id
            books.mentions.indexed([(again, number)])
            assert books.mentions.to_index(9) == []
            books.mentions.indexed(taken)  # a straggler takes nothing back
            assert books.mentions.to_index(9) == []

    def test_all_ids_come_in_pieces_first_seen_first(self, ledger: Ledger) -> None:
        pairs = [a_pair(n, at=NOW - timedelta(seconds=n)) for n in range(1_203)]
        with ledger.write() as books:
            books.mentions.store(pairs)
            assert len(books.mentions.many([m.mention_id for m, _ in pairs])) == 1_203
        with ledger.read() as books:
            pieces = list(books.mentions.every_id())
        assert max(len(piece) for piece in pieces) <= 500
        assert [i for p in pieces for i in p] == [m.mention_id for m, _ in reversed(pairs)]

    # --- cases

    def test_a_case_is_the_fold_of_its_events_and_its_chain_holds(self, ledger: Ledger) -> None:
        opened(ledger, "LHS-1", [1, 2])
        carried_out(
            ledger, "LHS-1", command("ack", "住建局"), command("assign", "住建局", to="老李"),
            command("decline", "住建局"), command("transfer", "住建局", to="应急局"),
            command("register"), command("ask-reply", "城管局"), command("ack", "城管局"),
            command("reply", "城管局"), command("rework", "城管局"),
            command("level", level=Level.RED), command("ask-extension", "应急局"),
            command("extend", "应急局", until=NOW + 9 * DAY),
        )  # fmt: skip
        with ledger.read() as books:
            case = books.cases.get("LHS-1")
        case = written(ledger, "LHS-1", *chase(case, NOW + 20 * DAY, TERMS))
        with ledger.read() as books:
            events, kept = books.cases.events("LHS-1"), books.cases.get("LHS-1")
        assert fold(events) == kept == case
        assert broken_at(events) is None
        assert any(o.chased for o in kept.obligations)

    def test_a_moment_from_another_zone_does_not_break_the_chain(self, ledger: Ledger) -> None:
        opened(ledger, "LHS-1", [1])
        there = (NOW + DAY).astimezone(timezone(timedelta(hours=8)))
        carried_out(ledger, "LHS-1", command("note", at=there))
        with ledger.read() as books:
            events = books.cases.events("LHS-1")
        assert broken_at(events) is None
        assert events[1].at == there

    def test_who_decided_on_an_older_case_is_refused_and_writes_nothing(
        self, ledger: Ledger
    ) -> None:
        before = opened(ledger, "LHS-1", [1])
        stale = decide(before, command("decline", "住建局"), TERMS)
        carried_out(ledger, "LHS-1", command("ack", "住建局"))
        rows = everything(ledger)
        with pytest.raises(Conflict, match="刚刚有人更新过"), ledger.write() as books:
            books.cases.append(apply(before, stale[0]), stale)
        assert everything(ledger) == rows

    def test_a_command_is_recorded_once(self, ledger: Ledger) -> None:
        opened(ledger, "LHS-1", [1])
        once = command("note", command_id="form-1")
        case = carried_out(ledger, "LHS-1", once)
        rows = everything(ledger)
        again = decide(case, once, TERMS)
        with pytest.raises(Conflict, match="已经记录过"), ledger.write() as books:
            books.cases.append(apply(case, again[0]), again)
        assert everything(ledger) == rows
        with ledger.read() as books:
            assert books.cases.has_command("LHS-1", "form-1")
            assert not books.cases.has_command("LHS-1", "form-2")
            assert not books.cases.has_command("LHS-2", "form-1")

    def test_a_case_nobody_knows_is_named(self, ledger: Ledger) -> None:
        with ledger.read() as books, pytest.raises(NoSuchCase, match="LHS-9"):
            books.cases.get("LHS-9")

    def test_a_mention_belongs_to_one_case(self, ledger: Ledger) -> None:
        opened(ledger, "LHS-1", [1, 2])
        ids = [a_pair(n)[0].mention_id for n in (1, 2, 3)]
        with ledger.read() as books:
            assert books.cases.by_mention(ids) == {ids[0]: "LHS-1", ids[1]: "LHS-1"}

    def test_numbers_count_up_within_a_day_in_changchun(self, ledger: Ledger) -> None:
        night = datetime(2026, 11, 23, 15, 59, tzinfo=UTC)
        with ledger.write() as books:
            assert books.cases.next_id(night, "LHS") == "LHS-20261123-0001"
        for last, following in (("0001", "0002"), ("9999", "10000"), ("10000", "10001")):
            opened(ledger, f"LHS-20261123-{last}", [int(last)])
            with ledger.read() as books:
                assert books.cases.next_id(night, "LHS") == f"LHS-20261123-{following}"
        with ledger.read() as books:
            next_day = night + timedelta(minutes=1)
            assert books.cases.next_id(next_day, "LHS") == "LHS-20261124-0001"
            assert books.cases.next_id(night, "L_S") == "L_S-20261123-0001"

    def test_reports_are_found_by_key_and_time_newest_first(self, ledger: Ledger) -> None:
        for n in (1, 2):
            opened(ledger, f"LHS-{n}", [n])
        with ledger.write() as books:
            for n, minutes in ((1, 10), (1, 10), (2, 20)):
                books.cases.add_keys(f"LHS-{n}", a_pair(n)[0].mention_id, ["text:a", "event:b"],
                                     NOW + timedelta(minutes=minutes))  # fmt: skip
            since = {"text:a": NOW, "event:b": NOW + timedelta(minutes=15)}
            found = books.cases.last_by_keys(since, 9)
            assert [(h.case_id, h.at - NOW) for h in found] == [
                ("LHS-2", timedelta(minutes=20)), ("LHS-1", timedelta(minutes=10))
            ]  # fmt: skip
            assert [h.case_id for h in books.cases.last_by_keys({"text:a": NOW}, 1)] == ["LHS-2"]
            assert books.cases.last_by_keys({}, 9) == books.cases.newest_by_keys({}) == []
            assert len(books.cases.newest_by_keys({"thread:x": NOW})) == 2
            assert books.cases.states(["LHS-1", "LHS-9"]) == {"LHS-1": State.TO_SIGN}

    def test_what_is_still_owed_is_listed_oldest_case_first(self, ledger: Ledger) -> None:
        for n in (1, 2, 3, 4):
            opened(ledger, f"LHS-{n}", [n])
        carried_out(ledger, "LHS-1", command("transfer", "住建局", to="应急局"))
        carried_out(ledger, "LHS-2", command("false-alarm"))
        carried_out(ledger, "LHS-3", command("decline", "住建局"))
        with ledger.read() as books:
            owed = [(o.case_id, o.department) for o in books.cases.open_obligations()]
            unfinished = books.cases.unfinished()
            assert sorted(books.cases.open_levels()) == unfinished == ["LHS-1", "LHS-3", "LHS-4"]
            assert books.cases.list_ids(statuses=[str(State.FALSE_ALARM)]) == ["LHS-2"]
            assert books.cases.list_ids(department="应急局") == ["LHS-1"]
            assert books.cases.list_ids(since=NOW + DAY) == books.cases.list_ids(until=NOW) == []
            assert len(books.cases.changed_within(NOW, NOW + DAY)) == 4
            assert books.cases.changed_within(NOW - DAY, NOW) == []
        assert owed == [
            ("LHS-1", "城管局"), ("LHS-1", "应急局"), ("LHS-3", "城管局"), ("LHS-4", "住建局"),
            ("LHS-4", "城管局"),
        ]  # fmt: skip

    def test_members_are_indexed_again_when_level_or_departments_change(
        self, ledger: Ledger
    ) -> None:
        case = opened(ledger, "LHS-1", [1, 2])

        def waiting() -> int:
            with ledger.write() as books:
                taken = books.mentions.to_index(99)
                books.mentions.indexed(taken)
            return len(taken)

        waiting()
        carried_out(ledger, "LHS-1", command("note"))
        assert waiting() == 0
        case = replace(case, version=2)
        written(ledger, "LHS-1", raise_level(case, Level.RED, NOW, TERMS, "扩散"))
        assert waiting() == 2

    # --- the other books

    def test_a_reject_is_kept_once_until_it_is_resolved(self, ledger: Ledger) -> None:
        reject = Reject(file="工单.csv", row=3, format="worksheet", reason="没有时间",
                        fields={"工单编号": "1", "内容": "无"})  # fmt: skip
        other = replace(reject, row=4)
        with ledger.write() as books:
            assert books.rejects.add([reject, other, reject], NOW) == 2
            assert books.rejects.add([reject], NOW + DAY) == 0
            [(first, kept), (_, second)] = books.rejects.pending()
            assert (kept, second) == (reject, other)
            books.rejects.resolved(first, NOW)
            assert [r for _, r in books.rejects.pending()] == [other]

    def test_runs_are_begun_and_ended_once(self, ledger: Ledger) -> None:
        def run(n: int) -> SourceRun:
            return SourceRun(run_id=f"r{n}", source="日报", started_at=NOW + n * DAY)

        ok = RunReport(outcome=Outcome.OK, seen=5, new=2, detail="好")
        with ledger.write() as books:
            for n in range(3):
                books.runs.begin(run(n))
            books.runs.end("r0", NOW, ok)
            books.runs.end("r0", NOW + DAY, RunReport(outcome=Outcome.RATE_LIMITED, seen=0, new=0))
            done = replace(run(0), finished_at=NOW, outcome=Outcome.OK, seen=5, new=2, detail="好")
            assert books.runs.within(NOW, NOW + 2 * DAY) == [done, run(1)]
            assert books.runs.unended() == [run(1), run(2)]
            assert books.runs.latest() == {"日报": run(2)}

    def test_an_edition_of_a_report_is_recorded_once(self, ledger: Ledger) -> None:
        first = Edition(kind="day", period_start=NOW, edition=1, made_at=NOW + DAY, late=False,
                        files=(("日报.docx", "0" * 64),))  # fmt: skip
        with ledger.write() as books:
            assert books.reports.last_edition("day", NOW) == 0
            assert books.reports.record(first)
            assert not books.reports.record(replace(first, late=True))
            assert books.reports.record(replace(first, edition=2))
            assert books.reports.last_edition("day", NOW) == 2
            assert books.reports.all() == [first, replace(first, edition=2)]

    def test_the_audit_is_a_chain_that_shows_a_change(self, ledger: Ledger) -> None:
        there = (NOW + DAY).astimezone(timezone(timedelta(hours=8)))
        with ledger.write() as books:
            assert books.audit.broken_at() is None
            for n, at in enumerate((NOW, there, NOW + 2 * DAY)):
                books.audit.write(at, PUBLICITY, "original", f"LHS-{n}", "复核")
            assert [line["no"] for line in books.audit.lines()] == [1, 2, 3]
            assert books.audit.broken_at() is None
            assert books.audit.last("original") == NOW + 2 * DAY
            assert books.audit.last("purge") is None

    def test_an_alert_is_queued_once_with_its_deliveries(self, ledger: Ledger) -> None:
        alert, delivery = an_alert("a1")
        with ledger.write() as books:
            assert books.queue(alert, [delivery])
            assert not books.queue(alert, [replace(delivery, delivery_id="other")])
        assert ledger.outbox.states() == {"pending": 1}
        assert ledger.outbox.soonest() == NOW
        assert ledger.outbox.undelivered() == 0

    # --- one transaction

    def test_everything_in_one_transaction_is_written_or_nothing(self, ledger: Ledger) -> None:
        opened(ledger, "LHS-1", [1])
        before = everything(ledger)
        alert, delivery = an_alert("a1")
        with pytest.raises(ZeroDivisionError), ledger.write() as books:
            books.mentions.store([a_pair(7)])
            start = a_start("LHS-2", [a_pair(7)[0].mention_id])
            books.cases.append(apply(None, start), [start])
            books.queue(alert, [delivery])
            books.audit.write(NOW, SYSTEM, "purge", "", "")
            raise ZeroDivisionError
        assert everything(ledger) == before

    def test_a_reader_sees_one_moment(self, ledger: Ledger) -> None:
        with ledger.read() as books:
            assert books.mentions.waiting() == {}
            opened(ledger, "LHS-1", [1])
            assert books.mentions.waiting() == {}
        with ledger.read() as books:
            assert books.mentions.waiting() == {"analyse": 1}

    # --- forgetting

    def test_originals_go_after_180_days_and_the_masked_text_stays(self, ledger: Ledger) -> None:
        opened(ledger, "LHS-1", [1], NOW - 181 * DAY)
        opened(ledger, "LHS-2", [2], NOW - 180 * DAY)
        with ledger.write() as books:
            counts = books.purge.run(NOW, KEEP)
        assert dict(counts) == {
            "originals": 1, "rejects": 0, "cases": 0, "mentions": 0, "corrections": 0,
            "alerts": 0, "surges": 0, "silences": 0, "pauses": 0, "marks": 0, "audit": 0,
        }  # fmt: skip
        with ledger.read() as books:
            assert books.mentions.originals(a_pair(1)[0].mention_id) == []
            assert len(books.mentions.originals(a_pair(2)[0].mention_id)) == 1
            [kept] = books.mentions.many([a_pair(1)[0].mention_id])
        assert kept.text == MASKED

    def test_rejects_go_after_30_days_and_audit_lines_after_their_time(
        self, ledger: Ledger
    ) -> None:
        reject = Reject(file="a.csv", row=3, format="x", reason="坏", fields={})
        with ledger.write() as books:
            for n, days in enumerate((31, 30)):
                books.rejects.add([replace(reject, row=n)], NOW - days * DAY)
            for days in (1826, 1825, 1):
                books.audit.write(NOW - days * DAY, PUBLICITY, "original", "LHS-1", "复核")
            counts = books.purge.run(NOW, KEEP)
            assert (counts["rejects"], counts["audit"]) == (1, 1)
            assert books.audit.broken_at() is None
            books.audit.write(NOW, SYSTEM, "purge", "", "")
            assert [line["no"] for line in books.audit.lines()] == [2, 3, 4]

    def test_a_finished_case_goes_after_two_years_with_everything(self, ledger: Ledger) -> None:
        old = NOW - 731 * DAY
        opened(ledger, "LHS-1", [1, 2], old)
        carried_out(ledger, "LHS-1", command("false-alarm", at=old))
        alert, delivery = an_alert("a1", "LHS-1")
        with ledger.write() as books:
            books.mentions.put_verdicts([a_verdict(a_pair(1)[0].mention_id)])
            books.mentions.store([a_pair(1, counts=Counts(likes=1), at=old)])
            books.queue(alert, [delivery])
        ledger.outbox.claim(NOW, 45, 9)
        with ledger.write() as books:
            counts = books.purge.run(NOW, KEEP)
        assert (counts["cases"], counts["mentions"], counts["originals"]) == (1, 2, 2)
        left = {name: rows for name, rows in everything(ledger).items() if rows}
        assert set(left) <= {"meta", "audit", "forgotten", "forgotten_records"}

    def test_what_is_open_or_young_stays_with_its_mentions(self, ledger: Ledger) -> None:
        old = NOW - 731 * DAY
        opened(ledger, "LHS-1", [1], old)  # never finished
        opened(ledger, "LHS-2", [2], NOW - 700 * DAY)
        carried_out(ledger, "LHS-2", command("false-alarm", at=NOW - 700 * DAY))
        with ledger.write() as books:
            books.mentions.store([a_pair(3, at=old)])
            counts = books.purge.run(NOW, KEEP)
        assert (counts["cases"], counts["mentions"]) == (0, 1)
        with ledger.read() as books:
            assert len(books.mentions.many([a_pair(n)[0].mention_id for n in (1, 2, 3)])) == 2

    def test_the_years_of_a_case_count_from_its_closing(self, ledger: Ledger) -> None:
        for case_id, opened_ago, closed_ago in (("LHS-1", 900, 729), ("LHS-2", 900, 731)):
            opened(ledger, case_id, [int(case_id[-1])], NOW - opened_ago * DAY)
            carried_out(ledger, case_id, command("false-alarm", at=NOW - closed_ago * DAY))
        carried_out(ledger, "LHS-2", command("note", at=NOW))  # no report, and no reopening
        opened(ledger, "LHS-3", [3], NOW - 900 * DAY)
        carried_out(ledger, "LHS-3", command("false-alarm", at=NOW - 731 * DAY),
                    command("reopen", at=NOW - DAY))  # fmt: skip
        with ledger.write() as books:
            assert books.purge.run(NOW, KEEP)["cases"] == 1
            assert books.cases.list_ids() == ["LHS-1", "LHS-3"]
            carried = books.purge.run(NOW + 999 * DAY, KEEP)
            assert (carried["cases"], books.cases.list_ids()) == (1, ["LHS-3"])

    def test_a_mention_that_outlives_its_case_is_indexed_without_it(self, ledger: Ledger) -> None:
        opened(ledger, "LHS-1", [1], NOW - 40 * DAY)
        carried_out(ledger, "LHS-1", command("false-alarm", at=NOW - 31 * DAY))
        with ledger.write() as books:
            books.mentions.indexed(books.mentions.to_index(9))
            assert books.mentions.to_index(9) == []
            assert books.purge.run(NOW, replace(KEEP, cases=30))["cases"] == 1
            assert [i for i, _ in books.mentions.to_index(9)] == [a_pair(1)[0].mention_id]

    def test_purged_mentions_are_remembered_until_the_index_forgot_them(
        self, ledger: Ledger
    ) -> None:
        ids = [a_pair(n)[0].mention_id for n in range(4)]
        with ledger.write() as books:
            books.mentions.store([a_pair(n, at=NOW - 731 * DAY) for n in range(3)])
            books.mentions.store([a_pair(3)])
            assert books.purge.run(NOW, KEEP)["mentions"] == 3
            assert sorted(books.forgotten.pending(9)) == ids[:3]
            books.forgotten.note_missing([*ids, ids[0]])
            assert sorted(books.forgotten.pending(9)) == ids[:3]
            assert len(books.forgotten.pending(2)) == 2
            books.forgotten.confirmed(ids[:2])
            assert books.forgotten.pending(9) == [ids[2]]

    def test_what_comes_back_while_the_index_forgets_it_is_indexed_again(
        self, ledger: Ledger
    ) -> None:
        old, again = a_pair(1, at=NOW - 731 * DAY), a_pair(1)
        with ledger.write() as books:
            books.mentions.store([old])
            books.purge.run(NOW, KEEP)
            books.mentions.store([again])
            books.mentions.indexed(books.mentions.to_index(9))
            books.forgotten.confirmed([again[0].mention_id])
            assert [i for i, _ in books.mentions.to_index(9)] == [again[0].mention_id]

    def test_what_is_under_a_legal_hold_stays_also_what_joined_later(self, ledger: Ledger) -> None:
        old = NOW - 731 * DAY
        opened(ledger, "LHS-1", [1], old)
        joined = a_pair(2, at=old)
        with ledger.write() as books:
            books.purge.hold("LHS-1", True)
            books.mentions.store([joined])
            case = books.cases.get("LHS-1")
        report = replace(
            decide(case, command("note", at=old), TERMS)[0], action="report", actor=SYSTEM, note="",
            data={"mention_ids": [joined[0].mention_id], "categories": [], "obligations": []},
        )  # fmt: skip
        written(ledger, "LHS-1", report)
        carried_out(ledger, "LHS-1", command("false-alarm", at=old))
        before = everything(ledger)
        with ledger.write() as books:
            assert not any(books.purge.run(NOW, KEEP).values())
        assert everything(ledger) == before
        with ledger.write() as books:
            books.purge.hold("LHS-1", False)
            assert books.purge.run(NOW, KEEP)["cases"] == 1
            with pytest.raises(NoSuchCase):
                books.purge.hold("LHS-1", True)

    # --- opening

    def test_what_was_written_is_there_when_it_is_opened_again(
        self, open_ledger_here: OpenHere
    ) -> None:
        ledger = open_ledger_here()
        opened(ledger, "LHS-1", [1])
        before = everything(ledger)
        ledger.close()
        ledger = open_ledger_here()
        assert everything(ledger) == before
        ledger.close()

    @pytest.mark.parametrize("drill", [True, False])
    def test_a_ledger_is_born_real_or_drill_and_stays_so(
        self, open_ledger_here: OpenHere, drill: bool
    ) -> None:
        ledger = open_ledger_here(drill=drill)
        assert ledger.drill is drill
        ledger.close()
        with pytest.raises(DrillMixed, match="演练台账" if drill else "正式台账"):
            open_ledger_here(drill=not drill)
        open_ledger_here(drill=drill).close()

    def test_a_newer_schema_is_refused_and_left_alone(self, open_ledger_here: OpenHere) -> None:
        ledger = open_ledger_here()
        with ledger.write() as books:
            books.connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        ledger.close()
        for _ in range(2):
            with pytest.raises(SchemaTooNew, match=r"9999.*升级程序"):
                open_ledger_here()

    # --- two processes

    def check_sound(self, ledger: Ledger) -> None:
        """Whether the store is whole; a subclass says how to see it."""

    @pytest.mark.full
    def test_two_processes_writing_at_once_double_and_lose_nothing(self, ledger: Ledger) -> None:
        url = url_of(ledger)
        together(_collects, (url, 0, 200), (url, 100, 300))
        with ledger.read() as books:
            assert books.mentions.waiting() == {"analyse": 300}
        with ledger.write() as books:
            ids = [m.mention_id for m in books.mentions.to_analyse(999)]
            books.mentions.put_verdicts([a_verdict(i) for i in ids])
        together(_triages, (url,), (url,))
        self.check_sound(ledger)
        with ledger.read() as books:
            assert books.mentions.waiting() == {"done": 300}
            numbers = books.cases.list_ids()
            assert len(numbers) == len(set(books.cases.by_mention(ids).values())) == 300
            assert all(broken_at(books.cases.events(n)) is None for n in numbers[::30])
        assert ledger.outbox.states() == {"pending": 300}
        together(_sends, (url,), (url,))
        self.check_sound(ledger)
        assert ledger.outbox.states() == {"sent": 300}
        tries = everything(ledger)["attempts"]
        assert len(tries) == 300


def _collects(start: "multiprocessing.synchronize.Barrier", url: str, low: int, high: int) -> None:
    ledger = open_ledger(url, drill=False, now=NOW)
    start.wait(60)
    for first in range(low, high, 10):
        with ledger.write() as books:
            books.mentions.store([a_pair(n) for n in range(first, first + 10)])
    ledger.close()


def _triages(start: "multiprocessing.synchronize.Barrier", url: str) -> None:
    ledger = open_ledger(url, drill=False, now=NOW)
    start.wait(60)
    while True:
        with ledger.write() as books:
            mentions = books.mentions.to_triage(7)
            for mention in mentions:
                begun = a_start(books.cases.next_id(NOW, "LHS"), [mention.mention_id])
                books.cases.append(apply(None, begun), [begun])
                alert, delivery = an_alert(mention.mention_id, begun.case_id)
                books.queue(alert, [delivery])
            books.mentions.triaged([m.mention_id for m in mentions])
        if not mentions:
            break
    ledger.close()


def _sends(start: "multiprocessing.synchronize.Barrier", url: str) -> None:

    ledger = open_ledger(url, drill=False, now=NOW)
    start.wait(60)
    while batch := ledger.outbox.claim(NOW, 45, 7):
        for delivery in batch:
            ledger.outbox.finish(delivery, SendResult(outcome="ok"), NOW, None)
    ledger.close()
