"""Who sees which case and may do what: held against the table of actions, person by person."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import httpx
import pytest
from casemaking import LEADS, T0, at_state, done, handler, order
from deskclient import Office, Visitor, hidden, offered, office
from world import World

from domain.actions import RULES, Rule, permitted
from domain.errors import NoSuchCase
from domain.plan import DeskSpec, Plan
from domain.types import Actor, Case, Role, State
from ledger.worklists import CaseQuery
from tingxue.desk import access

ROLES = [role for role in Role if role is not Role.SYSTEM]
OURS, OTHER = "住建局", "教卫健局"
SHARED = Actor(name="甲", role=Role.PUBLICITY, department="宣传部")
ACTORS = [
    Actor(name=f"{role}·{department}", role=role, department=department)
    for role, department in product(ROLES, (OURS, "城管局", OTHER))
] + [SHARED, Actor(name="丙", role=Role.VIEWER), Actor(name="丁", role=Role.HANDLER)]
STATES = [State.TO_SIGN, State.SIGNED, State.IN_HAND, State.IN_REVIEW, State.NOT_OURS,
          State.CLOSED, State.FALSE_ALARM]  # fmt: skip


def allowed(rule: Rule, case: Case, actor: Actor, department: str) -> bool:
    """By the table alone: the person, and the state of that obligation."""
    if not permitted(rule, actor, department):
        return False
    state = next((o.status for o in case.obligations if o.department == department), None)
    return not rule.sources or state in rule.sources


@pytest.mark.parametrize("state", STATES)
def test_nothing_is_offered_that_the_table_forbids(world: World, state: State) -> None:
    world.clock.now = T0
    case, seen = at_state(state), set[str]()
    for actor in ACTORS:
        for offer in access.offers(world.app, case, actor):
            assert allowed(offer.rule, case, actor, offer.department), (actor, offer)
            assert access.sees(actor, case)
            seen.add(offer.rule.action)
    assert "note" in seen


def test_every_action_of_the_table_is_offered_to_everybody_who_may_take_it(world: World) -> None:
    world.clock.now = T0
    cases = [at_state(state) for state in STATES] + [_registered()]
    for rule, role in product(RULES.values(), ROLES):
        actor = Actor(name="某人", role=role, department=OURS)
        got = {o.rule.action for c in cases for o in access.offers(world.app, c, actor)}
        assert (rule.action in got) == (role in rule.who), (rule.action, role)


def _registered() -> Case:
    """A complaint by law, and not verified."""
    return replace(done(at_state(State.TO_SIGN), order("register")), unverified_since=T0)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, plan: Plan) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("desk"), plan) as made:
        made.world.say(1, ["taxi_refusal"], places=("天定山",))  # 住建局 leads
        made.world.say(2, ["food_safety"], places=("冰雪新天地",))  # 市场监管分局 leads
        yield made


def test_the_filter_in_sql_and_the_look_at_one_case_agree(desk: Office) -> None:
    app, agreed = desk.world.app, 0
    with app.ledger.read() as books:
        every = [books.cases.get(case_id) for case_id in books.cases.list_ids()]
        for actor in ACTORS:
            lines, total = books.worklists.cases(CaseQuery(), access.rows(actor), limit=99)
            mine = {case.case_id for case in every if access.sees(actor, case)}
            assert ({line.case_id for line in lines}, total) == (mine, len(mine))
            agreed += len(mine)
    assert agreed > len(ACTORS)


def test_a_department_sees_only_cases_in_which_it_has_a_part(desk: Office) -> None:
    taxi, food = desk.world.cases()
    visitor = desk.person("李住建", Role.HANDLER, OURS)
    page = visitor.get("/cases").text
    assert (taxi in page, food in page) == (True, False)
    assert visitor.get(f"/cases/{taxi}").status_code == 200
    foreign, nowhere = visitor.get(f"/cases/{food}"), visitor.get("/cases/LHS-20200101-0001")
    assert (foreign.status_code, nowhere.status_code) == (404, 404)
    for path in ("note", "ack", "original"):
        form = {"csrf": visitor.csrf, "token": "t" * 20, "version": "1", "note": "看看",
                "department": "市场监管分局"}  # fmt: skip
        assert visitor.post(f"/cases/{food}/{path}", form).status_code == 404
    assert desk.world.case(food).version == 1
    assert "待研判" not in visitor.get("/").text
    assert visitor.get("/reviews").status_code == 403
    with pytest.raises(NoSuchCase):
        access.check_sees(handler(OTHER), at_state(State.TO_SIGN))
    assert access.sees(handler(LEADS[0]), at_state(State.TO_SIGN))


@pytest.mark.full
@pytest.mark.timeout(600)
@pytest.mark.parametrize("door", ["pages", "api"])
def test_the_desk_takes_exactly_what_it_offers(tmp_path: Path, plan: Plan, door: str) -> None:
    """Every role, in its own department and in another's, tries every action on every obligation
    of a case in each state, with and without a button for it. What is offered is what ``access``
    offers, on the page and in the API."""
    awake = replace(plan, desk=DeskSpec(idle_minutes=10**6, session_hours=10**5))
    with office(tmp_path, awake) as desk:
        visitors = [
            desk.person(f"{role}{department}", role, department)
            for role, department in [*product(ROLES, [OURS]), (Role.HANDLER, OTHER)]
        ]
        taken = sum(
            _try_all(desk, visitor, state, door) for visitor, state in product(visitors, range(3))
        )
    assert taken > 60


def _try_all(desk: Office, visitor: Visitor, state: int, door: str) -> int:
    case_id = _brought_to(desk, state)
    buttons = _buttons(desk, visitor, case_id, door)
    taken = 0
    departments = [o.department for o in desk.world.case(case_id).obligations]
    for rule in RULES.values():
        for department in departments if rule.sources else [""]:
            before = desk.world.case(case_id).version
            answer = _press(desk, visitor, case_id, rule.action, department, door)
            changed = desk.world.case(case_id).version > before
            assert changed == ((rule.action, department) in buttons), (rule.action, department)
            done = 303 if door == "pages" else 200
            assert answer.status_code == done if changed else answer.status_code in (403, 404, 409)
            if changed:
                taken += 1
                case_id = _brought_to(desk, state)
    return taken


def _buttons(desk: Office, visitor: Visitor, case_id: str, door: str) -> set[tuple[str, str]]:
    """What is offered, which is what ``access`` says."""
    me = visitor.get("/api/me").json()
    actor = Actor(name=me["name"], role=Role(me["role"]), department=me["department"])
    visitor.csrf = me["csrf"]
    due = {(o.rule.action, o.department)
           for o in access.offers(desk.world.app, desk.world.case(case_id), actor)}  # fmt: skip
    if door == "pages":
        found = offered(visitor.get(f"/cases/{case_id}").text)
    else:
        answer = visitor.get(f"/api/cases/{case_id}")
        listed = answer.json()["offers"] if answer.status_code == 200 else []
        found = {(one["action"], one["department"]) for one in listed}
    assert found == due
    return found


def _press(
    desk: Office, visitor: Visitor, case_id: str, action: str, department: str, door: str
) -> httpx.Response:
    target = desk.world.cases()[0] if action == "merge" else "公安分局"
    version = desk.world.case(case_id).version
    wish = {
        "token": f"{case_id}-{action}", "note": "说明", "to": target, "department": department,
        "until": "2027-01-31T17:00", "level": "橙",
    }  # fmt: skip
    if door == "api":
        return visitor.send(f"/api/cases/{case_id}/{action}", wish | {"version": version})
    form = wish | {"csrf": visitor.csrf, "version": str(version)}
    return visitor.post(f"/cases/{case_id}/{action}", form)


_COUNT = iter(range(1, 100_000))


def _brought_to(desk: Office, state: int) -> str:
    """A new case of 住建局's: to be signed, replied to, refused."""
    world = desk.world
    world.clock.move(7 * 3600)  # a new event each
    number = next(_COUNT)
    case_id = world.say(
        number, ["parking"], text=f"{number} 号路口没处停车", places=(f"路{number}",)
    )
    lead = world.case(case_id).obligations[0].department
    for action in ([], ["ack", "reply"], ["decline"])[state]:
        world.do(case_id, action, lead)
    return case_id


def test_a_form_from_the_page_is_all_that_a_signature_needs(desk: Office) -> None:
    case_id = desk.world.cases()[0]
    visitor = desk.person("赵住建", Role.HANDLER, OURS)
    page = visitor.get(f"/cases/{case_id}").text
    assert ("ack", OURS) in offered(page)
    form = hidden(page, f"/cases/{case_id}/ack", OURS)
    assert visitor.post(f"/cases/{case_id}/ack", form).status_code == 303
    page = visitor.get(f"/cases/{case_id}?done=ack").text
    assert "已记录：签收" in page
    assert ("ack", OURS) not in offered(page)
