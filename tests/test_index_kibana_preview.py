"""The preview's pages: safe, self-contained, and with the numbers that were asked for."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.times import shanghai
from index.kibana.asking import Asker, Cell, read, request
from index.kibana.boards import boards
from index.kibana.drawing import colours, drawn, shown, texts
from index.kibana.panels import Measure, Panel, Texts, Values
from index.kibana.preview import busiest, pages
from index.kibana.spans import LAST_7_DAYS
from index.kibana.views import Views

NOW = datetime(2026, 12, 28, 0, 30, tzinfo=UTC)
BOARDS = boards(Views("tingxue-", drill=False))
BY_KEY = {f"{b.board_id}-{p.key}": p for b in BOARDS for p in b.panels}
EVIL = '<script>alert("1")</script>'


def panel(key: str) -> Panel:
    found = BY_KEY[f"tingxue-{key}"]
    assert isinstance(found, Panel)
    return found


class FakeServer:
    """Answers every search as if one bucket of each kind were there, named ``value``."""

    def __init__(self, value: str = "微博", count: int = 7) -> None:
        self.value, self.count = value, count
        self.asked: list[Mapping[str, Any]] = []

    def search(self, *, index: str, body: Mapping[str, Any]) -> "FakeServer":
        self.asked.append(body)
        return self

    @property
    def body(self) -> Mapping[str, Any]:
        asked = self.asked[-1]
        if "_source" in asked:
            source = {name: self.value for name in asked["_source"]}
            source["first_seen_at"] = NOW.isoformat()
            return {"hits": {"hits": [{"_source": source}] * 2}}
        hits = {"total": {"value": self.count}}
        return {"hits": hits, "aggregations": self._answered(asked.get("aggs", {}))}

    def _answered(self, aggs: Mapping[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, one in aggs.items():
            if "terms" in one or "date_histogram" in one:
                key = self.value if "terms" in one else int(NOW.timestamp() * 1000)
                inner = self._answered(one.get("aggs", {}))
                made[name] = {"buckets": [{"key": key, "doc_count": self.count, **inner}]}
            elif "filter" in one:
                inner = self._answered(one.get("aggs", {}))
                made[name] = {"doc_count": self.count, **inner}
            elif "percentiles" in one:
                made[name] = {"values": {"50.0": 9.0}}
            else:
                made[name] = {"value": 3.0}
        return made


def made(value: str = "微博") -> dict[str, str]:
    asker = Asker(FakeServer(value), NOW)  # type: ignore[arg-type]
    return pages(BOARDS, asker, {"tingxue-event": {"case_id": value}})


def test_every_board_is_a_page_that_asks_for_nothing() -> None:
    found = made()
    assert list(found) == [f"{board.board_id}.html" for board in BOARDS]
    for text in found.values():
        links = re.findall(r'(?:href|src|url)\s*[=(]\s*["\']?([^"\')\s>]+)', text)
        assert set(links) == set(found)  # one another, and nothing else
        assert "<script" not in text and "@import" not in text and "http" not in text


def test_words_of_visitors_stay_words() -> None:
    for text in made(EVIL).values():
        assert EVIL not in text and "<script" not in text
    assert "&lt;script&gt;" in made(EVIL)["tingxue-event.html"]


def test_a_page_says_of_when_it_is_and_what_was_chosen() -> None:
    text = made("LHS-20261226-0016")["tingxue-event.html"]
    assert "12月22日 — 12月28日" in text and "数据截至 12月28日 08:30" in text
    assert "案件编号：<b>LHS-20261226-0016</b>" in text and "平台：<b>全部</b>" in text


def test_a_chosen_case_is_asked_of_every_panel_of_its_board() -> None:
    server = FakeServer()
    asker = Asker(server, NOW)  # type: ignore[arg-type]
    (event,) = (board for board in BOARDS if board.board_id == "tingxue-event")
    assert busiest(event, "case_id", asker) == "微博"
    server.asked.clear()
    pages((event,), asker, {"tingxue-event": {"case_id": "LHS-1"}})
    assert len(server.asked) == len(event.panels)
    for body in server.asked:
        assert {"term": {"case_id": "LHS-1"}} in body["query"]["bool"]["filter"]


# --- one panel


def test_a_number_is_shown_with_its_unit() -> None:
    minutes = Measure(label="用时", unit="分钟")
    assert [shown(minutes, value) for value in (9, 119.4, 1230, None)] == [
        "9 分钟", "119 分钟", "20.5 小时", "—",
    ]  # fmt: skip
    assert shown(Measure(label="条"), 12345) == "12,345"
    moment = Measure(label="最近", unit="moment")
    assert shown(moment, NOW.timestamp() * 1000) == f"12月28日 {shanghai(NOW):%H:%M}"


def test_trouble_is_coloured_only_when_there_is_some() -> None:
    unsigned = panel("handling-unsigned")
    assert '"number bad"' in drawn(unsigned, [Cell((), (3,))])
    assert "bad" not in drawn(unsigned, [Cell((), (0,))])


def test_a_value_keeps_its_colour_and_negative_is_red() -> None:
    tints = colours(["中性", "负面", "甲", "乙"])
    assert tints["负面"] == colours(["负面"])["负面"] == "#ef6461"
    assert len(set(tints.values())) == 4


@pytest.mark.parametrize("key", [k for k, p in BY_KEY.items() if isinstance(p, Panel)])
def test_nothing_found_is_said(key: str) -> None:
    found = BY_KEY[key]
    assert isinstance(found, Panel)
    if found.form == "number":
        return
    assert "这段时间没有数据" in drawn(found, [])
    assert "这段时间没有数据" in texts(BY_KEY["tingxue-event-texts"], [])  # type: ignore[arg-type]


def test_columns_are_as_high_as_their_numbers() -> None:
    cells = [Cell(("2026-12-26", "负面"), (60,)), Cell(("2026-12-26", "正面"), (20,)),
             Cell(("2026-12-27", "负面"), (0,)), Cell(("2026-12-27", "正面"), (40,))]  # fmt: skip
    html = drawn(panel("overview-by_day"), cells)
    heights = [float(found) for found in re.findall(r'height="([\d.]+)" fill', html)]
    assert heights == [75.0, 25.0, 50.0]  # of 80, the first round number at or above
    assert ">80</b>" in html and ">40</b>" in html  # whole columns, in words
    assert "12/26" in html and html.index("负面") < html.index("正面")


def test_several_values_of_one_document_are_not_summed() -> None:
    cells = [Cell(("2026-12-26", "拒载"), (3,)), Cell(("2026-12-26", "绕道"), (2,))]
    assert "</b>" not in drawn(panel("overview-kinds"), cells)


def test_bars_are_ranked_by_their_whole_length() -> None:
    cells = [Cell(("甲局", "红"), (1,)), Cell(("乙局", "蓝"), (5,)), Cell(("甲局", "蓝"), (2,))]
    html = drawn(panel("handling-levels"), cells)
    assert html.index("乙局") < html.index("甲局") and "<b>3</b>" in html
    assert "width:100.00%" in html and "width:20.00%" in html


def test_a_heat_map_has_a_cell_for_every_pair() -> None:
    cells = [Cell(("拒载", "甲局"), (4,)), Cell(("绕道", "乙局"), (1,))]
    html = drawn(panel("handling-heat"), cells)
    assert html.count("<td") == 4 and html.count("<td></td>") == 2


def test_a_ring_is_divided_by_the_shares() -> None:
    html = drawn(panel("overview-polarity"), [Cell(("负面",), (3,)), Cell(("正面",), (1,))])
    arcs = [float(found) for found in re.findall(r'dasharray="([\d.]+)', html)]
    assert arcs[0] / arcs[1] == pytest.approx(3, rel=0.001) and "75%" in html


def test_a_text_shows_what_there_is_of_it() -> None:
    found = BY_KEY["tingxue-event-texts"]
    assert isinstance(found, Texts)
    html = texts(found, [{"first_seen_at": NOW.isoformat(), "text": EVIL, "places": ["甲", "乙"],
                          "polarity_name": "负面", "case_id": None}])  # fmt: skip
    assert "12月28日 08:30" in html and "甲、乙" in html and EVIL not in html
    assert "None" not in html


# --- the request


def test_colours_are_chosen_over_the_whole_time() -> None:
    """The breakdown is the outer bucket, as in Kibana: the same eight categories every day."""
    body = request(panel("overview-kinds"), LAST_7_DAYS, NOW, {})
    assert body["aggs"]["b"]["terms"]["size"] == 8
    assert "date_histogram" in body["aggs"]["b"]["aggs"]["b"]
    bucket = {"key": int(NOW.timestamp() * 1000), "doc_count": 2}
    answer = {"hits": {"total": {"value": 9}}, "aggregations": {"b": {"buckets": [
        {"key": "拒载", "doc_count": 2, "b": {"buckets": [bucket]}}]}}}  # fmt: skip
    assert read(panel("overview-kinds"), answer) == (Cell(("2026-12-28", "拒载"), (2.0,)),)


def test_values_are_ranked_by_the_first_number() -> None:
    mean = panel("weekly-replied")
    order = request(mean, LAST_7_DAYS, NOW, {})["aggs"]["b"]["terms"]["order"]
    assert order == [{"m0": "desc"}, {"_key": "asc"}]
    nested = replace(mean, form="table", by=(*mean.by, Values(field="level", label="级别")))
    outer = request(nested, LAST_7_DAYS, NOW, {})["aggs"]["b"]
    assert outer["terms"]["order"] == order and "m0" in outer["aggs"]
