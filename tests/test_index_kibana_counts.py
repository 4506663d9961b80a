"""The numbers on the boards are the ledger's: every panel is asked of a real Elasticsearch over the
demo week, and counted again from the ledger by the papers' own functions.

What each panel must show stands in ``EXPECTED``, as buckets -> values; a panel without an entry
fails. Only percentiles, which a server estimates, are held between their two neighbours.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor
from uuid import uuid4

import pytest
from elasticsearch import Elasticsearch

from domain.times import at_shanghai, shanghai
from domain.types import Case, Delivery, Mention, Obligation, Outcome, RunReport, SourceRun, Verdict
from index.kibana.asking import Asker, Chosen
from index.kibana.boards import boards
from index.kibana.panels import AnyPanel, Board, Panel, Texts
from index.kibana.spans import EVER, LAST_7_DAYS, LAST_30_DAYS, LAST_WEEK, WEEK_BEFORE, Span
from index.kibana.views import Views
from ledger.books import Books
from tingxue import indexing
from tingxue.app import App, opened
from tingxue.counting import Period
from tingxue.demo import runner, week
from tingxue.home import home_at
from tingxue.names import DELIVERIES, OUTCOMES, POLARITIES
from tingxue.reports.casework import live_cases, live_obligations, overdue, reply_overdue
from tingxue.reports.figure import Facts, Figures
from tingxue.reports.figures import chosen, figures_of
from tingxue.reports.gaps import GOOD, source_title

pytestmark = [pytest.mark.full, pytest.mark.timeout(600)]
NOW = week.moment(runner.START, runner.END)
LONG_AGO = at_shanghai(NOW.date() - timedelta(days=1000))
Keys = tuple[str, ...]
Numbers = Mapping[Keys, Sequence[float | None]]
PREFIX = f"test-{uuid4().hex[:12]}-"
BOARDS = boards(Views(PREFIX, drill=True))
NAMES = {board.board_id: board.board_id.removeprefix(PREFIX) for board in BOARDS}


@dataclass(frozen=True)
class Ledger:
    """What is in the ledger of the demo week."""

    app: App
    cases: tuple[Case, ...]
    runs: tuple[SourceRun, ...]
    deliveries: tuple[Delivery, ...]
    rows: tuple[tuple[Mention, Verdict], ...]
    case_of: Mapping[str, str]
    facts: Callable[[Span], Facts]

    def figures(self, span: Span) -> Figures:
        facts = self.facts(span)
        return figures_of(facts, self.app.plan, as_of=NOW, drill=True)

    def counted(self, span: Span) -> list[tuple[Mention, Verdict]]:
        """By the papers' counting rule."""
        return chosen(self.facts(span), True)[0]

    def complaints(self, span: Span) -> list[tuple[Mention, Verdict]]:
        return [row for row in self.counted(span) if row[1].complaints]

    def reported(self, case_id: str | None = None) -> list[tuple[Mention, Verdict]]:
        """Of any case, or of one, in the time of the event's board."""
        rows = [row for row in self.counted(LAST_7_DAYS) if row[0].mention_id in self.case_of]
        return [r for r in rows if case_id in (None, self.case_of[r[0].mention_id])]

    def duties(self, span: Span) -> list[Obligation]:
        holds = self.facts(span).period.holds
        return [o for o in live_obligations(self.cases) if holds(o.opened_at)]

    def held(self, span: Span) -> list[SourceRun]:
        holds = self.facts(span).period.holds
        return [run for run in self.runs if holds(run.started_at)]

    def case(self, case_id: str) -> Case:
        return next(case for case in self.cases if case.case_id == case_id)

    def names(self, code: str) -> str:
        return self.app.plan.categories[code].name


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory, elasticsearch_url: str) -> Iterator[Ledger]:
    """The week played, runs of failing and silent sources beside it, all of it on the server."""
    home = home_at(tmp_path_factory.mktemp("boards") / "demo")
    with runner.stage(home) as stage:
        runner.play(stage)
    settings = home.config / "settings.yaml"
    server = f"\nsearch:\n  kind: elastic\n  url: {elasticsearch_url}\n  prefix: {PREFIX}\n"
    said = settings.read_text("utf-8")
    assert "\nsearch:" not in said.replace("\nsearch:\n  kind: embedded\n", "\n")
    settings.write_text(said.replace("\nsearch:\n  kind: embedded\n", "\n") + server, "utf-8")
    with opened(home=home, clock=lambda: NOW) as app:
        with app.ledger.write() as books:
            _run_badly(books)
        indexing.rebuild(app)
        yield _read(app)
    with Elasticsearch(elasticsearch_url) as client:
        for name in client.indices.get(index=f"{PREFIX}*").body:
            client.indices.delete(index=name)


