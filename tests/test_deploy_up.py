"""``./run up`` and ``./run down`` against a docker that only writes down what it was asked."""

import os
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from composing import DEPLOY, ROOT, script, tools

DOCKER = """#!/bin/sh
printf '%s\\n' "${COMPOSE_PROFILES:+[$COMPOSE_PROFILES] }$*" >>"$FAKE_LOG"
case "$*" in
*"${FAKE_FAILS:-nothing fails}"*) exit 1 ;;
"volume inspect "*) [ "$3" = "${FAKE_VOLUME:-}" ] ;;
esac
"""
SECRETS = ("elastic_password", "kibana_password", "kibana_key", "postgres_password")


@dataclass(frozen=True, slots=True)
class Office:
    """A copy of the project in which ``./run`` can be called."""

    root: Path
    bin: Path

    def run(self, *words: str, **environ: str) -> "subprocess.CompletedProcess[str]":
        """``./run WORDS``; ``environ`` steers the stand-in."""
        env = {
            "PATH": str(self.bin),
            "FAKE_LOG": str(self.root / "calls"),
            "TINGXUE_MAP_COUNT": str(self.root / "map_count"),
            **environ,
        }
        return subprocess.run(
            [self.root / "run", *words], env=env, capture_output=True, text=True, check=False
        )

    def calls(self) -> list[str]:
        """What docker was asked since the last time, one call a line."""
        log = self.root / "calls"
        lines = log.read_text("utf-8").splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return lines

    def secrets(self) -> dict[str, str]:
        return {name: (self.root / "secrets" / name).read_text("utf-8") for name in SECRETS}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    root = tmp_path / "office"
    root.mkdir()
    shutil.copy(ROOT / "run", root)
    shutil.copytree(DEPLOY, root / "deploy")
    (root / "map_count").write_text("1048576\n")
    words = ("sh", "cat", "chmod", "dirname", "mkdir", "mv", "od", "tr")
    made = tools(tmp_path / "bin", *words)
    script(made / "docker", DOCKER)
    return Office(root, made)


def test_up_makes_the_secrets_and_starts_search_then_the_watch_then_the_bootstrap(
    office: Office,
) -> None:
    done = office.run("up")
    assert done.returncode == 0, done.stderr
    asked = [call for call in office.calls() if not call.startswith("volume inspect")]
    assert asked == [
        "compose version",
        "info",
        "compose up -d --wait elasticsearch kibana",
        "compose up -d --wait watch watchdog",
        "compose run --rm bootstrap",
    ]
    assert "http://127.0.0.1:5601" in done.stdout
    assert not any(
        value.strip() in done.stdout + done.stderr for value in office.secrets().values()
    )


def test_the_desk_starts_when_it_is_asked_for_and_its_failure_is_told(office: Office) -> None:
    assert office.run("up", COMPOSE_PROFILES="desk").returncode == 0
    assert "[desk] compose up -d --wait desk" in office.calls()
    done = office.run("up", COMPOSE_PROFILES="desk", FAKE_FAILS="--wait desk")
    assert done.returncode == 1 and "值守台没有起来" in done.stderr
    assert "值守程序和看门狗在运行" in done.stdout


def test_secrets_are_long_random_and_their_owners_only(office: Office) -> None:
    office.run("up")
    folder = office.root / "secrets"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name, value in office.secrets().items():
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
        assert len(value.strip()) == 64 and int(value, 16) > 0
    assert len(set(office.secrets().values())) == len(SECRETS)
    assert {path.name for path in folder.iterdir()} == {*SECRETS, "watch", "watchdog", "desk-tls"}


def test_a_second_up_asks_the_same_and_keeps_every_secret(office: Office) -> None:
    office.run("up")
    first, asked = office.secrets(), office.calls()
    assert office.run("up", FAKE_VOLUME="tingxue_elasticsearch-data").returncode == 0
    assert office.secrets() == first
    assert office.calls() == [call for call in asked if not call.startswith("volume inspect")]


def test_a_secret_that_a_volume_still_knows_is_not_made_anew(office: Office) -> None:
    done = office.run("up", FAKE_VOLUME="tingxue_elasticsearch-data")
    assert done.returncode == 2
    assert "secrets/elastic_password 不见了" in done.stderr and "备份" in done.stderr
    assert not (office.root / "secrets" / "elastic_password").exists()
    assert not any("up -d" in call for call in office.calls())


