"""What the tests of the containers share: the compose file as data, and a folder of programs."""

import shutil
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ONCE = {name for name, service in SERVICES.items() if service["restart"] == "no"}
LASTING = set(SERVICES) - ONCE


def tools(folder: Path, *names: str) -> Path:
    """A folder for PATH in which only these programs are; fails when the machine lacks one."""
    folder.mkdir(exist_ok=True)
    for name in names:
        found = shutil.which(name)
        assert found, f"this test needs {name}"
        if not (folder / name).exists():
            (folder / name).symlink_to(found)
    return folder


def script(path: Path, text: str) -> None:
    """An executable stand-in for a program."""
    path.unlink(missing_ok=True)
    path.write_text(text, "utf-8")
    path.chmod(0o755)
