"""Secrets handed over as files: in the folder that ``TINGXUE_SECRETS`` names, each file is a
variable.

Containers and services get their secrets so (``docs/operating.md``): a file can be for one reader
only, while what stands in a container's environment is shown by every ``docker inspect``.
"""

import re
from collections.abc import Mapping, MutableMapping
from pathlib import Path

from domain.errors import InputError

FOLDER = "TINGXUE_SECRETS"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def take(environ: MutableMapping[str, str]) -> None:
    """Set what the files say, and forget the folder: child processes inherit the values, and one
    that is renewed meanwhile does not divide them from their parent. Raises InputError."""
    environ.update(found(environ))
    environ.pop(FOLDER, None)


def found(environ: Mapping[str, str]) -> dict[str, str]:
    """Variable -> value, without the line's end; empty when no folder is named.

    Hidden files are left alone (systemd and Kubernetes keep their own there). Raises InputError,
    which names the file, never what is in it.
    """
    named = environ.get(FOLDER, "")
    if not named:
        return {}
    folder = Path(named)
    try:
        paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise _refused(folder, f"读不出来（{error.strerror}），请检查 {FOLDER} 和权限") from error
    return {path.name: _value(path, environ) for path in paths}


def _value(path: Path, environ: Mapping[str, str]) -> str:
    if not _NAME.match(path.name):
        raise _refused(path, "文件名应是变量名，例如 TINGXUE_WECOM_KEY；请改名或移走")
    if environ.get(path.name):
        raise _refused(path, "环境变量里也有这一个，不知该用哪个；请去掉一处")
    try:
        value = path.read_text("utf-8").rstrip("\r\n")
    except OSError as error:
        raise _refused(path, f"读不出来（{error.strerror}），请检查权限") from error
    except UnicodeDecodeError:
        # its text holds the bytes themselves
        raise _refused(path, "不是 UTF-8 文本，请重新写入") from None
    if not value or "\0" in value:
        raise _refused(path, "是空的或不是文本，请重新写入，或删去这个文件")
    return value


def _refused(path: Path, reason: str) -> InputError:
    return InputError(f"密钥文件 {path}：{reason}")
