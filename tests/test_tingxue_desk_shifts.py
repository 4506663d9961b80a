"""One shift at the desk: added, changed and removed under the checks of an imported table."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from deskclient import Office, Visitor, office
from world import MONDAY

from alerts.roster import on_duty
from domain.plan import DeskSpec, Plan
from domain.types import Actor, Role
from tingxue import disk, rosters, rostershifts

ROSTER = """
shifts:
  - {department: 住建局, person: 某甲, phone: 0431-8000-0001, from: 2026-11-22 17:00, to: 2026-11-23 08:30}
  - {department: 住建局, person: 某乙, phone: 0431-8000-0002, from: 2026-11-23 08:30, to: 2026-11-23 17:00}
  - {department: 城管局, person: 某戊, phone: 0431-8000-0005, from: 2026-11-23 00:00, to: 2026-12-08 00:00}
standing:
  - {department: 城管局, person: 某己, phone: 0431-8000-0006, days: 工作日, from: 08:30, to: 17:00}
"""  # noqa: E501
NIGHT = {
    "department": "住建局", "person": "某丙", "phone": "0431-8000-0003",
    "from": "2026-11-23T17:00", "to": "2026-11-24T08:30", "deputy": "", "deputy_phone": "",
    "instead_of": "",
}  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path, plan: Plan) -> Iterator[Office]:
    wide = replace(plan, desk=DeskSpec(idle_minutes=10**6, session_hours=10**5))
    with office(tmp_path, wide) as made:
        folder = made.world.app.home.config
        folder.mkdir(exist_ok=True)
        (folder / "roster.yaml").write_text(ROSTER, encoding="utf-8")
        yield made


@pytest.fixture
def keeper(desk: Office) -> Visitor:
    return desk.person("甲", Role.PUBLICITY, "宣传部")


def _send(one: Visitor, path: str, form: Mapping[str, str]) -> tuple[int, str]:
    answer = one.post(path, {"csrf": one.csrf} | form)
    return answer.status_code, answer.text


def _keys(one: Visitor, department: str = "住建局") -> list[str]:
    page = one.get(f"/roster?department={department}").text
    return re.findall(r'href="/roster/shift/([0-9a-f]{24})"', page)


def _people(desk: Office) -> list[tuple[str, str]]:
    shifts = rosters.present(desk.world.app.home.config).shifts
    return [(one.department, one.person) for one in shifts]


def test_a_shift_is_added_changed_and_removed_and_the_others_stay(
    desk: Office, keeper: Visitor
) -> None:
    app = desk.world.app
    assert len(_keys(keeper)) == 1  # what is over is not to be changed
    assert _send(keeper, "/roster/shift", NIGHT)[0] == 303
    assert _people(desk) == [
        ("住建局", "某甲"), ("城管局", "某戊"), ("住建局", "某乙"), ("住建局", "某丙"),
    ]  # fmt: skip
    desk.world.clock.move(8 * 3600)  # 18:00
    now = on_duty(app.roster().shifts, "住建局", app.clock(), app.terms.calendar)
    assert now is not None and now.person == "某丙"
    [key] = _keys(keeper)
    shown = keeper.get(f"/roster/shift/{key}").text
    assert 'value="某丙"' in shown and 'value="2026-11-24T08:30"' in shown
    later = NIGHT | {"person": "某丁", "to": "2026-11-24T09:00"}
    assert _send(keeper, f"/roster/shift/{key}", later)[0] == 303
    assert ("住建局", "某丁") in _people(desk) and ("住建局", "某丙") not in _people(desk)
    [key] = _keys(keeper)
    assert _send(keeper, f"/roster/shift/{key}/remove", {})[0] == 303
    assert _people(desk) == [("住建局", "某甲"), ("城管局", "某戊"), ("住建局", "某乙")]
    assert len(rosters.present(app.home.config).standing) == 1
    assert "某丁" in (app.home.config / "roster.yaml.old").read_text("utf-8")


def test_who_changed_what_is_in_the_audit_without_numbers(desk: Office, keeper: Visitor) -> None:
    _send(keeper, "/roster/shift", NIGHT)
    key = _keys(keeper)[1]
    _send(keeper, f"/roster/shift/{key}", NIGHT | {"deputy": "某丁", "deputy_phone": "12345"})
    _send(keeper, f"/roster/shift/{_keys(keeper)[1]}/remove", {})
    with desk.world.app.ledger.read() as books:
        lines = [o for o in books.audit.lines() if o["action"] == rostershifts.ACTION]
    span = "11月23日 17:00 至 11月24日 08:30"
    assert [(one["actor"], one["reason"]) for one in lines] == [
        ("甲", f"加一班：住建局 某丙 {span}"),
        ("甲", f"改一班：住建局 某丙 {span}，改为 住建局 某丙 {span}，备班某丁"),
        ("甲", f"删一班：住建局 某丙 {span}，备班某丁"),
    ]
    assert "改动排班" in keeper.get("/audit").text


@pytest.mark.parametrize(
    ("more", "says"),
    [({"from": "2026-11-23T16:00"}, "与某乙 11月23日 08:30 至 11月23日 17:00的班重叠"),
     ({"to": "2026-11-23T17:00"}, "结束时间必须晚于开始时间"), ({"person": ""}, "缺少值班人"),
     ({"department": "没有局"}, "没有「没有局」"), ({"phone": "打给我"}, "电话："),
     ({"instead_of": "某庚"}, "没有「某庚」"), ({"from": "昨天"}, "时间没有看懂"),
     ({"from": "", "to": ""}, "请填开始和结束"),
     ({"from": "2026-11-20T17:00", "to": "2026-11-21T17:00"}, "已经过去")],
)  # fmt: skip
def test_a_wrong_shift_is_refused_and_what_was_typed_stays(
    desk: Office, keeper: Visitor, more: Mapping[str, str], says: str
) -> None:
    keeper.get("/roster/shift")
    before = (desk.world.app.home.config / "roster.yaml").read_bytes()
    status, text = _send(keeper, "/roster/shift", NIGHT | {"deputy": "某人还在"} | more)
    assert (status, says in text, 'value="某人还在"' in text) == (400, True, True), text
    assert (desk.world.app.home.config / "roster.yaml").read_bytes() == before


def test_a_substitute_may_overlap_and_then_his_principal_can_not_go(
    desk: Office, keeper: Visitor
) -> None:
    keeper.get("/roster/shift")
    instead = {"from": "2026-11-23T12:00", "to": "2026-11-23T14:00", "instead_of": "某乙"}
    assert _send(keeper, "/roster/shift", NIGHT | instead)[0] == 303
    first = _keys(keeper)[0]
    status, text = _send(keeper, f"/roster/shift/{first}/remove", {})
    assert status == 400 and "某丙在 11月23日 12:00 至 11月23日 14:00替他的班" in text
    assert ("住建局", "某乙") in _people(desk)


def test_a_form_sent_twice_changes_the_roster_once(desk: Office, keeper: Visitor) -> None:
    keeper.get("/roster/shift")
    for _ in range(2):
        assert _send(keeper, "/roster/shift", NIGHT)[0] == 303
    key, later = _keys(keeper)[1], NIGHT | {"person": "某丁"}
    for _ in range(2):
        assert _send(keeper, f"/roster/shift/{key}", later)[0] == 303
    key = _keys(keeper)[1]
    for _ in range(2):
        assert _send(keeper, f"/roster/shift/{key}/remove", {})[0] == 303
    assert len(desk.audited(rostershifts.ACTION)) == 3


def test_of_two_who_change_one_shift_the_second_is_told(desk: Office, keeper: Visitor) -> None:
    keeper.get("/roster/shift")
    [key] = _keys(keeper)
    day = NIGHT | {"from": "2026-11-23T08:30", "to": "2026-11-23T17:00"}
    assert _send(keeper, f"/roster/shift/{key}", day)[0] == 303
    status, text = _send(keeper, f"/roster/shift/{key}", day | {"person": "某辛"})
    assert (status, "刚刚被改过" in text, 'value="某辛"' in text) == (409, True, True)
    assert keeper.get(f"/roster/shift/{key}").status_code == 400
    with disk.alone(desk.world.app.home.path / ".roster.lock"):
        status, text = _send(keeper, "/roster/shift", NIGHT)
    assert status == 409 and "另一人正在改值班表" in text


def test_only_those_who_may_import_may_change_a_shift(desk: Office, keeper: Visitor) -> None:
    [key] = _keys(keeper)
    paths = ("/roster/shift", f"/roster/shift/{key}", f"/roster/shift/{key}/remove")
    for name, role, at in (("乙", Role.HANDLER, "住建局"), ("丁", Role.REVIEWER, "宣传部")):
        other = desk.person(name, role, at)
        assert _keys(other) == [] and "加一班" not in other.get("/roster").text
        assert {other.get(path).status_code for path in paths[:2]} == {403}
        assert {_send(other, path, NIGHT)[0] for path in paths} == {403}
    assert _send(desk.person("丙", Role.ADMIN), "/roster/shift", NIGHT)[0] == 303


def test_what_is_over_is_not_changed(desk: Office) -> None:
    app = desk.world.app
    past = rosters.present(app.home.config).shifts[0]
    assert past.person == "某甲" and rostershifts.find(app, rostershifts.key_of(past)) is None
    by = Actor(name="甲", role=Role.PUBLICITY)
    with pytest.raises(Exception, match="已经过去"):
        rostershifts.put(app, by, None, old=rostershifts.key_of(past))
    assert MONDAY > past.end
