"""One JSON line in, one JSON line out."""

import json

import pytest
from nlp_plan import NOW, analyser

from nlp.score import score_line

KEYS = {"id", "relevant", "relevance_reason", "polarity", "sentiment", "stance", "categories",
        "places", "urgency"}  # fmt: skip


def test_a_line_without_context_is_taken_for_our_own_channel_and_says_so():
    answer = score_line(
        {"id": 7, "platform": "douyin", "text": "排队两小时，没人管"}, analyser(), NOW
    )
    assert set(answer) == KEYS | {"assumed_context"}
    assert (answer["id"], answer["assumed_context"]) == (7, "own_channel")
    assert answer["relevant"] is True


def test_a_line_with_context_is_judged_by_it():
    raw = {
        "id": "a",
        "platform": "douyin",
        "text": "排队两小时，没人管",
        "context": {"query": "莲花山"},
    }
    answer = score_line(raw, analyser(), NOW)
    assert set(answer) == KEYS
    assert (answer["relevant"], answer["relevance_reason"]) == (False, "undetermined")
    assert (answer["categories"], answer["urgency"]) == ([], "none")


def test_the_answer_is_json_and_quotes_the_text():
    text = "天定山门口出租车拒载，气人"
    answer = score_line({"id": "b", "platform": "weibo", "text": text}, analyser(), NOW)
    (tag,) = json.loads(json.dumps(answer, ensure_ascii=False))["categories"]
    assert tag["code"] == "taxi_refusal"
    for one in tag["evidence"]:
        assert text[one["start"] : one["end"]] == one["text"]
        assert one["why"]
    assert answer["places"] == ["天定山滑雪场"]


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ({"platform": "weibo", "text": "x"}, "id"),
        ({"id": True, "platform": "weibo", "text": "x"}, "id"),
        ({"id": 1, "text": "x"}, "缺少 platform"),
        ({"id": 1, "platform": "weibo"}, "缺少 text"),
        ({"id": 1, "platform": "weibo", "text": None}, "text"),
        ({"id": 1, "platform": "weibo", "text": "x", "context": "own"}, "context"),
        ({"id": 1, "platform": "weibo", "text": "x", "context": {"own": True}}, "own"),
        ({"id": 1, "platform": "weibo", "text": "x", "context": {"own_channel": 1}}, "own_channel"),
    ],
)
def test_a_bad_line_says_what_is_wrong(raw, says):
    with pytest.raises(ValueError, match=says):
        score_line(raw, analyser(), NOW)


def test_what_must_not_leave_is_masked_before_it_is_read() -> None:
    text = "天定山门口司机拒载，请回电 13912345678"
    answer = score_line({"id": "p", "platform": "weibo", "text": text}, analyser(), NOW)
    assert "13912345678" not in repr(answer)
    [taxi] = [c for c in answer["categories"] if c["code"] == "taxi_refusal"]  # type: ignore[attr-defined]
    one = taxi["evidence"][0]
    assert text[one["start"] : one["end"]] == one["text"]
    assert "拒载" in one["text"]