def _run_badly(books: Books) -> None:
    """Two more sources: one that is refused again and again, one silent since a week and more."""
    for number, (source, hours, outcome) in enumerate((
        ("ccrb", 300, Outcome.OK), ("jlrb", 50, Outcome.OK), ("jlrb", 26, Outcome.RATE_LIMITED),
        ("jlrb", 14, Outcome.SCHEMA_CHANGED), ("jlrb", 2, Outcome.EMPTY_CONFIRMED),
        ("jlrb", 1, None),
    )):  # fmt: skip
        at = NOW - timedelta(hours=hours)
        run = SourceRun(run_id=f"run-{number}", source=source, started_at=at)
        books.runs.begin(run)
        if outcome is not None:
            report = RunReport(outcome=outcome, seen=7, new=number, detail="")
            books.runs.end(run.run_id, at + timedelta(minutes=2), report)


def _read(app: App) -> Ledger:
    with app.ledger.read() as books:
        cases = tuple(map(books.cases.get, books.cases.list_ids()))
        runs = tuple(books.projection.every()["runs"])
        rows = tuple(books.mentions.seen_within(LONG_AGO, NOW + timedelta(days=1)))
        deliveries = tuple(books.projection.every()["deliveries"])
        case_of = books.cases.by_mention([mention.mention_id for mention, _ in rows])

    def facts(span: Span) -> Facts:
        first, last = span.bounds(NOW)
        period = Period(kind="week", start=first, end=last + timedelta(milliseconds=1))
        return Facts(period=period, mentions=rows, previous=rows, cases=cases, runs=runs, spread={})

    return Ledger(app, cases, runs, deliveries, rows, case_of, facts)


# --- what the ledger says


def one(value: float | None) -> Numbers:
    return {(): (value,)}


def tally(keys: Iterable[Keys]) -> Numbers:
    return {key: (count,) for key, count in Counter(keys).items()}


def group(figures: Figures, prefix: str, names: Callable[[str], str] = str) -> Numbers:
    """The figures under a prefix by the name of their last part, without the empty ones."""
    found = {f.key.removeprefix(f"{prefix}."): f.value for f in figures.under(prefix)}
    return {(names(code),): (value,) for code, value in found.items() if value}


def day(at: datetime) -> str:
    return f"{shanghai(at):%Y-%m-%d}"


def third(at: datetime) -> str:
    local = shanghai(at)
    return f"{local:%Y-%m-%d} {local.hour // 3 * 3:02d}:00"


def polarities(ledger: Ledger, span: Span) -> Numbers:
    found = ledger.figures(span)
    return {
        (name,): (found[f"polarity.{code}"].value,)
        for code, name in POLARITIES.items()
        if found[f"polarity.{code}"].value
    }


def signs(rows: Iterable[tuple[Mention, Verdict]]) -> Numbers:
    every = [{e.why for tag in v.complaints for e in tag.evidence} for _, v in rows]
    return tally((why,) for seen in every for why in seen if not why.startswith("model:"))


def categories(ledger: Ledger, verdict: Verdict) -> set[str]:
    return {ledger.names(tag.category) for tag in verdict.complaints}


def platform(ledger: Ledger, mention: Mention) -> str:
    return ledger.app.plan.platform_names[mention.platform]


