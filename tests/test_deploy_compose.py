"""docker-compose.yml and Dockerfile by what a reader can check without an engine: limits, users,
ports, secrets, versions, and that what they name is there."""

import ast
import copy
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
import yaml
from composing import COMPOSE, DEPLOY, LASTING, ONCE, ROOT, SERVICES

from tingxue.cli import main

OURS = {name for name, service in SERVICES.items() if service["image"].startswith("tingxue:")}
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
each = pytest.mark.parametrize("name", sorted(SERVICES))


def _valid(compose: dict[str, Any], folder: Path) -> "subprocess.CompletedProcess[str]":
    path = folder / "docker-compose.yml"
    path.write_text(yaml.safe_dump(compose, allow_unicode=True), "utf-8")
    return subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", path],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_file_keeps_the_compose_specification(tmp_path: Path) -> None:
    checked = _valid(COMPOSE, tmp_path)
    assert checked.returncode == 0, checked.stdout


def test_a_misspelt_key_would_be_refused(tmp_path: Path) -> None:
    spoiled = copy.deepcopy(COMPOSE)
    spoiled["services"]["watch"]["mem_limits"] = "1g"
    assert "mem_limits" in _valid(spoiled, tmp_path).stdout


# --- limits, users, files


@each
def test_a_service_has_limits_and_small_logs(name: str) -> None:
    service = SERVICES[name]
    assert re.fullmatch(r"\d+[mg]", service["mem_limit"])
    assert service["pids_limit"] > 0
    if name != "prepare":  # it says one line
        assert service["logging"]["options"] == {"max-size": "10m", "max-file": "3"}


def test_a_machine_with_six_gibibytes_can_hold_what_stays() -> None:
    sizes = {"m": 1, "g": 1024}
    limits = [SERVICES[name]["mem_limit"] for name in LASTING]
    assert sum(int(one[:-1]) * sizes[one[-1]] for one in limits) <= 6 * 1024


