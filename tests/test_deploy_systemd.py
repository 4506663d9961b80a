"""The systemd units: systemd takes them, and what they start is there."""

import configparser
import shlex
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from tingxue.cli import main

FOLDER = Path(__file__).parents[1] / "deploy" / "systemd"
PROGRAM = "/opt/tingxue/.venv/bin/tingxue"
UNITS = sorted(FOLDER.iterdir())


def unit(path: Path) -> configparser.ConfigParser:
    found = configparser.ConfigParser(strict=False, interpolation=None, delimiters="=")
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read(path, "utf-8")
    return found


def taken(words: list[str]) -> None:
    """As the command line would take them; nothing runs."""
    command: click.Command = main
    while isinstance(command, click.Group):
        name, *words = words
        named = command.get_command(click.Context(command), name)
        assert named, f"no command {name}"
        command = named
    command.make_context(command.name, words)


@pytest.mark.parametrize(
    "path", [one for one in UNITS if one.suffix == ".service"], ids=lambda path: path.name
)
def test_a_service_starts_a_command_that_exists_as_nobody_special(path: Path) -> None:
    said = unit(path)["Service"]
    program, *words = shlex.split(said["ExecStart"])
    assert program == PROGRAM
    taken(words)
    assert (said["User"], said["UMask"], said["NoNewPrivileges"]) == ("tingxue", "0077", "yes")
    assert "Restart" in said or said["Type"] == "oneshot"
    with pytest.raises(click.UsageError):
        taken([*words, "--no-such-option"])


def test_the_timer_starts_the_backup_before_the_purge_and_makes_up_for_a_night() -> None:
    timer = unit(FOLDER / "tingxue-backup.timer")["Timer"]
    assert (timer["Persistent"], "02:20" in timer["OnCalendar"]) == ("true", True)
    assert (FOLDER / "tingxue-backup.service").exists()


@pytest.mark.full
def test_systemd_finds_nothing_wrong_with_them(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("NO UNIT WAS SHOWN TO SYSTEMD: there is no systemd-analyze here")
    program = shutil.which("true")
    for path in UNITS:  # the program is not installed where the units say
        (tmp_path / path.name).write_text(path.read_text("utf-8").replace(PROGRAM, str(program)))
    copies = sorted(tmp_path.iterdir())
    done = subprocess.run(
        [analyze, "verify", "--man=no", *map(str, copies)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, [line for line in done.stderr.splitlines() if "tingxue" in line]) == (
        0,
        [],
    )
    copies[0].write_text("[Service]\nExecStart=relative/path\n")
    spoiled = subprocess.run(
        [analyze, "verify", "--man=no", str(copies[0])],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert spoiled.returncode != 0
