"""/metrics: the text of the command, for who brings the token, and for nobody else."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from deskclient import Office, office

from domain.errors import NotConfigured
from domain.plan import Plan
from domain.types import Role
from tingxue import metrics
from tingxue.desk.pages import figures
from tingxue.desk.server import desk as web_of

TOKEN = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, plan: Plan) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("desk"), plan) as made:
        made.world.say(1, ["taxi_refusal"], text="拒载，电话13812345678", places=("天定山",))
        app = replace(made.world.app, environ={figures.TOKEN: TOKEN})
        made.world.app, made.web = app, web_of(app, allow_http=True)
        yield made


def _steady(text: str) -> list[str]:
    """The lines that do not move with the machine."""
    moving = ("tingxue_disk_free", "tingxue_memory", "tingxue_ledger")
    return [line for line in text.splitlines() if not line.startswith(moving)]


def test_the_monitor_reads_what_the_command_prints(desk: Office) -> None:
    answer = desk.stranger().get("/metrics", authorization=f"Bearer {TOKEN}")
    assert answer.status_code == 200
    assert _steady(answer.text) == _steady(metrics.text(desk.world.app))
    assert answer.headers["content-type"] == metrics.CONTENT_TYPE
    assert 'tingxue_cases_open{level="蓝"}' in answer.text
    assert "13812345678" not in answer.text and "拒载" not in answer.text


@pytest.mark.parametrize(
    "header",
    ["", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN}0", "Bearer 令牌"],
)
def test_without_the_token_nothing_is_said(desk: Office, header: str) -> None:
    one = desk.stranger("127.0.0.1")  # as through a proxy on this machine
    answer = one.get(
        "/metrics", **({"authorization": header} if header.isascii() and header else {})
    )
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert "tingxue_" not in answer.text and TOKEN not in answer.text


def test_a_session_is_no_token(desk: Office) -> None:
    assert desk.person("管", Role.ADMIN, "").get("/metrics").status_code == 401


def test_where_no_token_is_set_there_is_no_such_page(tmp_path: Path, plan: Plan) -> None:
    with office(tmp_path, plan) as bare:
        for header in ("Bearer ", "Bearer x"):
            assert bare.stranger().get("/metrics", authorization=header).status_code == 404


@pytest.mark.parametrize("token", ["secret", "口令" * 20, "x" * 40 + "\n"])
def test_a_token_that_can_be_guessed_opens_no_desk(desk: Office, token: str) -> None:
    app = replace(desk.world.app, environ={figures.TOKEN: token})
    with pytest.raises(NotConfigured, match="openssl rand -hex 32") as refused:
        figures.check(app)
    assert token not in str(refused.value)
    figures.check(desk.world.app)
