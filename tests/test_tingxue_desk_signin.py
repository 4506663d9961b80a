"""Signing in: first with a code, then with a password; slowed when guessed; ended in time."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import ClassVar

import pytest
from deskclient import ADMIN, HOST, PASSWORD, Office, Visitor, office
from opentelemetry import trace

from domain.errors import BadForm, InputError
from domain.plan import Plan
from domain.types import Role
from ledger.users import User
from tingxue.desk import accounts, passwords
from tingxue.desk.signin import digest_of

NEW = "湖面上七盏会唱歌的旧路灯"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, plan: Plan) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("desk"), plan) as made:
        yield made


@pytest.fixture(autouse=True)
def _later(desk: Office) -> None:
    """What one test got wrong is forgotten before the next."""
    desk.world.clock.move(3600)


def invited(desk: Office, name: str) -> str:
    user = User(name=name, role=Role.PUBLICITY, department="宣传部", created_at=desk.world.clock())
    return accounts.add(desk.world.app, user, ADMIN)


def set_password(visitor: Visitor, password: str = NEW, **more: str) -> int:
    form = {"csrf": visitor.csrf, "password": password, "again": password, **more}
    return visitor.post("/password", form).status_code


def where(answer: object) -> str:
    return str(answer.headers.get("location"))  # type: ignore[attr-defined]


def test_a_one_time_code_opens_only_the_page_that_sets_a_password(desk: Office) -> None:
    code, visitor = invited(desk, "新人"), desk.stranger()
    assert visitor.sign_in("新人", code.lower().replace("-", " ")).status_code == 303
    for path in ("/", "/cases", "/reviews", "/cases/LHS-20261123-0001"):
        assert where(visitor.get(path)).startswith("/password")
    visitor.get("/password")
    assert set_password(visitor) == 303
    assert visitor.get("/").status_code == 200
    again = desk.stranger()
    assert again.sign_in("新人", code).status_code == 403
    assert again.sign_in("新人", NEW).status_code == 303


def test_a_code_is_good_for_a_day_and_kept_nowhere(desk: Office) -> None:
    code = invited(desk, "迟到的人")
    dump = str(desk.world.rows())
    assert code not in dump and code.replace("-", "") not in dump
    desk.world.clock.move(24 * 3600)
    assert desk.stranger().sign_in("迟到的人", code).status_code == 403


@pytest.mark.parametrize(
    ("password", "reason"),
    [("十个字的密码不够长", "至少"), ("啊" * 20, "重复"), ("password1234", "常见"),
     ("zhishou-123456", "常见"), ("张三丰张三丰张三丰张三丰ab12", "常见"), ("长" * 300, "最多")],
)  # fmt: skip
def test_an_easy_password_is_refused_with_the_reason(password: str, reason: str) -> None:
    with pytest.raises(BadForm, match=reason):
        passwords.check(password, "张三丰")


def test_the_cookie_is_bound_to_the_host_and_out_of_reach_of_scripts(
    desk: Office, tmp_path_factory: pytest.TempPathFactory, plan: Plan
) -> None:
    desk.account("甲", Role.PUBLICITY, "宣传部")
    plain = desk.stranger().sign_in("甲").headers["set-cookie"]
    assert plain.startswith("sid=") and "secure" not in plain.lower()
    assert "连接未加密" in desk.stranger().get("/login").text
    with office(tmp_path_factory.mktemp("tls"), plan, allow_http=False) as safe:
        safe.account("甲", Role.PUBLICITY, "宣传部")
        cookie = safe.stranger().sign_in("甲").headers["set-cookie"]
        assert cookie.startswith("__Host-sid=")
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= {
            part.strip().lower() for part in cookie.split(";")
        }
        assert "连接未加密" not in safe.stranger().get("/login").text


def test_a_session_gets_a_new_id_at_every_sign_in_and_after_a_new_password(desk: Office) -> None:
    visitor = desk.person("乙", Role.PUBLICITY, "宣传部")
    first = visitor.cookies["sid"]
    other = desk.person("乙", Role.PUBLICITY, new=False)
    assert other.cookies["sid"] != first
    assert first not in str(desk.world.rows())
    visitor.get("/password")
    assert set_password(visitor, old=PASSWORD) == 303
    assert visitor.cookies["sid"] != first
    assert visitor.get("/").status_code == 200
    assert where(other.get("/")) == "/login"


def test_a_session_ends_when_it_is_idle_and_in_any_case_after_a_day(desk: Office) -> None:
    visitor, clock = desk.person("丙", Role.PUBLICITY, "宣传部"), desk.world.clock
    for _ in range(3):
        clock.move(29 * 60)
        assert visitor.get("/").status_code == 200
    clock.move(30 * 60)
    assert where(visitor.get("/cases")) == "/login?next=/cases"
    assert visitor.sign_in("丙", phone="1").status_code == 303
    old = visitor.cookies["sid"]
    assert visitor.sign_in("丙", phone="1").status_code == 303
    assert old not in (visitor.cookies["sid"], "")
    assert digest_of(old) not in str(desk.world.rows()["sessions"])
    clock.move(11 * 3600)
    assert visitor.get("/").status_code == 200
    clock.move(11 * 3600)
    assert visitor.get("/").status_code == 200
    clock.move(2 * 3600)
    assert where(visitor.get("/")) == "/login"


def test_a_page_that_renews_itself_keeps_no_session_alive(desk: Office) -> None:
    visitor = desk.person("丁", Role.PUBLICITY, "宣传部")
    for _ in range(29):
        desk.world.clock.move(62)
        assert visitor.get("/now/fragment", **{"x-poll": "1"}).status_code == 200
    desk.world.clock.move(62)
    assert visitor.get("/now/fragment", **{"x-poll": "1"}).status_code == 401


def test_signing_out_ends_the_session_in_the_ledger(desk: Office) -> None:
    visitor = desk.person("戊", Role.PUBLICITY, "宣传部")
    sid = visitor.cookies["sid"]
    assert where(visitor.post("/logout", {"csrf": visitor.csrf})) == "/login"
    visitor.cookies.set("sid", sid, domain="desk.test")
    assert where(visitor.get("/")) == "/login"
    assert "戊" in desk.audited("signout")


def test_guessing_is_slowed_for_the_account_wherever_it_comes_from(desk: Office) -> None:
    desk.account("己", Role.PUBLICITY, "宣传部")
    answers = [desk.stranger(f"10.1.0.{n}").sign_in("己", f"猜{n}") for n in range(7)]
    assert [a.status_code for a in answers] == [403] * 5 + [429] * 2
    assert desk.stranger().sign_in("己").status_code == 429  # not even the right one
    desk.world.clock.move(15 * 60 + 1)
    assert desk.stranger().sign_in("己").status_code == 303
    assert desk.audited("signin-failed").count("己") == 5


def test_guessing_is_slowed_for_an_address_whatever_the_account(desk: Office) -> None:
    desk.account("庚", Role.PUBLICITY, "宣传部")
    answers = [desk.stranger("10.2.0.1").sign_in(f"没有{n}", "猜") for n in range(21)]
    assert [a.status_code for a in answers] == [403] * 20 + [429]
    assert desk.stranger("10.2.0.1").sign_in("庚").status_code == 429
    assert desk.stranger("10.2.0.2").sign_in("庚").status_code == 303


def test_an_unknown_account_is_answered_like_a_wrong_password(desk: Office) -> None:
    desk.account("辛", Role.PUBLICITY, "宣传部")
    known = desk.stranger("10.3.0.1").sign_in("辛", "错的").text.replace("辛", "X")
    unknown = desk.stranger("10.3.0.2").sign_in("王五", "错的").text.replace("王五", "X")
    assert known == unknown
    assert "王五" not in str(desk.world.rows())
    assert passwords.right("", "x") is False  # which takes one check, as for a known account


def test_a_disabled_account_is_out_at_once_and_a_reset_one_needs_the_new_code(desk: Office) -> None:
    visitor = desk.person("壬", Role.PUBLICITY, "宣传部")
    assert accounts.disable(desk.world.app, "壬", ADMIN) == 1
    assert where(visitor.get("/")) == "/login"
    assert desk.stranger().sign_in("壬").status_code == 403
    code = accounts.reset(desk.world.app, "壬", ADMIN)
    assert desk.stranger().sign_in("壬").status_code == 403
    assert desk.stranger().sign_in("壬", code).status_code == 303
    with pytest.raises(InputError, match="没有“无此人”"):
        accounts.reset(desk.world.app, "无此人", ADMIN)
    with pytest.raises(InputError, match="已有账号"):
        invited(desk, "壬")


def test_a_form_counts_only_from_our_own_page_and_session(desk: Office) -> None:
    case_id = desk.world.say(1, ["taxi_refusal"], places=("天定山",))
    visitor = desk.person("癸", Role.PUBLICITY, "宣传部")
    other = desk.person("子", Role.PUBLICITY, "宣传部")
    form = {"csrf": visitor.csrf, "token": "t" * 20, "version": "1", "note": "想说的话"}
    note, before = f"/cases/{case_id}/note", desk.world.case(case_id).version
    for origin in ("https://evil.example", "null", "", "http://desk.test.evil.example"):
        assert visitor.post(note, form, origin=origin).status_code == 400, origin
    for csrf in ("", "x", other.csrf):
        answer = visitor.post(note, form | {"csrf": csrf})
        assert (answer.status_code, "想说的话" in answer.text) == (400, True)
    assert desk.world.case(case_id).version == before
    assert visitor.post(note, form, origin=HOST).status_code == 303


def test_after_signing_in_only_a_page_of_ours_follows(desk: Office) -> None:
    desk.account("丑", Role.PUBLICITY, "宣传部")
    for asked, led in (("/cases?q=a", "/cases?q=a"), ("//evil.example", "/"), ("/\\evil", "/"),
                       ("https://evil.example/", "/"), ("javascript:alert(1)", "/")):  # fmt: skip
        assert where(desk.stranger().sign_in("丑", next=asked)) == led


def test_every_answer_carries_the_headers_that_keep_it_to_itself(desk: Office) -> None:
    visitor = desk.person("寅", Role.PUBLICITY, "宣传部")
    static = re.findall(r'(?:href|src)="(/static/[^"]+)"', visitor.get("/").text)
    assert len(static) >= 3
    for path in ("/", "/login", "/cases", "/cases/XX", "/nothing", "/l/x", *static):
        answer = visitor.get(path)
        assert answer.headers["content-security-policy"].startswith("default-src 'self'")
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        kept = "max-age" in answer.headers["cache-control"]
        assert kept == path.startswith("/static/"), path
    assert "server" not in answer.headers


def test_nothing_of_a_request_is_told_to_a_tracer_of_the_machine(desk: Office) -> None:
    trace.set_tracer_provider(_Told())
    assert desk.stranger().get("/l/secret.link").status_code == 410
    assert desk.stranger().get("/login").status_code == 200
    assert _Told.spans == []


class _Told(trace.TracerProvider):
    """What an exporter of the environment would hear."""

    spans: ClassVar[list[str]] = []

    def get_tracer(self, *_args: object, **_named: object) -> trace.Tracer:
        return _Tracer()


class _Tracer(trace.NoOpTracer):
    def start_span(self, name: str, *args: object, **named: object) -> trace.Span:
        _Told.spans.append(name)
        return super().start_span(name)


def test_a_password_in_another_field_is_never_written_down(desk: Office) -> None:
    desk.stranger("10.4.0.1").sign_in("雪地里的秘密密码", "张三")
    assert "雪地里的秘密密码" not in str(desk.world.rows())


def test_sessions_that_are_over_are_forgotten_with_the_next_sign_in(desk: Office) -> None:
    desk.person("卯", Role.PUBLICITY, "宣传部")
    desk.world.clock.now += timedelta(days=2)
    desk.person("卯", Role.PUBLICITY, new=False)
    rows = desk.world.rows()["sessions"]
    assert isinstance(rows, list) and len(rows) == 1