def by_department(
    duties: Sequence[Obligation], *of: Callable[[list[Obligation]], float | None]
) -> Numbers:
    own: dict[Keys, list[Obligation]] = defaultdict(list)
    for duty in duties:
        own[duty.department,].append(duty)
    return {name: tuple(count(some) for count in of) for name, some in own.items()}


def how_many(
    kept: Callable[[Obligation], object] = lambda _: True,
) -> Callable[[list[Obligation]], float]:
    return lambda some: len([duty for duty in some if kept(duty)])


def about_cases(ledger: Ledger, span: Span, names: Callable[[Case], Iterable[str]]) -> Numbers:
    """Obligations by department and something of their case."""
    return tally((name, duty.department) for duty in ledger.duties(span)
                 for name in names(ledger.case(duty.case_id)))  # fmt: skip


def week_table(ledger: Ledger) -> Numbers:
    found, names = ledger.figures(LAST_WEEK), ledger.app.plan.platform_names
    return {
        (names[f.key.removeprefix("platform.")],): (
            f.value, c.value if (c := found.get(f"{f.key}.complaints")) else 0,
        )
        for f in found.under("platform") if f.value
    }  # fmt: skip


def duty_figure(ledger: Ledger, span: Span, part: str) -> Numbers:
    found = ledger.figures(span)
    every = {d: found[f"department.{d}.{part}"].value for d in departments(ledger)}
    return {(name,): (value,) for name, value in every.items() if value}


def departments(ledger: Ledger) -> list[str]:
    return list(dict.fromkeys(o.department for o in live_obligations(ledger.cases)))


def millis(moments: Iterable[datetime]) -> float | None:
    return max((at.timestamp() * 1000 for at in moments), default=None)


def runs_by(ledger: Ledger, runs: Iterable[SourceRun], *of: Callable[[SourceRun], str]) -> Numbers:
    return tally(tuple(key(run) for key in of) for run in runs)


def title(ledger: Ledger) -> Callable[[SourceRun], str]:
    return lambda run: source_title(run.source, ledger.app.plan)


def outcome(run: SourceRun) -> str:
    return OUTCOMES[run.outcome] if run.outcome else "未结束"


def failed(run: SourceRun) -> bool:
    return run.outcome is not None and run.outcome not in GOOD


def silence(ledger: Ledger) -> Numbers:
    made: dict[Keys, tuple[float | None, ...]] = {}
    for source in {run.source for run in ledger.held(LAST_30_DAYS)}:
        runs = [run for run in ledger.held(LAST_30_DAYS) if run.source == source]
        made[source_title(source, ledger.app.plan),] = (
            len(runs), millis(run.started_at for run in runs),
            millis(run.started_at for run in runs if run.outcome in GOOD),
            len(list(filter(failed, runs))), sum(run.new for run in runs),
        )  # fmt: skip
    return made


def event_cases(ledger: Ledger, case_id: str | None) -> Numbers:
    last: dict[str, list[datetime]] = defaultdict(list)
    for mention, _ in ledger.reported(case_id):
        last[ledger.case_of[mention.mention_id]].append(mention.first_seen_at)
    return {(of, str(ledger.case(of).level)): (len(at), millis(at)) for of, at in last.items()}


def sent(ledger: Ledger) -> list[Delivery]:
    holds = ledger.facts(LAST_7_DAYS).period.holds
    return [d for d in ledger.deliveries if holds(d.alert.created_at)]


Expected = Callable[[Ledger], Numbers]


def figure(span: Span, key: str) -> Expected:
    return lambda ledger: one(ledger.figures(span)[key].value)


def _week(name: str) -> Expected:
    return figure(LAST_WEEK, name)


def _seven(name: str) -> Expected:
    return figure(LAST_7_DAYS, name)


def named_categories(span: Span) -> Expected:
    return lambda le: group(le.figures(span), "category", le.names)


def named_places(span: Span) -> Expected:
    return lambda le: group(le.figures(span), "place")


def of_event(make: Callable[[Ledger, list[tuple[Mention, Verdict]]], Numbers]) -> Expected:
    return lambda le: make(le, le.reported())


