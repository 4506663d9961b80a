"""Secrets as files become variables, and no error says what is in them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from domain.errors import InputError
from tingxue.secretfiles import FOLDER, found, take

SECRET = "0f9d-made-up"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "secrets"
    made.mkdir(mode=0o700)
    (made / "TINGXUE_WECOM_KEY").write_text(f"{SECRET}\n")
    return made


def test_without_a_folder_nothing_changes() -> None:
    environ = {"TINGXUE_HOME": "somewhere"}
    take(environ)
    assert environ == {"TINGXUE_HOME": "somewhere"}


def test_each_file_is_a_variable_without_its_line_end(folder: Path) -> None:
    (folder / "TINGXUE_MAIL_PASSWORD").write_text(" two words \r\n")
    (folder / ".hidden").write_text("not read")
    environ = {FOLDER: str(folder)}
    take(environ)
    assert environ == {"TINGXUE_WECOM_KEY": SECRET, "TINGXUE_MAIL_PASSWORD": " two words "}


def test_an_empty_variable_beside_a_file_is_no_second_answer(folder: Path) -> None:
    assert found({FOLDER: str(folder), "TINGXUE_WECOM_KEY": ""}) == {"TINGXUE_WECOM_KEY": SECRET}


def test_two_answers_are_refused(folder: Path) -> None:
    with pytest.raises(InputError, match="环境变量里也有这一个") as raised:
        found({FOLDER: str(folder), "TINGXUE_WECOM_KEY": "other"})
    assert SECRET not in str(raised.value) and "other" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("wecom.txt", b"x", "文件名应是变量名"),
        ("TINGXUE_EMPTY", b"\n", "是空的"),
        ("TINGXUE_BYTES", b"\xff\xfe\x00", "不是 UTF-8"),
        ("TINGXUE_NUL", b"a\0b", "不是文本"),
    ],
)
def test_a_file_that_is_no_secret_is_named(
    folder: Path, name: str, content: bytes, reason: str
) -> None:
    (folder / name).write_bytes(content)
    with pytest.raises(InputError, match=reason) as raised:
        found({FOLDER: str(folder)})
    assert name in str(raised.value)
    assert SECRET not in str(raised.value)


def test_a_folder_that_is_not_there_is_an_error_and_not_no_secrets(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=FOLDER):
        found({FOLDER: str(tmp_path / "gone")})


def test_a_folder_inside_is_an_error(folder: Path) -> None:
    (folder / "TINGXUE_NESTED").mkdir()
    with pytest.raises(InputError, match="TINGXUE_NESTED"):
        found({FOLDER: str(folder)})


def _doctor(home: Path, secrets: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", "from tingxue.cli import main; main()", "doctor"],
        env={**os.environ, "TINGXUE_HOME": str(home), FOLDER: str(secrets)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_channel_takes_its_key_from_the_folder(tmp_path: Path, folder: Path) -> None:
    home = tmp_path / "home"
    (home / "config").mkdir(parents=True)
    shipped = (Path(__file__).parents[1] / "config" / "settings.yaml").read_text("utf-8")
    wecom = "  group:\n    kind: wecom\n    options:\n      key: ${TINGXUE_WECOM_KEY}\n"
    settings = shipped.replace("channels:\n  console:", f"channels:\n{wecom}  console:")
    (home / "config" / "settings.yaml").write_text(settings, "utf-8")
    done = _doctor(home, folder)
    assert "group（wecom）已配置" in done.stdout, done.stderr
    (folder / "TINGXUE_WECOM_KEY").rename(folder / "TINGXUE_OTHER_KEY")
    missing = _doctor(home, folder)
    assert "环境变量 TINGXUE_WECOM_KEY 没有设置" in missing.stdout + missing.stderr
    assert SECRET not in done.stdout + done.stderr + missing.stdout + missing.stderr
