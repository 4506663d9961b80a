"""Links in messages: made where there is a desk, good once, for one signature, never by a look."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from deskclient import Office, office
from hypothesis import given
from hypothesis import strategies as st
from world import MONDAY, World

from domain.errors import BadLink
from domain.plan import DeskSpec, Plan, Shift
from domain.types import Role, State
from tingxue import chasing, links
from tingxue.links import Link, read, sign

KEY = b"k" * 32
LINK = Link(case_id="LHS-20261123-0001", version=3, department="住建局", action="ack", who="duty",
            until=MONDAY + timedelta(hours=24))  # fmt: skip
ADDRESS = re.compile(r"点此签收（请勿转发）：https://desk\.test/l/([\w.-]+)")


def test_a_link_comes_back_as_it_was_signed() -> None:
    token = sign(LINK, KEY)
    assert read(token, KEY, MONDAY) == LINK
    assert len(token) < 200 and re.fullmatch(r"[\w.-]+", token, re.ASCII)


@given(st.text(max_size=300))
def test_whatever_is_not_ours_is_refused(text: str) -> None:
    with pytest.raises(BadLink, match="不是本系统发出的"):
        read(text, KEY, MONDAY)


@given(st.integers(0, 1000), st.integers(1, 127))
def test_one_changed_sign_spoils_a_link(at: int, by: int) -> None:
    token = sign(LINK, KEY)
    at %= len(token)
    spoiled = token[:at] + chr((ord(token[at]) + by) % 128) + token[at + 1 :]
    try:
        assert read(spoiled, KEY, MONDAY) == LINK  # only spare bits of the last sign of a part
    except BadLink as error:
        assert error.why == "forged"


def test_a_link_ends_and_another_homes_key_opens_nothing() -> None:
    token = sign(LINK, KEY)
    assert read(token, KEY, LINK.until - timedelta(seconds=1)) == LINK
    with pytest.raises(BadLink, match="已过期"):
        read(token, KEY, LINK.until)
    with pytest.raises(BadLink, match="不是本系统发出的"):
        read(token, b"o" * 32, MONDAY)


def test_the_key_is_made_once_and_only_its_owner_reads_it(world: World) -> None:
    home = world.app.home
    assert links.key(home) == links.key(home)
    (file,) = (home.path / "desk-keys").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_without_an_address_of_the_desk_no_message_carries_a_link(world: World) -> None:
    case_id = world.say(1, ["street_lighting"], urgency="orange")
    assert world.told(case_id) and not any("/l/" in told.body for told in world.told(case_id))


# --- in messages, and opened


def shift(person: str, deputy: str, start: datetime) -> Shift:
    return Shift(department="住建局", person=person, phone="0431-80000001", deputy=deputy,
                 deputy_phone="0431-80000002", start=start,
                 end=start + timedelta(days=3))  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, plan: Plan) -> Iterator[Office]:
    shifts = (shift("周值班", "吴备班", MONDAY - timedelta(days=1)),)
    named = replace(plan, desk=DeskSpec(base_url="https://desk.test"), shifts=shifts)
    with office(tmp_path_factory.mktemp("desk"), named) as made:
        yield made


_NUMBERS = iter(range(1, 100))


@pytest.fixture
def case(desk: Office) -> str:
    """A new case of 住建局's, to be signed; an hour later than the one before."""
    desk.world.clock.move(3600)
    number = next(_NUMBERS)
    return desk.world.say(number, ["street_lighting"], text=f"第{number}盏路灯不亮",
                          urgency="orange", places=(f"地{number}",))  # fmt: skip


def linked(desk: Office, case_id: str, receiver: str = "住建局", purpose: str = "new") -> str:
    told = (t for t in desk.world.told(case_id) if (t.receiver, t.purpose) == (receiver, purpose))
    found = ADDRESS.search(next(told).body)
    assert found
    return found[1]


