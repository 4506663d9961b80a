"""The API: the same lists and actions as the pages, behind the same doors, refused as problems."""

from collections.abc import Iterator
from typing import Any

import pytest
from deskclient import Office, Visitor, office

from domain.actions import RULES
from domain.plan import Plan
from domain.types import Role, State


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, plan: Plan) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("desk"), plan) as made:
        made.world.say(
            1, ["taxi_refusal"], text="天定山出租车拒载，电话13812345678", places=("天定山",),
            author="k:0123456789abcdef",
        )  # fmt: skip
        made.world.say(2, ["food_safety"], text="食堂饭菜有异味", places=("冰雪新天地",))
        made.world.say(3, ["taxi_refusal"], text="大概又是拒载", places=("莲花山",), sure=0.3)
        made.world.say(4, ["parking"], text="停车收费大概不对", places=("莲花山",), sure=0.3)
        yield made


@pytest.fixture
def visitor(desk: Office) -> Visitor:
    return person(desk, "甲", Role.PUBLICITY, "宣传部")


def person(desk: Office, name: str, role: Role, department: str) -> Visitor:
    with desk.world.app.ledger.read() as books:
        new = books.users.find(name) is None
    visitor = desk.person(name, role, department, new=new)
    visitor.csrf = visitor.get("/api/me").json()["csrf"]
    return visitor


def whole(visitor: Visitor, case_id: str, **more: object) -> dict[str, Any]:
    """A wish that nothing is wrong with."""
    version = visitor.get(f"/api/cases/{case_id}").json().get("version", 1)
    return {"token": "a-token-of-its-own", "version": version, "note": "看过", **more}


def test_what_there_is_is_told_to_whoever_is_signed_in(desk: Office, visitor: Visitor) -> None:
    assert desk.stranger().get("/api/openapi.json").status_code == 401
    for path in ("/openapi.json", "/docs", "/redoc"):
        assert visitor.get(path).status_code == 404
    described = visitor.get("/api/openapi.json").json()
    assert all(path.startswith("/api/") for path in described["paths"])
    assert len(described["paths"]) == 11
    actions = described["paths"]["/api/cases/{case_id}/{action}"]["post"]
    assert actions["requestBody"]["content"]["application/json"]["schema"]["properties"]["token"]
    assert [p["name"] for p in actions["parameters"]] == ["case_id", "action", "x-csrf-token"]
    assert described["components"]["schemas"]["Action"]["enum"] == list(RULES)


def test_the_lists_are_those_of_the_pages(desk: Office, visitor: Visitor) -> None:
    taxi, food = desk.world.cases()[:2]
    now = visitor.get("/api/now").json()
    unsigned = next(s for s in now["sections"] if s["key"] == "unsigned")
    assert {line["case_id"] for line in unsigned["lines"]} >= {food}
    assert now["reviews"] == visitor.get("/api/reviews").json()["total"]
    listed = visitor.get("/api/cases?category=taxi_refusal&since=2026-11-23").json()
    assert (listed["total"], [c["case_id"] for c in listed["cases"]]) == (1, [taxi])
    assert visitor.get("/api/cases?page=2").json()["cases"] == []
    mine = person(desk, "李住建", Role.HANDLER, "住建局")
    assert [c["case_id"] for c in mine.get("/api/cases").json()["cases"]] == [taxi]
    assert mine.get("/api/now").json()["reviews"] is None
    assert mine.get(f"/api/cases/{food}").status_code == 404
    case = mine.get(f"/api/cases/{taxi}")
    assert "13812345678" not in case.text and "0123456789abcdef" not in case.text
    [report] = case.json()["reports"]
    assert report["text"].startswith("天定山出租车拒载") and report["verdict"]["relevant"]
    assert mine.get(f"/api/mentions/{report['mention_id']}").json() == report
    other = visitor.get(f"/api/cases/{food}").json()["mention_ids"][0]
    assert mine.get(f"/api/mentions/{other}").status_code == 404


