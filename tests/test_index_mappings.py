"""The mappings by themselves: strict, the same everywhere, and of types that every server has."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from contracts.search_contract import USER_WORDS, a_doc, full_doc
from elasticworld import NAMES

from domain.actions import SYSTEM_ACTIONS
from domain.reviews import Review, ReviewState
from domain.search import SearchQuery
from domain.types import (
    Actor,
    Alert,
    Case,
    CaseEvent,
    Counts,
    Delivery,
    Duty,
    Level,
    Obligation,
    Outcome,
    Polarity,
    Role,
    Sighting,
    SourceRun,
    State,
)
from index.elasticdocs import from_source, lonely, spaced, to_source
from index.elasticquery import BEST, NEWEST, asked
from index.elasticrecords import ElasticRecords
from index.mappings import KINDS, MENTIONS, body, template
from index.words import Cutter, plain

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
CUTTER = Cutter(USER_WORDS)
CORE = {"keyword", "text", "date", "boolean", "integer", "long", "float", "object"}
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


def properties(kind: Any) -> dict[str, Any]:
    found: dict[str, Any] = body(kind)["mappings"]["properties"]
    return found


@each_kind
def test_nothing_but_what_is_declared_is_taken(kind: Any) -> None:
    assert body(kind)["mappings"]["dynamic"] == "strict"
    assert {field["type"] for field in properties(kind).values()} <= CORE
    assert properties(kind)[kind.time_field]["type"] == "date"


@each_kind
def test_a_template_carries_the_same_mapping(kind: Any) -> None:
    made = template(kind, "tingxue-")
    assert made["index_patterns"] == [f"tingxue-{kind.name}-*"]
    assert made["template"] == body(kind) and made["_meta"]["managed_by"] == "tingxue"


@pytest.mark.full
def test_the_hash_of_a_mapping_is_the_same_in_every_process() -> None:
    script = "from index.mappings import *; print([body(k)['mappings']['_meta'] for k in KINDS])"
    root = str(Path(__file__).parents[1])
    said = {
        subprocess.run(
            [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": root},
        ).stdout for seed in ("1", "2", "3")
    }  # fmt: skip
    assert len(said) == 1 and "hash" in said.pop()


def test_filters_of_people_are_fields_that_can_be_counted() -> None:
    for name in ("platform_name", "category_names", "places", "level", "departments",
                 "polarity_name", "reason_kind"):  # fmt: skip
        assert properties(MENTIONS)[name]["type"] == "keyword"


@pytest.mark.parametrize("doc", [full_doc(), a_doc(""), a_doc("\ud800拒载\x00"), a_doc("雪" * 9)])
def test_a_document_goes_there_and_back(doc: Any) -> None:
    source = to_source(doc, NAMES, CUTTER)
    assert set(source) <= set(properties(MENTIONS))
    sent = json.dumps(source, ensure_ascii=False).encode()  # UTF-8 or an error
    assert from_source(json.loads(sent)) == doc


def test_texts_are_cut_so_that_the_server_finds_the_same_runs() -> None:
    said = spaced(plain("天定山，ＡＴＶ 3.5元😡かな㐀"))
    assert said.split() == ["天定山", "atv", "3", "5", "元", "u1f621", "u304b", "u306a", "㐀"]
    words = ("天定", "车", "300元", "元车", "a车b")
    assert [word for word in words if lonely(spaced(plain(word)))] == ["车", "300元", "a车b"]


def test_a_query_asks_phrases_and_lets_words_weigh() -> None:
    query = SearchQuery(words=("天定山", "车", "！"), platforms=("weibo",), levels=(Level.RED,),
                        since=NOW, polarity=Polarity.NEGATIVE, reasons=("place",))  # fmt: skip
    what, order = asked(query, CUTTER)
    said = what["bool"]
    assert said["must"] == [
        {"match_phrase": {"body": {"query": "天定山"}}},
        {"match_phrase": {"body.uni": {"query": "车"}}},
    ]
    assert [clause["match"]["words"]["boost"] for clause in said["should"]] == [3.0, 3.0]
    assert {"range": {"first_seen_at": {"gte": "2026-11-23T06:00:00+00:00"}}} in said["filter"]
    assert {"terms": {"level": ["红"]}} in said["filter"]
    assert {"term": {"relevant": {"value": True}}} in said["filter"]
    assert order == BEST
    assert asked(SearchQuery(words=("！",)), CUTTER)[1] == NEWEST


# --- beside the mentions --------------------------------------------------------------------------


def a_case(**changed: Any) -> Case:
    owed = Obligation(
        case_id="LHS-20261123-0001", department="住建局", duty=Duty.LEAD, status=State.SIGNED,
        opened_at=NOW, clock_from=NOW, ack_due=NOW + timedelta(minutes=15),
        reply_due=NOW + timedelta(hours=8), acknowledged_at=NOW + timedelta(minutes=30), **changed,
    )  # fmt: skip
    return Case(
        case_id="LHS-20261123-0001", categories=("taxi_refusal",), place="天定山滑雪场",
        level=Level.YELLOW, status=State.SIGNED, mention_ids=("a", "b"), opened_at=NOW,
        last_report_at=NOW, version=3, obligations=(owed,),
    )  # fmt: skip


def rows(record: Any) -> dict[str, dict[str, Any]]:
    """kind -> the one document of it."""
    made = ElasticRecords(None, NAMES)._rows(record)  # type: ignore[arg-type]
    found = {kind: json.loads(row.source) for kind, row in made}
    for kind, source in found.items():
        assert set(source) <= set(properties(kind))
    return {kind.name: source for kind, source in found.items()}


def test_an_obligation_says_what_has_happened_and_what_is_owed() -> None:
    shown = rows(a_case())
    assert shown["cases"]["category_names"] == ["拒载"] and shown["cases"]["mentions"] == 2
    owed = shown["obligations"]
    assert (owed["ack_minutes"], owed["ack_late"], owed["owes_ack"]) == (30.0, True, False)
    assert (owed["owes_reply"], "reply_minutes" in owed, "reply_late" in owed) == (
        True, False, False,
    )  # fmt: skip
    assert not rows(a_case(transferred_to="商务局"))["obligations"]["owes_reply"]


def test_a_delivery_and_a_run_say_how_long_they_took() -> None:
    alert = Alert(alert_id="a", case_id=None, purpose="new", level=Level.RED, title="题",
                  body="文", created_at=NOW, drill=False)  # fmt: skip
    sent = Delivery(
        delivery_id="d", alert=alert, receiver="住建局", channel="file", fallback=(), state="sent",
        attempts=1, unconfirmed=0, next_at=NOW, accepted_at=NOW + timedelta(seconds=3),
    )  # fmt: skip
    shown = rows(sent)["deliveries"]
    assert (shown["seconds"], shown["state_name"]) == (3.0, "已送达")
    assert not {"title", "body"} & set(shown)
    run = SourceRun(run_id="r", source="ccrb", started_at=NOW, outcome=Outcome.SCHEMA_CHANGED,
                    finished_at=NOW + timedelta(minutes=1))  # fmt: skip
    said = rows(run)["runs"]
    assert (said["seconds"], said["outcome_name"], said["well"], said["source_name"]) == (
        60.0, "页面改版，无法识别", False, "长春日报",
    )  # fmt: skip
    assert (
        rows(SourceRun(run_id="r", source="x", started_at=NOW))["runs"]["outcome_name"] == "未结束"
    )


def test_counts_say_what_was_shown_and_nothing_else() -> None:
    counts = Counts(likes=3, views=10**10, lower_bounds=frozenset({"views"}))
    shown = rows(Sighting(mention_id="a", seen_at=NOW, counts=counts, source="ccrb"))["sightings"]
    assert shown == {
        "mention_id": "a", "seen_at": NOW.isoformat(), "source": "ccrb", "source_name": "长春日报",
        "likes": 3, "views": 10**10, "lower_bounds": ["views"],
    }  # fmt: skip


def test_a_step_says_what_was_done_and_neither_who_did_it_nor_what_was_noted() -> None:
    actor = Actor(name="王某", role=Role.HANDLER, department="住建局")
    event = CaseEvent(case_id="LHS-20261123-0001", no=2, at=NOW, actor=actor, action="reply",
                      department="住建局", to_state="待审核", note="已约谈驾驶员王某")  # fmt: skip
    shown = rows(event)["steps"]
    assert (shown["action_name"], shown["department"], shown["role"]) == (
        "答复", "住建局", str(Role.HANDLER),
    )  # fmt: skip
    assert "王某" not in str(shown)
    assert rows(replace(event, action="open"))["steps"]["action_name"] == SYSTEM_ACTIONS["open"]


def test_an_item_of_the_review_list_says_how_it_stands() -> None:
    item = Review(review_id="YP-20261123-0001", state=ReviewState.DISMISSED, mention_ids=("a", "b"),
                  opened_at=NOW, due_at=NOW, next_at=NOW, decided_at=NOW, decided_by="王某",
                  reason="王某看过")  # fmt: skip
    shown = rows(item)["reviews"]
    assert (shown["state"], shown["mentions"], shown["decided_at"]) == (
        "非投诉", 2, NOW.isoformat(),
    )  # fmt: skip
    assert "王某" not in str(shown)