def test_only_who_must_sign_gets_a_link_right_under_what_is_asked(desk: Office, case: str) -> None:
    for told in desk.world.told(case):
        owes = told.receiver in {o.department for o in desk.world.case(case).obligations}
        assert bool(ADDRESS.search(told.body)) == owes, told.receiver
        if owes:
            lines = told.body.splitlines()
            at = next(n for n, line in enumerate(lines) if line.startswith("请办："))
            assert ADDRESS.fullmatch(lines[at + 1])


def test_looking_at_a_link_any_number_of_times_changes_nothing(desk: Office, case: str) -> None:
    token, stranger = linked(desk, case), desk.stranger()
    before = desk.world.rows()
    for _ in range(3):
        page = stranger.get(f"/l/{token}")
        assert page.status_code == 200 and "以 周值班 的名义签收" in page.text
    assert desk.world.rows() == before
    assert "路灯不亮" not in page.text, "a visitor's words without a login"


def test_one_tap_signs_in_the_name_of_who_is_on_duty_and_only_once(desk: Office, case: str) -> None:
    token, stranger = linked(desk, case), desk.stranger()
    form = {"version": str(desk.world.case(case).version)}
    done = stranger.post(f"/l/{token}", form)
    assert (done.status_code, "已签收" in done.text) == (200, True)
    row = desk.world.case(case).obligations[0]
    assert row.status is State.SIGNED
    with desk.world.app.ledger.read() as books:
        event = books.cases.events(case)[-1]
    assert (event.actor.name, event.actor.role, event.note) == (
        "周值班", Role.HANDLER, "经消息链接签收")  # fmt: skip
    assert case in desk.audited("link")
    version, refused = desk.world.case(case).version, len(desk.audited("link-refused"))
    for answer in (stranger.post(f"/l/{token}", form), stranger.get(f"/l/{token}")):
        assert answer.status_code == 410 and "已经用过" in answer.text
    assert desk.world.case(case).version == version
    assert len(desk.audited("link-refused")) == refused + 2


def test_a_form_of_another_site_signs_nothing(desk: Office, case: str) -> None:
    token = linked(desk, case)
    answer = desk.stranger().post(f"/l/{token}", {"version": "9"}, origin="https://evil.example")
    assert answer.status_code == 400
    assert desk.world.case(case).obligations[0].status is State.TO_SIGN


def test_a_link_that_came_too_late_says_what_has_been_done(desk: Office, case: str) -> None:
    token = linked(desk, case)
    desk.world.do(case, "ack", "住建局")
    stranger = desk.stranger()
    page = stranger.get(f"/l/{token}")
    assert "不用再签收" in page.text and "<button" not in page.text
    assert stranger.post(f"/l/{token}", {"version": "1"}).status_code == 409
    desk.world.clock.move(24 * 3600)
    answer = stranger.get(f"/l/{token}")
    assert answer.status_code == 410 and "已过期" in answer.text
    desk.world.clock.move(-24 * 3600)


def test_the_deputys_link_signs_in_the_deputys_name(desk: Office, case: str) -> None:
    due = desk.world.case(case).obligations[0].ack_due
    desk.world.clock.now = due + timedelta(minutes=4)
    chasing.chase(desk.world.app)
    token = linked(desk, case, "住建局备班", "deputy")
    page = desk.stranger().get(f"/l/{token}")
    assert "以 吴备班 的名义签收" in page.text
    desk.stranger().post(f"/l/{token}", {"version": str(desk.world.case(case).version)})
    with desk.world.app.ledger.read() as books:
        assert "吴备班" in {event.actor.name for event in books.cases.events(case)}


def test_guessed_links_fill_the_audit_with_no_more_than_a_few_lines(desk: Office) -> None:
    desk.world.clock.move(3600)
    before = len(desk.audited("link-refused"))
    guesser = desk.stranger("10.9.0.1")
    answers = [guesser.get(f"/l/guess{n}.x").status_code for n in range(30)]
    assert answers == [410] * 20 + [429] * 10
    assert len(desk.audited("link-refused")) == before + 20