def test_an_empty_secret_is_not_taken_for_one(office: Office) -> None:
    office.run("up")
    (office.root / "secrets" / "kibana_key").write_text("")
    done = office.run("up")
    assert done.returncode == 2 and "secrets/kibana_key 是空的" in done.stderr


def test_a_checkout_that_only_its_owner_can_read_is_opened_to_the_users_inside(
    office: Office,
) -> None:
    for path in (office.root / "deploy").iterdir():
        path.chmod(path.stat().st_mode & 0o700)
    office.run("up")
    modes = {path.name: path.stat().st_mode & 0o777 for path in (office.root / "deploy").iterdir()}
    assert modes["security.sh"] == 0o755 and modes["kibana.yml"] == 0o644


def test_words_after_up_go_to_compose(office: Office) -> None:
    office.run("up", "--build")
    assert "compose up -d --wait --build elasticsearch kibana" in office.calls()


def test_the_database_is_started_first_when_its_profile_is_on(office: Office) -> None:
    assert office.run("up", COMPOSE_PROFILES="postgres").returncode == 0
    ups = [call for call in office.calls() if " up " in call]
    assert ups[0] == "[postgres] compose up -d --wait postgres"
    failed = office.run("up", COMPOSE_PROFILES="postgres", FAKE_FAILS="--wait postgres")
    assert failed.returncode == 2 and "PostgreSQL 没有起来" in failed.stderr


@pytest.mark.parametrize(
    ("fails", "said"),
    [
        ("compose version", "缺少 compose 插件"),
        ("info", "连不上 docker"),
    ],
)
def test_what_is_missing_is_said_before_anything_is_made(
    office: Office, fails: str, said: str
) -> None:
    done = office.run("up", FAKE_FAILS=fails)
    assert done.returncode == 2 and said in done.stderr and "请" in done.stderr
    assert not (office.root / "secrets").exists()


def test_without_docker_the_way_without_containers_is_named(office: Office) -> None:
    (office.bin / "docker").unlink()
    done = office.run("up")
    assert done.returncode == 2
    assert "没有找到 docker" in done.stderr and "tingxue watch" in done.stderr


def test_too_few_memory_maps_are_said_with_the_remedy(office: Office) -> None:
    (office.root / "map_count").write_text("65530\n")
    done = office.run("up")
    assert done.returncode == 2
    assert "是 65530" in done.stderr and "sudo sysctl -w vm.max_map_count=" in done.stderr
    (office.root / "map_count").unlink()  # another kernel than this machine's
    assert office.run("up").returncode == 0


def test_the_watch_is_started_although_search_is_broken(office: Office) -> None:
    done = office.run("up", FAKE_FAILS="elasticsearch kibana")
    assert done.returncode == 1
    assert "值守程序和看门狗在运行" in done.stdout and "检索和看板没有准备好" in done.stderr
    assert "Kibana：" not in done.stdout
    assert [call for call in office.calls() if " up " in call or " run " in call] == [
        "compose up -d --wait elasticsearch kibana",
        "compose up -d --wait watch watchdog",
    ]


def test_a_watch_that_does_not_start_is_the_first_thing_said(office: Office) -> None:
    done = office.run("up", FAKE_FAILS="watch watchdog")
    assert done.returncode == 1
    assert "警报发不出去" in done.stderr and "在运行" not in done.stdout


def test_a_failed_bootstrap_is_no_success(office: Office) -> None:
    done = office.run("up", FAKE_FAILS="run --rm bootstrap")
    assert done.returncode == 1 and "检索和看板没有准备好" in done.stderr


def test_down_keeps_the_data(office: Office) -> None:
    assert office.run("down").returncode == 0
    assert office.calls()[-1] == "[jobs,postgres,desk] compose down"
    for word in ("-v", "--volumes"):
        refused = office.run("down", word)
        assert refused.returncode == 2 and "台账" in refused.stderr
        assert office.calls() == []


@pytest.mark.parametrize("name", sorted([*(p.name for p in DEPLOY.glob("*.sh")), "run"]))
def test_a_script_is_what_its_shell_can_read(name: str) -> None:
    path = ROOT / name if name == "run" else DEPLOY / name
    shell = path.read_text("utf-8").splitlines()[0].removeprefix("#!/bin/")
    assert os.access(path, os.X_OK) and shell in {"sh", "bash"}
    for checker in ([shell, "-n"], ["shellcheck", f"--shell={shell}"]):
        checked = subprocess.run(
            [*checker, path], capture_output=True, text=True, check=False,
            env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        )  # fmt: skip
        assert checked.returncode == 0, checked.stdout + checked.stderr