EVENT: dict[str, Callable[[Ledger, list[tuple[Mention, Verdict]]], Numbers]] = {
    "reports": lambda le, rows: one(len(rows)),
    "negative": lambda le, rows: one(sum(v.polarity == "negative" for _, v in rows)),
    "platforms": lambda le, rows: one(len({m.platform for m, _ in rows})),
    "last": lambda le, rows: one(millis(m.first_seen_at for m, _ in rows)),
    "spread": lambda le, rows: tally((third(m.first_seen_at), platform(le, m)) for m, _ in rows),
    "places": lambda le, rows: tally((p,) for _, v in rows for p in set(v.places)),
    "signs": lambda le, rows: signs(rows),
}
EXPECTED: dict[str, Expected] = {
    "overview-mentions": _seven("mentions"),
    "overview-complaints": _seven("complaints"),
    "overview-negative": _seven("polarity.negative"),
    "overview-grave": lambda le: one(
        sum(v.urgency in ("red", "orange") for _, v in le.counted(LAST_7_DAYS))),
    "overview-by_day": lambda le: tally(
        (day(m.first_seen_at), POLARITIES[v.polarity]) for m, v in le.counted(LAST_7_DAYS)),
    "overview-polarity": lambda le: polarities(le, LAST_7_DAYS),
    "overview-kinds": lambda le: tally(
        (day(m.first_seen_at), name) for m, v in le.complaints(LAST_7_DAYS)
        for name in categories(le, v)),
    "overview-platforms": lambda le: group(
        le.figures(LAST_7_DAYS), "platform", le.app.plan.platform_names.__getitem__),
    "overview-categories": named_categories(LAST_7_DAYS),
    "overview-places": named_places(LAST_7_DAYS),
    "overview-signs": lambda le: signs(le.complaints(LAST_7_DAYS)),
    "handling-new": figure(LAST_30_DAYS, "duties.new"),
    "handling-signed": figure(LAST_30_DAYS, "duties.signed"),
    "handling-unsigned": figure(LAST_30_DAYS, "duties.unsigned"),
    "handling-unanswered": figure(LAST_30_DAYS, "duties.unanswered"),
    "handling-heat": lambda le: about_cases(
        le, LAST_30_DAYS, lambda c: map(le.names, c.categories)),
    "handling-levels": lambda le: {
        keys[::-1]: n
        for keys, n in about_cases(le, LAST_30_DAYS, lambda c: [str(c.level)]).items()},
    "handling-departments": lambda le: by_department(
        le.duties(LAST_30_DAYS), how_many(), how_many(lambda o: o.acknowledged_at),
        how_many(lambda o: o.accepted_at), how_many(lambda o: overdue(o, NOW))),
    "handling-states": lambda le: tally((str(o.status),) for o in le.duties(LAST_30_DAYS)),
    "sources-runs": lambda le: one(len(le.held(LAST_7_DAYS))),
    "sources-failed": lambda le: one(len(list(filter(failed, le.held(LAST_7_DAYS))))),
    "sources-active": lambda le: one(len({run.source for run in le.held(LAST_7_DAYS)})),
    "sources-fresh": lambda le: one(sum(run.new for run in le.held(LAST_7_DAYS))),
    "sources-by_day": lambda le: runs_by(
        le, le.held(LAST_7_DAYS), lambda run: day(run.started_at), outcome),
    "sources-outcomes": lambda le: runs_by(le, le.held(LAST_7_DAYS), outcome),
    "sources-silence": silence,
    "sources-failing": lambda le: runs_by(
        le, filter(failed, le.held(LAST_7_DAYS)), title(le), outcome),
    "sources-channels": lambda le: tally((d.channel, DELIVERIES[d.state]) for d in sent(le)),
    "sources-delivered": lambda le: tally((DELIVERIES[d.state],) for d in sent(le)),
    **{f"event-{key}": of_event(make) for key, make in EVENT.items()},
    "event-cases": lambda le: event_cases(le, None),
    "weekly-mentions": _week("mentions"),
    "weekly-mentions_before": _week("mentions.previous"),
    "weekly-complaints": _week("complaints"),
    "weekly-complaints_before": _week("complaints.previous"),
    "weekly-cases": _week("cases.new"),
    "weekly-open": _week("cases.open"),
    "weekly-by_day": lambda le: {
        (str(d),): (le.figures(LAST_WEEK)[f"day.{d}"].value,
                    le.figures(LAST_WEEK)[f"day.{d}.complaints"].value)
        for d in le.facts(LAST_WEEK).period.days},
    "weekly-polarity": lambda le: polarities(le, LAST_WEEK),
    "weekly-platforms": week_table,
    "weekly-categories": named_categories(LAST_WEEK),
    "weekly-places": named_places(LAST_WEEK),
    "weekly-departments": lambda le: by_department(
        le.duties(LAST_WEEK), how_many(), how_many(lambda o: o.acknowledged_at),
        how_many(lambda o: o.accepted_at)),
    "weekly-levels": lambda le: group(le.figures(LAST_WEEK), "cases.new"),
    "weekly-closed": lambda le: duty_figure(le, LAST_WEEK, "closed"),
    "weekly-overdue": lambda le: duty_figure(le, LAST_WEEK, "overdue"),
}  # fmt: skip
"""board-panel -> what it must show. Of a table with percentiles, the columns before them."""

