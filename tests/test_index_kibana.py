"""The boards as code, without a Kibana: what it would refuse, or show nothing for, fails here."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from kibanastub import StubKibana, refusals
from loopback import Loopback, Reply

from domain.errors import SearchUnavailable
from index.differing import differences
from index.kibana.boards import boards
from index.kibana.bodies import dashboard, data_view
from index.kibana.filters import Every, Has, Not, Past, Some, equals, kql, query
from index.kibana.panels import AnyPanel, Board, Box, Panel, Texts, aggregated, asked, row
from index.kibana.server import Kibana, connect
from index.kibana.spans import LAST_7_DAYS, LAST_WEEK, WEEK_BEFORE, Span
from index.kibana.views import Views
from index.mappings import body as index_body

VIEWS = Views("tingxue-", drill=False)
BOARDS = boards(VIEWS)
EVERY = [(board, panel) for board in BOARDS for panel in board.panels]
NOW = datetime(2026, 12, 28, 0, 30, tzinfo=UTC)  # Monday 08:30 in Changchun
AGGREGATABLE = {"keyword", "date", "boolean", "integer", "float"}
NUMBERS = {"integer", "float"}
each_panel = pytest.mark.parametrize(
    ("board", "panel"), EVERY, ids=[f"{b.board_id}-{p.key}" for b, p in EVERY]
)
each_board = pytest.mark.parametrize("board", BOARDS, ids=[board.board_id for board in BOARDS])


FIELDS = {view.kind: index_body(view.kind)["mappings"]["properties"] for view in VIEWS.every()}


def mapping(panel: AnyPanel | Board) -> dict[str, Any]:
    fields: dict[str, Any] = FIELDS[panel.view.kind]
    return fields


# --- what is shown


def test_there_are_five_boards_in_chinese_for_office_and_drill() -> None:
    names = ["舆情总览", "投诉与办理", "来源健康", "事件研判", "周报"]
    assert [board.title for board in BOARDS] == names
    drill = boards(Views("drill-", drill=True))
    assert [board.title for board in drill] == [f"【演练】{name}" for name in names]
    assert not {b.board_id for b in drill} & {b.board_id for b in BOARDS}


def test_every_label_that_people_read_is_chinese() -> None:
    said = [panel.title for _, panel in EVERY]
    said += [control.title for board in BOARDS for control in board.controls]
    for _, panel in EVERY:
        if isinstance(panel, Texts):
            said += [heading for _, heading in panel.columns]
            continue
        said += [bucket.label for bucket in panel.by]
        said += [measure.label for measure in panel.measures]
    said += [label for view in VIEWS.every() for _, label in view.labels]
    assert [text for text in said if not any("一" <= char <= "鿿" for char in text)] == []


def test_a_code_is_shown_by_its_name() -> None:
    coded = {"platform", "polarity", "categories", "urgency", "stance", "kind", "duty", "state",
             "outcome", "source", "reason"}  # fmt: skip
    seen = {b.field for _, p in EVERY if isinstance(p, Panel) for b in p.by}
    seen |= {control.field for board in BOARDS for control in board.controls}
    seen |= {name for _, p in EVERY if isinstance(p, Texts) for name, _ in p.columns}
    assert seen & coded == set()


@each_board
def test_no_two_panels_overlap_and_all_stay_on_the_grid(board: Board) -> None:
    for one, other in itertools.combinations(board.panels, 2):
        assert not _overlap(one.box, other.box), (one.key, other.key)
    assert all(p.box.x >= 0 and p.box.x + p.box.w <= 48 and p.box.h >= 1 for p in board.panels)


def _overlap(a: Box, b: Box) -> bool:
    return a.x < b.x + b.w and b.x < a.x + a.w and a.y < b.y + b.h and b.y < a.y + a.h


def test_a_row_that_does_not_fill_the_grid_is_refused() -> None:
    with pytest.raises(ValueError, match="47 columns"):
        list(row(0, 5, 24, 23))


@each_board
def test_panel_ids_are_unique_on_their_board(board: Board) -> None:
    keys = [panel.key for panel in board.panels]
    assert len(set(keys)) == len(keys)


def test_ids_are_the_same_at_every_start() -> None:
    again = boards(Views("tingxue-", drill=False))
    assert [dashboard(board) for board in again] == [dashboard(board) for board in BOARDS]
    assert [board.board_id for board in BOARDS] == [
        "tingxue-overview", "tingxue-handling", "tingxue-sources", "tingxue-event",
        "tingxue-weekly",
    ]  # fmt: skip
    assert [view.view_id for view in VIEWS.every()] == [
        "tingxue-mentions", "tingxue-cases", "tingxue-obligations", "tingxue-deliveries",
        "tingxue-runs",
    ]  # fmt: skip


# --- what the index must have for it


@each_panel
def test_every_field_is_in_the_mapping_with_a_type_that_counts(
    board: Board, panel: AnyPanel
) -> None:
    fields = mapping(panel)
    for name in asked(panel):
        assert fields[name]["type"] in AGGREGATABLE, name
    if isinstance(panel, Texts):
        assert [name for name, _ in panel.columns if name not in fields] == []
        return
    for name, what in aggregated(panel):
        kind = fields[name]["type"]
        assert kind in AGGREGATABLE, name
        if what == "times":
            assert kind == "date", name
        if what in ("sum", "average", "percentile"):
            assert kind in NUMBERS, name
        if what == "max":
            assert kind in NUMBERS | {"date"}, name


@each_panel
def test_a_panel_keeps_the_counting_rule_of_its_documents(board: Board, panel: AnyPanel) -> None:
    said = kql(panel.chosen) if panel.chosen else ""
    match panel.view.kind.name:
        case "mentions":
            assert "(relevant: true) and (drill: false)" in said
        case "cases":
            assert 'not (status: ("不属本部门" or "误报" or "合并"))' in said
        case "obligations":
            assert "not (transferred_to: *)" in said and "not (case_status: (" in said
        case "deliveries":
            assert "drill: false" in said


@each_panel
def test_a_control_reaches_only_panels_that_have_its_field(board: Board, panel: AnyPanel) -> None:
    """Kibana asks every data view for a control's field; one that lacks it would show nothing."""
    if isinstance(panel, Panel) and panel.free:
        assert panel.view is not board.view
        return
    fields = mapping(panel)
    for control in board.controls:
        assert fields[control.field]["type"] == "keyword", control.field