@each
def test_a_service_is_not_root_and_can_not_become_it(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert not {"privileged", "pid", "ipc", "devices"} & set(service)
    if name == "prepare":
        assert service["network_mode"] == "none"
        assert set(service["cap_add"]) == {"CHOWN", "DAC_OVERRIDE", "FOWNER"}
        return
    assert "cap_add" not in service
    assert int(service["user"].split(":")[0]) > 0


@pytest.mark.parametrize("name", sorted(OURS | {"security", "postgres"}))
def test_an_image_is_read_only_where_we_say_what_it_writes(name: str) -> None:
    assert SERVICES[name]["read_only"] is True
    assert "/tmp" in SERVICES[name]["tmpfs"]


@pytest.mark.parametrize("name", sorted(LASTING))
def test_what_stays_is_looked_at_and_started_again(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert {"interval", "timeout", "retries", "start_period"} <= set(service["healthcheck"])


def test_only_kibana_and_the_desk_are_published_and_as_shipped_only_on_loopback() -> None:
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert ports == {
        "kibana": ["127.0.0.1:5601:5601"], "desk": ["${DESK_ADDRESS:-127.0.0.1}:8600:8600"],
    }  # fmt: skip


def test_the_desk_s_health_is_asked_by_python_that_runs() -> None:
    kind, *words = SERVICES["desk"]["healthcheck"]["test"]
    assert (kind, words[0]) == ("CMD", "python")
    done = subprocess.run([sys.executable, *words[1:]], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "URLError" in done.stderr  # nothing listens on this port here


# --- who waits for whom


def _waits(name: str) -> dict[str, str]:
    needs = SERVICES[name].get("depends_on", {})
    return {other: how["condition"] for other, how in needs.items()}


def test_whoever_is_waited_for_can_fulfil_it() -> None:
    for name in SERVICES:
        for other, condition in _waits(name).items():
            done = "service_completed_successfully"
            assert condition == (done if other in ONCE else "service_healthy"), (name, other)


def test_every_job_of_a_start_is_awaited_by_a_service_that_stays() -> None:
    """Else `docker compose up --wait` takes its end for a failure (docker/compose 10596)."""
    jobs = {name for name in ONCE if "profiles" not in SERVICES[name]}
    awaited = {other for name in LASTING for other in _waits(name)}
    assert jobs and jobs <= awaited


@pytest.mark.parametrize("name", ["watch", "watchdog", "desk"])
def test_alerts_wait_for_no_search_server(name: str) -> None:
    assert set(_waits(name)) == {"prepare"}


# --- secrets


def test_no_secret_stands_in_the_file() -> None:
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if re.search("PASSWORD|KEY|SECRET|TOKEN", variable):
                assert value.startswith("/"), (name, variable)
                assert variable.endswith("_FILE") or variable == "TINGXUE_SECRETS"
    shipped = [path for path in DEPLOY.rglob("*") if path.is_file()]
    for path in (ROOT / "docker-compose.yml", ROOT / "Dockerfile", *shipped):
        assert not re.search(r"\b[0-9a-f]{24,}\b", path.read_text("utf-8")), path.name


def test_each_secret_has_one_reader_that_stays() -> None:
    writers = {"prepare", "security"}
    readers: dict[str, set[str]] = {}
    for name, service in SERVICES.items():
        for mount in service.get("volumes", []):
            if mount.startswith("for-") and name not in writers:
                assert mount.endswith(":ro"), (name, mount)
                readers.setdefault(mount.split(":")[0], set()).add(name)
    assert readers == {
        "for-elasticsearch": {"elasticsearch"},
        "for-kibana": {"kibana"},
        "for-watch": {"watch"},
        "for-watchdog": {"watchdog"},
        "for-desk": {"desk"},
        "for-desk-tls": {"desk"},
        "for-bootstrap": {"bootstrap"},
        "for-postgres": {"postgres"},
    }


def test_only_the_first_job_sees_the_folder_of_secrets_and_the_key_of_the_certificates() -> None:
    sees = {
        name
        for name, service in SERVICES.items()
        for mount in service.get("volumes", [])
        if mount.startswith(("./secrets", "ca:"))
    }
    assert sees == {"prepare"}


def test_secrets_get_into_no_commit_and_no_image() -> None:
    ignored = subprocess.run(
        ["git", "check-ignore", "secrets/elastic_password", "secrets/watch/TINGXUE_WECOM_KEY"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if "not a git repository" in ignored.stderr:
        pytest.skip("no git checkout")
    assert len(ignored.stdout.splitlines()) == 2
    rules = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    taken = {rule[1:] for rule in rules if rule.startswith("!")}
    packages = set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
    assert rules[1] == "*"
    assert taken == packages | {"pyproject.toml", "constraints.txt", "README.md", "LICENSE"}


# --- what they name is there


def _images() -> Iterator[str]:
    yield from (service["image"] for service in SERVICES.values())
    yield from re.findall(r"^FROM (\S+)", DOCKERFILE, re.M)


def test_every_image_is_one_version() -> None:
    for image in _images():
        assert re.search(r":\d+\.\d+(\.\d+)?(-[a-z-]+)?$", image), image
    stack = {i.split(":")[1] for i in _images() if i.startswith("docker.elastic.co/")}
    ours = {i.split(":")[1] for i in _images() if i.startswith("tingxue:")}
    assert len(stack) == 1
    assert ours == {PROJECT["project"]["version"]}


def test_the_image_is_the_user_that_the_services_and_the_handed_files_have() -> None:
    uid = re.findall(r"^USER (\d+):\d+$", DOCKERFILE, re.M)[-1]
    assert f"--uid {uid} " in DOCKERFILE and int(uid) > 0
    prepare = (DEPLOY / "prepare.sh").read_text("utf-8")
    given = dict(re.findall(r"\b(APP|STACK|POSTGRES)=(\d+)", prepare))
    users = {name: service["user"].split(":")[0] for name, service in SERVICES.items()}
    assert {users[name] for name in OURS - {"prepare"}} | {users["security"]} == {uid}
    assert given["APP"] == uid
    assert given["STACK"] == users["elasticsearch"] == users["kibana"]
    assert given["POSTGRES"] == users["postgres"]


def test_every_volume_is_declared_and_used_and_every_own_path_exists() -> None:
    mounts = [mount for service in SERVICES.values() for mount in service.get("volumes", [])]
    named = {mount.split(":")[0] for mount in mounts if not mount.startswith(".")}
    assert named == set(COMPOSE["volumes"])
    own = {mount for mount in mounts if mount.startswith(".")}
    assert all(mount.endswith(":ro") for mount in own)
    paths = {mount.split(":")[0] for mount in own} - {"./secrets"}
    assert all((ROOT / path).exists() for path in paths)
    said = str(SERVICES)
    assert all((DEPLOY / name).is_file() for name in re.findall(r"/deploy/([\w.]+)", said))


def test_our_variables_are_ones_that_the_code_reads() -> None:
    named = {
        variable
        for service in SERVICES.values()
        for variable in service.get("environment", {})
        if variable.startswith("TINGXUE_")
    } | set(re.findall(r"\b(TINGXUE_[A-Z_]+)=", DOCKERFILE))
    read = {
        node.value
        for path in (ROOT / "tingxue").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert named - read == set()


def test_what_is_asked_of_the_one_who_starts_it_is_documented() -> None:
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    asked = re.findall(r"(?<!\$)\$\{(\w+)(:-[^}]+)?\}", text)
    page = (ROOT / "docs" / "containers.md").read_text("utf-8")
    assert asked and all(default and name in page for name, default in asked)


def _commands() -> set[str]:
    given = [SERVICES[n]["command"] for n in OURS if "command" in SERVICES[n]]
    started = {" ".join(takewhile(lambda word: word[0] != "-", words)) for words in given}
    scripts = "\n".join(path.read_text("utf-8") for path in DEPLOY.glob("*.sh"))
    return started | set(re.findall(r"^tingxue ([a-z ]+)$", scripts, re.M))


def _known(command: str) -> bool:
    found: Any = main
    for word in command.split():
        found = found.get_command(None, word) if hasattr(found, "get_command") else None
    return found is not None


def test_the_services_call_commands_that_exist() -> None:
    assert _commands() >= {"watch", "desk serve", "index provision", "kibana push"}
    assert {command for command in _commands() if not _known(command)} == set()


def test_the_image_has_the_extras_that_it_asks_for() -> None:
    asked = set(re.findall(r"'\.\[([\w,]+)\]'", DOCKERFILE)[0].split(","))
    assert asked <= set(PROJECT["project"]["optional-dependencies"])