PERCENTILES = {
    "handling-ack_p50": ("acknowledged_at", 50), "handling-ack_p95": ("acknowledged_at", 95),
    "handling-reply_p50": ("replied_at", 50), "handling-reply_p95": ("replied_at", 95),
}  # fmt: skip
AVERAGES = {"weekly-replied"}
MOST_FREQUENT = ("overview-kinds", "overview-signs", "event-signs", "event-cases")
"""Panels that show only so many values."""
EVERY = {f"{NAMES[b.board_id]}-{p.key}": (b, p) for b in BOARDS for p in b.panels}
COUNTING = {key: pair for key, pair in EVERY.items() if isinstance(pair[1], Panel)}


@pytest.fixture(scope="module")
def asker(ledger: Ledger, elasticsearch_url: str) -> Iterator[Asker]:
    with Elasticsearch(elasticsearch_url) as client:
        yield Asker(client, NOW)


def shown(asker: Asker, board: Board, panel: AnyPanel, chosen: Chosen) -> Numbers:
    assert isinstance(panel, Panel)
    cells = asker.cells(panel, board.span, chosen)
    return {cell.keys: cell.values for cell in cells}


def filled(numbers: Numbers) -> Numbers:
    """Without the empty buckets of a time axis."""
    return {keys: values for keys, values in numbers.items() if not keys or any(values)}


def test_every_panel_is_counted_again() -> None:
    assert set(COUNTING) == set(EXPECTED) | set(PERCENTILES) | AVERAGES


@pytest.mark.parametrize("key", EXPECTED)
def test_a_panel_shows_what_the_ledger_counts(asker: Asker, ledger: Ledger, key: str) -> None:
    board, panel = COUNTING[key]
    assert isinstance(panel, Panel)
    found, expected = filled(shown(asker, board, panel, {})), filled(EXPECTED[key](ledger))
    whole = sum(measure.operation != "percentile" for measure in panel.measures)
    found = {keys: tuple(values[:whole]) for keys, values in found.items()}
    if key in MOST_FREQUENT:
        assert set(found) <= set(expected) and len(found) >= min(8, len(expected))
        expected = {keys: expected[keys] for keys in found}
    assert found == {keys: tuple(values) for keys, values in expected.items()}


@pytest.mark.parametrize("key", MOST_FREQUENT)
def test_a_panel_that_shows_only_some_shows_the_largest(
    asker: Asker, ledger: Ledger, key: str
) -> None:
    board, panel = COUNTING[key]
    at = 1 if key == "overview-kinds" else 0
    totals: Counter[str] = Counter()
    for keys, values in EXPECTED[key](ledger).items():
        totals[keys[at]] += int(values[0] or 0)
    seen = {keys[at] for keys in shown(asker, board, panel, {})}
    left_out = [n for name, n in totals.items() if name not in seen]
    assert max(left_out, default=0) <= min(totals[name] for name in seen)