def test_an_action_sent_twice_is_one_event_and_answers_with_the_case(desk: Office) -> None:
    taxi = desk.world.cases()[0]
    signer = person(desk, "王住建", Role.HANDLER, "住建局")
    wish = whole(signer, taxi, department="住建局")
    answers = [signer.send(f"/api/cases/{taxi}/ack", wish) for _ in range(2)]
    assert [a.status_code for a in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["obligations"][0]["status"] == "已签收"
    assert desk.world.case(taxi).obligations[0].status is State.SIGNED
    late = person(desk, "赵住建", Role.HANDLER, "住建局")
    stale = wish | {"token": "another-token-here", "version": 1}
    refused = late.send(f"/api/cases/{taxi}/decline", stale)
    assert refused.status_code == 409 and "王住建“签收”" in refused.json()["detail"]
    replied = signer.send(f"/api/cases/{taxi}/reply", wish | {"version": wish["version"] + 1})
    assert replied.json()["history"][0]["note"] == "看过"
    assert replied.json()["history"][0]["actor"] == "王住建"


WRONG: dict[str, tuple[dict[str, Any], dict[str, Any], int]] = {
    "no token of the session": ({}, {"csrf": ""}, 400),
    "another session's token": ({}, {"csrf": "x" * 43}, 400),
    "another site": ({}, {"origin": "http://evil.test"}, 400),
    "no origin": ({}, {"origin": "null"}, 400),
    "no JSON": ({}, {"content": b"{"}, 422),
    "a list": ({}, {"content": b"[]"}, 422),
    "not UTF-8": ({}, {"content": b'{"note": "\xff"}'}, 422),
    "too large": ({}, {"content": b" " * 70_000}, 400),
    "deep": ({}, {"content": b"[" * 60_000}, 422),
    "one field more": ({"role": "宣传部"}, {}, 422),
    "a short token": ({"token": "t"}, {}, 422),
    "a word for a number": ({"version": "1"}, {}, 422),
    "a long note": ({"note": "长" * 2_001}, {}, 422),
    "no level": ({"level": "紫"}, {}, 422),
    "no time": ({"until": "明天"}, {}, 422),
    "no day": ({"until": "2026-02-31 10:00"}, {}, 400),
    "no note": ({"note": " "}, {}, 409),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_a_problem_in_chinese_and_changes_nothing(
    desk: Office, visitor: Visitor, name: str
) -> None:
    fields, sent, status = WRONG[name]
    food = desk.world.cases()[1]
    before = desk.world.case(food).version
    answer = visitor.send(f"/api/cases/{food}/note", whole(visitor, food) | fields, **sent)
    assert (answer.status_code, answer.json()["status"]) == (status, status), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert any("一" <= sign <= "龥" for sign in answer.json()["detail"])
    assert desk.world.case(food).version == before


def test_who_may_not_is_refused_with_the_right_status(desk: Office, visitor: Visitor) -> None:
    taxi, food = desk.world.cases()[:2]
    mine = person(desk, "孙住建", Role.HANDLER, "住建局")
    wish = whole(mine, taxi, department="住建局")
    stranger = desk.stranger()
    assert mine.send(f"/api/cases/{taxi}/false-alarm", wish).status_code == 403
    assert mine.send(f"/api/cases/{food}/note", wish).status_code == 404
    assert mine.send(f"/api/cases/{taxi}/shred", wish).status_code == 422
    assert stranger.send(f"/api/cases/{taxi}/note", wish).status_code == 401
    assert mine.get("/api/reviews").status_code == 403
    assert mine.get("/api/nothing").json()["title"] == "没有找到"
    for path in ("me", "now", "cases", f"cases/{taxi}", "reviews", "mentions/x"):
        assert stranger.get(f"/api/{path}").status_code == 401, path
    mention = visitor.get(f"/api/cases/{food}").json()["mention_ids"][0]
    verdict = {"complaint": False}
    assert mine.send(f"/api/mentions/{mention}/correct", verdict).status_code == 404
    watcher = person(desk, "督查员", Role.INSPECTION, "督查室")
    assert watcher.send(f"/api/mentions/{mention}/correct", verdict).status_code == 403
    wrong = {"complaint": True, "categories": ["没有"]}
    assert visitor.send(f"/api/mentions/{mention}/correct", wrong).status_code == 409


def test_reviews_are_decided_and_mentions_corrected(desk: Office, visitor: Visitor) -> None:
    first, second = visitor.get("/api/reviews").json()["items"]
    assert first["categories"] == ["taxi_refusal"] and first["texts"][0]["text"] == "大概又是拒载"
    path, seen = f"/api/reviews/{first['review_id']}", {"reports": 1}
    assert visitor.send(f"{path}/confirm", {"reports": 0}).status_code == 409
    done = [visitor.send(f"{path}/confirm", seen) for _ in range(2)]
    assert [one.status_code for one in done] == [200, 200]
    assert done[0].json()["case_id"] in desk.world.cases()
    assert visitor.send(f"{path}/dismiss", seen).status_code == 409
    gone = visitor.send(f"/api/reviews/{second['review_id']}/dismiss", seen | {"note": "闲谈"})
    assert (gone.json()["state"], visitor.get("/api/reviews").json()["total"]) == ("非投诉", 0)
    mention = second["texts"][0]["mention_id"]
    word = {"complaint": True, "categories": ["parking"]}
    told = visitor.send(f"/api/mentions/{mention}/correct", word).json()
    assert [tag["category"] for tag in told["verdict"]["complaints"]] == ["parking"]