def test_data_views_name_only_fields_that_are_there() -> None:
    for view in VIEWS.every():
        fields = FIELDS[view.kind]
        assert [name for name, _ in view.labels if name not in fields] == []
        assert fields[view.kind.time_field]["type"] == "date"


# --- what Kibana is told


@each_board
def test_kibana_would_take_the_board(board: Board) -> None:
    assert refusals(json.loads(json.dumps(dashboard(board)))) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body.update(colour="red"),
        lambda body: body["panels"][0]["config"].update(colour="red"),
        lambda body: body["panels"][0]["config"]["metrics"][0].pop("type"),
        lambda body: body["panels"][0]["config"].pop("data_source"),
        lambda body: body["panels"][0]["grid"].update(w=49),
        lambda body: body["panels"][4]["config"]["layers"][0].update(colour="red"),
        lambda body: body["panels"][4]["config"].update(data_source={}),
        lambda body: body["panels"][0].update(type="lens"),
        lambda body: body["pinned_panels"][0]["config"].pop("field_name"),
    ],
)
def test_the_schema_refuses_what_kibana_would(spoil: Any) -> None:
    body = json.loads(json.dumps(dashboard(BOARDS[0])))
    spoil(body)
    assert refusals(body)


def test_a_condition_says_the_same_in_both_languages() -> None:
    late = Some((Every((equals("status", "待签收"), Past("ack_due"))), Not(Has("replied_at"))))
    assert kql(late) == '((status: "待签收") and (ack_due < now)) or (not (replied_at: *))'
    assert query(late, NOW) == {"bool": {"minimum_should_match": 1, "should": [
        {"bool": {"filter": [
            {"terms": {"status": ["待签收"]}}, {"range": {"ack_due": {"lt": NOW.isoformat()}}},
        ]}},
        {"bool": {"must_not": [{"exists": {"field": "replied_at"}}]}},
    ]}}  # fmt: skip
    assert kql(equals("text", 'a"b\\')) == 'text: "a\\"b\\\\"'


def test_a_span_is_days_and_weeks_of_changchun() -> None:
    said = {span: [f"{at:%m-%d %H:%M:%S}" for at in span.bounds(NOW)] for span in (
        LAST_7_DAYS, LAST_WEEK, WEEK_BEFORE)}  # fmt: skip
    assert said == {
        LAST_7_DAYS: ["12-21 16:00:00", "12-28 00:30:00"],
        LAST_WEEK: ["12-20 16:00:00", "12-27 15:59:59"],
        WEEK_BEFORE: ["12-13 16:00:00", "12-20 15:59:59"],
    }
    with pytest.raises(ValueError, match="now-1M"):
        Span("now-1M", "now").bounds(NOW)


# --- pushed to a stub


@pytest.fixture
def stub() -> StubKibana:
    return StubKibana()


@pytest.fixture
def kibana(stub: StubKibana) -> Iterator[Kibana]:
    with Loopback(stub) as server:
        made = connect(server.address, stub.key)
        yield made
        made.close()


