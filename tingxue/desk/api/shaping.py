"""From what the pages show to what the API answers with."""

from domain.types import Case, Obligation, Verdict
from ledger.attachments import Filed
from ledger.worklists import CaseLine, OwedLine
from tingxue.desk.access import Offer
from tingxue.desk.api import shapes
from tingxue.desk.casefile import CaseFile, Step, Text
from tingxue.desk.pages.now import Section
from tingxue.desk.pages.reviews import Item


def line(one: CaseLine) -> shapes.Line:
    """A case as one line."""
    return shapes.Line(
        case_id=one.case_id, level=one.level, status=one.status, categories=one.categories,
        place=one.place, opened_at=one.opened_at, last_report_at=one.last_report_at,
        unverified=one.unverified, reports=one.reports,
        parts=[shapes.Part(department=name, status=state) for name, state in one.parts],
    )  # fmt: skip


def owed(one: OwedLine) -> shapes.Owed:
    """What a department owes."""
    return shapes.Owed(**{name: getattr(one, name) for name in shapes.Owed.__slots__})


def section(one: Section) -> shapes.Section:
    """A list of 现在."""
    return shapes.Section(
        key=one.key, title=one.title, total=one.total, lines=list(map(owed, one.lines))
    )


def whole(file: CaseFile, verdicts: dict[str, Verdict]) -> shapes.Whole:
    """Everything on the case's page. verdicts: of the reports shown."""
    case: Case = file.case
    plain = {
        name: getattr(case, name)
        for name in (
            "case_id", "version", "level", "status", "categories", "place", "opened_at",
            "last_report_at", "unverified_since", "registered_at", "acceptance_due",
            "settlement_due", "mention_ids",
        )
    }  # fmt: skip
    return shapes.Whole(
        **plain, linked=[one.case_id for one in file.linked],
        reports=[
            report(one, verdicts.get(one.mention.mention_id), case.case_id) for one in file.texts
        ],
        obligations=[_owing(one) for one in case.obligations],
        offers=[_may_do(one) for one in file.offers], history=[_event(one) for one in file.steps],
        attachments=[_file(one) for one in file.attached],
    )  # fmt: skip


def report(text: Text, verdict: Verdict | None, case_id: str | None) -> shapes.Report:
    """A mention as the pages show it."""
    one = text.mention
    return shapes.Report(
        mention_id=one.mention_id, platform=one.platform, kind=str(one.kind), title=one.title,
        text=one.text, url=text.url, published_at=one.published_at,
        first_seen_at=one.first_seen_at, case_id=case_id,
        verdict=_reading(verdict) if verdict else None,
    )  # fmt: skip


def waiting(item: Item, verdicts: dict[str, Verdict]) -> shapes.Waiting:
    """An item of 待研判. verdicts: of the texts shown."""
    return shapes.Waiting(
        review_id=item.review.review_id, opened_at=item.review.opened_at,
        due_at=item.review.due_at, reports=len(item.review.mention_ids),
        categories=item.categories, places=item.places, likelihood=item.likelihood,
        urgent=item.urgent,
        texts=[report(one, verdicts.get(one.mention.mention_id), None) for one in item.texts],
    )  # fmt: skip


def _reading(one: Verdict) -> shapes.Reading:
    tags = [
        shapes.Tag(
            category=tag.category, confidence=tag.confidence,
            evidence=[(e.start, e.end, e.why) for e in tag.evidence],
        )
        for tag in one.complaints
    ]  # fmt: skip
    return shapes.Reading(
        relevant=one.relevant, reason=one.reason, places=one.places, stance=str(one.stance),
        sentiment=one.sentiment, polarity=str(one.polarity), urgency=str(one.urgency),
        complaints=tags, scored_at=one.scored_at,
    )  # fmt: skip


def _owing(one: Obligation) -> shapes.Owing:
    values = {name: getattr(one, name) for name in shapes.Owing.__slots__}
    return shapes.Owing(**values | {"duty": str(one.duty)})


def _may_do(one: Offer) -> shapes.MayDo:
    return shapes.MayDo(action=one.rule.action, department=one.department)


def _event(step: Step) -> shapes.Event:
    one = step.event
    return shapes.Event(
        no=one.no, at=one.at, actor=one.actor.name, actor_department=one.actor.department,
        action=one.action, department=one.department, from_state=one.from_state,
        to_state=one.to_state, note=one.note, more=step.more,
    )  # fmt: skip


def _file(one: Filed) -> shapes.File:
    known = one.attachment
    return shapes.File(
        attachment_id=known.attachment_id, department=one.department, event_no=one.event_no,
        name=known.name, kind=known.kind, size=known.size, sha256=known.sha256,
    )  # fmt: skip
