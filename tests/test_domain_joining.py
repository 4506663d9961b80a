"""Under which keys a report is filed, and for how long they join."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from domain.joining import PARENT_LIMIT, is_worksheet, keys_for, said, windows
from domain.types import ComplaintTag, Context, Kind, Mention, Polarity, Stance, Urgency, Verdict

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
POST = Mention(
    mention_id="p" * 24, platform="weibo", native_id="1", kind=Kind.POST, title="题", text="文",
    url="", parent_id=None, author_ref=None, published_at=None, first_seen_at=NOW, due_at=None,
    ip_region="", queries=(), source="test", context=Context(), drill=False,
)  # fmt: skip
VERDICT = Verdict(
    mention_id="p" * 24, relevant=True, reason="", places=("天定山", "国信"),
    stance=Stance.EXPERIENCE, sentiment=-1.0, polarity=Polarity.NEGATIVE,
    complaints=tuple(ComplaintTag(category=c, confidence=1.0, evidence=()) for c in ("a", "b")),
    urgency=Urgency.BLUE, version="1", scored_at=NOW,
)  # fmt: skip


def test_a_report_is_filed_by_its_text_its_thread_and_its_category_and_place() -> None:
    assert keys_for(POST, VERDICT, ("f1", "f2")) == (
        "text:f1", "text:f2", f"thread:{'p' * 24}",
        "event:a:天定山", "event:a:国信", "event:b:天定山", "event:b:国信",
    )  # fmt: skip


def test_a_comment_is_filed_under_the_thread_of_its_post() -> None:
    comment = replace(POST, mention_id="c" * 24, kind=Kind.COMMENT, parent_id=POST.mention_id)
    assert f"thread:{POST.mention_id}" in keys_for(comment, VERDICT, ())


def test_below_a_post_of_the_resort_there_is_no_one_event() -> None:
    own = replace(POST, parent_id="o" * 24, context=Context(own_channel=True))
    keys = keys_for(own, replace(VERDICT, complaints=()), ("f1",))
    assert keys == ("text:f1",)


def test_without_a_place_a_category_joins_nothing() -> None:
    assert not [k for k in keys_for(POST, replace(VERDICT, places=()), ()) if "event" in k]


def test_only_a_call_is_a_worksheet() -> None:
    assert [kind for kind in Kind if is_worksheet(replace(POST, kind=kind))] == [Kind.CALL]


def test_texts_join_for_three_days_threads_for_a_week_events_as_configured() -> None:
    keys = ("text:x", "thread:y", "event:parking:a:b")
    assert windows(keys, NOW, 6) == {
        "text:x": NOW - timedelta(days=3),
        "thread:y": NOW - timedelta(days=7),
        "event:parking:a:b": NOW - timedelta(hours=6),
    }


def test_a_comment_keeps_a_bounded_piece_of_its_post() -> None:
    assert said(POST) == "题\n文"
    assert said(replace(POST, title="")) == "文"
    assert len(said(replace(POST, text="长" * 9_000))) == PARENT_LIMIT