@pytest.mark.parametrize("key", PERCENTILES)
def test_a_percentile_lies_between_its_neighbours(asker: Asker, ledger: Ledger, key: str) -> None:
    (board, panel), (name, percent) = COUNTING[key], PERCENTILES[key]
    done = [(getattr(o, name), o.opened_at) for o in ledger.duties(LAST_30_DAYS)]
    took = sorted((end - start).total_seconds() / 60 for end, start in done if end is not None)
    (value,) = shown(asker, board, panel, {})[()]
    at = (len(took) - 1) * percent / 100
    low, high = took[max(0, floor(at) - 1)], took[min(len(took) - 1, ceil(at) + 1)]
    assert len(took) > 50 and value is not None
    assert low - 0.01 <= value <= high + 0.01


def test_the_mean_time_to_reply_is_the_papers(asker: Asker, ledger: Ledger) -> None:
    board, panel = COUNTING["weekly-replied"]
    found, figures = shown(asker, board, panel, {}), ledger.figures(LAST_WEEK)
    hours = {name: figures.get(f"department.{name}.hours") for name in departments(ledger)}
    assert len(found) > 3
    assert {name for (name,) in found} == {name for name, figure in hours.items() if figure}
    for (name,), (minutes,) in found.items():
        mean = hours[name]
        assert mean is not None and minutes is not None
        assert minutes / 60 == pytest.approx(mean.value, abs=0.051)  # printed to a tenth


@pytest.mark.parametrize("key", EVENT)
def test_choosing_a_case_leaves_only_its_reports(asker: Asker, ledger: Ledger, key: str) -> None:
    case_id, _ = Counter(ledger.case_of.values()).most_common(1)[0]
    board, panel = COUNTING[f"event-{key}"]
    rows = ledger.reported(case_id)
    assert len(rows) == ledger.figures(LAST_WEEK)[f"case.{case_id}.now"].value > 10
    found = filled(shown(asker, board, panel, {"case_id": case_id}))
    assert found == {keys: tuple(values) for keys, values in EVENT[key](ledger, rows).items()}


def test_a_control_leaves_panels_alone_that_lack_its_field(asker: Asker, ledger: Ledger) -> None:
    """Their documents have no platform: filtered, they would show nothing."""
    board, panel = COUNTING["weekly-cases"]
    assert shown(asker, board, panel, {"platform_name": "微博"}) == shown(asker, board, panel, {})
    board, panel = COUNTING["weekly-mentions"]
    weibo = ledger.figures(LAST_WEEK)["platform.weibo"].value
    assert shown(asker, board, panel, {"platform_name": "微博"}) == {(): (weibo,)}


def test_texts_are_the_newest_and_masked(asker: Asker, ledger: Ledger) -> None:
    board, panel = EVERY["event-texts"]
    assert isinstance(panel, Texts)
    found = asker.texts(panel, board.span, {})
    newest = sorted((m.first_seen_at for m, _ in ledger.reported()), reverse=True)[: len(found)]
    assert [datetime.fromisoformat(one["first_seen_at"]) for one in found] == newest
    texts = {mention.text for mention, _ in ledger.rows}
    assert len(found) == 20 and all(one["text"] in texts for one in found)


def test_the_rule_has_something_to_leave_out(ledger: Ledger) -> None:
    """Else equality would say little."""
    assert len(ledger.rows) > len(ledger.counted(EVER))
    assert sum(len(case.obligations) for case in ledger.cases) > len(ledger.duties(EVER))
    assert any(reply_overdue(o, NOW) for o in live_obligations(live_cases(ledger.cases)))
    assert len(ledger.counted(LAST_7_DAYS)) != len(ledger.counted(LAST_WEEK))
    assert ledger.counted(WEEK_BEFORE) == []
