"""The command line: stdout is the result, stderr the log, in Chinese; exit 1 on trouble.

Errors raised on purpose (``TingxueError``) become one Chinese line and exit code 2; anything else
is a defect and shows its traceback.
"""

import logging
import os
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from domain.errors import ConfigError, TingxueError
from tingxue import secretfiles

_WHERE: Mapping[str, tuple[str, ...]] = {
    "tingxue.cli_duty": ("collect", "analyse", "triage", "notify", "chase", "once", "watch",
                         "doctor", "demo"),
    "tingxue.cli_data": ("import", "rejects", "purge"),
    "tingxue.cli_report": ("report",),
    "tingxue.cli_search": ("search", "index"),
    "tingxue.cli_verdicts": ("score", "explain"),
    "tingxue.cli_cases": ("case",),
    "tingxue.cli_reviews": ("review", "correct", "corrections"),
    "tingxue.cli_quality": ("quality",),
    "tingxue.cli_roster": ("roster",),
    "tingxue.cli_audit": ("audit",),
    "tingxue.cli_clocks": ("clocks",),
    "tingxue.cli_kibana": ("kibana",),
    "tingxue.cli_ledger": ("ledger",),
    "tingxue.cli_operations": ("backup", "metrics"),
    "tingxue.cli_sources": ("sources",),
    "tingxue.cli_adding": ("add",),
    "tingxue.cli_desk": ("desk",),
    "tingxue.cli_drill": ("drill",),
    "tingxue.cli_season": ("season",),
    "tingxue.cli_child": ("collect-one",),
    "tingxue.cli_browser": ("login", "listen"),
    "tingxue.cli_watchdog": ("watchdog",),
}  # fmt: skip
"""module -> the names of its COMMANDS. Only the module of the command at hand is loaded."""


class _Chinese(click.Group):
    """A group whose expected errors are one line for the person at the keyboard."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(name for names in _WHERE.values() for name in names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        for module, names in _WHERE.items():
            if cmd_name in names:
                commands: tuple[click.Command, ...] = import_module(module).COMMANDS
                return next(command for command in commands if command.name == cmd_name)
        return None

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ConfigError as error:
            for line in (str(error), *getattr(error, "__notes__", ())):
                click.echo(line, err=True)
            ctx.exit(2)
        except TingxueError as error:
            click.echo(f"出错：{error}", err=True)
            ctx.exit(2)


@click.group(cls=_Chinese, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-v", "--verbose", is_flag=True, help="显示详细日志")
@click.option(
    "--log-file", type=click.Path(dir_okay=False, path_type=Path),
    help="日志写进这个文件而不是终端：满 10 MiB 换新的，旧的留 5 份；每个常驻程序各用一个文件",
)  # fmt: skip
@click.version_option(package_name="tingxue", prog_name="tingxue")
def main(verbose: bool, log_file: Path | None) -> None:
    """听雪：收集网上和热线里对度假区的反映，分给该管的部门，跟到办结为止。"""
    os.umask(0o077)
    secretfiles.take(os.environ)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
        handlers=[_handler(log_file)],
    )
    logging.getLogger("jieba").setLevel(logging.WARNING)


def _handler(file: Path | None) -> logging.Handler:
    """Where the log goes: the file, else the terminal. Raises InputError."""
    if file is not None:
        from tingxue import logfile

        return logfile.rotating(file)
    if sys.stderr.isatty():
        from rich.logging import RichHandler

        return RichHandler(show_path=False, rich_tracebacks=False)
    return logging.StreamHandler()