def pushed(kibana: Kibana) -> int:
    return kibana.push(VIEWS.every(), BOARDS, kibana.changes(VIEWS.every(), BOARDS))


def test_pushing_twice_writes_once_data_views_first(kibana: Kibana, stub: StubKibana) -> None:
    assert pushed(kibana) == 10
    assert stub.writes == [v.view_id for v in VIEWS.every()] + [b.board_id for b in BOARDS]
    assert kibana.changes(VIEWS.every(), BOARDS) == []
    assert pushed(kibana) == 0 and len(stub.writes) == 10


def test_what_somebody_changed_is_named_and_put_back(kibana: Kibana, stub: StubKibana) -> None:
    pushed(kibana)
    stub.boards["tingxue-weekly"]["panels"][0]["config"]["title"] = "改过了"
    stub.boards["tingxue-weekly"]["panels"].pop()
    stub.views["tingxue-runs"]["name"] = "改过了"
    found = kibana.changes(VIEWS.every(), BOARDS)
    assert [(change.object_id, change.paths) for change in found] == [
        ("tingxue-runs", ("name",)),
        ("tingxue-weekly", ("panels（15 项，应为 16 项）", "panels[0].config.title")),
    ]
    assert found[0].line == "数据视图 听雪·采集（tingxue-runs）：1 处不同：name"
    assert pushed(kibana) == 2 and kibana.changes(VIEWS.every(), BOARDS) == []


def test_a_space_of_its_own_is_named_in_the_path(stub: StubKibana) -> None:
    with Loopback(stub) as server:
        kibana = connect(server.address, stub.key, space="office")
        kibana.check()
        kibana.changes(VIEWS.every()[:1], ())
        kibana.close()
        assert [one.path for one in server.seen] == [
            "/api/status", "/s/office/api/data_views/data_view/tingxue-mentions",
        ]  # fmt: skip


def test_a_board_that_kibana_refuses_is_an_error_with_its_reason(kibana: Kibana) -> None:
    wrong = replace(BOARDS[0], panels=(replace(BOARDS[0].panels[0], box=Box(0, 0, 49, 0)),))
    with pytest.raises(ValueError, match="beyond the grid"):
        kibana.push((), (wrong,), kibana.changes((), (BOARDS[0],)))
    flat = replace(BOARDS[0], panels=(replace(BOARDS[0].panels[0], box=Box(0, 0, 48, 0)),))
    with pytest.raises(SearchUnavailable, match=r"不接受这个看板.*panels"):
        kibana.push((), (flat,), kibana.changes((), (BOARDS[0],)))


@pytest.mark.parametrize(
    ("stub", "said"),
    [
        (StubKibana(key="another"), "不认这个密钥"),
        (StubKibana(has_boards=False), "没有这个接口，看板接口从 9.5 起才有"),
    ],
)
def test_a_wrong_key_and_a_missing_interface_are_told_apart(stub: StubKibana, said: str) -> None:
    with Loopback(stub) as server:
        kibana = connect(server.address, "key")
        with pytest.raises(SearchUnavailable, match=said) as caught:
            kibana.changes((), BOARDS)
        kibana.close()
    assert "key" not in str(caught.value)


def test_an_old_kibana_is_refused_before_anything_is_written() -> None:
    stub = StubKibana(version="9.4.2")
    with Loopback(stub) as server:
        kibana = connect(server.address, stub.key)
        with pytest.raises(SearchUnavailable, match=r"9\.4\.2，看板接口要 9\.5"):
            kibana.check()
        kibana.close()


def test_something_else_than_a_kibana_is_said_to_be_that() -> None:
    with Loopback(lambda _: Reply(body=b"<html>hello</html>")) as server:
        kibana = connect(server.address, "")
        with pytest.raises(SearchUnavailable, match="不是 Kibana"):
            kibana.check()
        kibana.close()


def test_a_kibana_that_is_not_there_says_what_to_check(tmp_path: Path) -> None:
    kibana = connect("http://127.0.0.1:9", "")
    with pytest.raises(SearchUnavailable, match="连不上 Kibana；请检查 --url"):
        kibana.check()
    kibana.close()
    with pytest.raises(SearchUnavailable, match="读不出来；请检查 --ca-file"):
        connect("https://127.0.0.1:9", "", ca_file=str(tmp_path / "none.crt"))


def test_defaults_that_kibana_adds_are_no_difference() -> None:
    view = data_view(VIEWS.mentions)
    assert differences(view, {**view, "version": "1"}) == []
    assert differences({"a": [1, 2]}, {"a": [1, 3]}) == ["a[1]"]
    assert differences({"a": ""}, {}) == []
