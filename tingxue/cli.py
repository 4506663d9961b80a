"""The command line: stdout is the result, stderr the log, in Chinese; exit 1 on trouble.

Errors raised on purpose (``TingxueError``) become one Chinese line and exit code 2; anything else
is a defect and shows its traceback.
"""

import logging
import os
import sys
from typing import Any

import click
from rich.logging import RichHandler

from domain.errors import ConfigError, TingxueError
from tingxue import cli_cases, cli_data, cli_duty


class _Chinese(click.Group):
    """A group whose expected errors are one line for the person at the keyboard."""

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
@click.version_option(package_name="tingxue", prog_name="tingxue")
def main(verbose: bool) -> None:
    """听雪：收集网上和热线里对度假区的反映，分给该管的部门，跟到办结为止。"""
    os.umask(0o077)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    handler: logging.Handler = logging.StreamHandler()
    if sys.stderr.isatty():
        handler = RichHandler(show_path=False, rich_tracebacks=False)
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
        handlers=[handler],
    )
    logging.getLogger("jieba").setLevel(logging.WARNING)


for command in (*cli_duty.COMMANDS, *cli_data.COMMANDS, cli_cases.case):
    main.add_command(command)
