"""Options that several commands have, said once."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import click

from crawlers import fields
from domain.times import SHANGHAI, at_shanghai, utc
from domain.types import Role

as_json = click.option("--json", "as_json", is_flag=True, help="输出 JSON")

_WHO: tuple[tuple[tuple[str, ...], dict[str, Any]], ...] = (
    (("--by", "person"), {"required": True, "help": "经办人"}),
    (
        ("--role",),
        {
            "required": True,
            "type": click.Choice([str(role) for role in Role if role is not Role.SYSTEM]),
            "help": "身份",
        },
    ),
    (("--department",), {"default": "", "help": "经办人所在部门"}),
)


def who_options() -> list[click.Option]:
    """--by, --role and --department: whoever acts says who they are."""
    return [click.Option(list(names), **attributes) for names, attributes in _WHO]


def who(command: Callable[..., Any]) -> Callable[..., Any]:
    """The same as a decorator."""
    for names, attributes in reversed(_WHO):
        command = click.option(*names, **attributes)(command)
    return command


def moment(_ctx: click.Context, _param: click.Parameter, text: str | None) -> datetime | None:
    """Callback of an option that takes a Shanghai time."""
    if text is None:
        return None
    try:
        return utc(datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI))
    except ValueError:
        raise click.BadParameter(f"{text}：请写 2026-11-23 17:00") from None


def platform_code(_ctx: click.Context, _param: click.Parameter, text: str | None) -> str | None:
    """Callback of an option that takes a platform by its code or Chinese name."""
    if text is None:
        return None
    try:
        return fields.platform(text)
    except fields.Unreadable as error:
        raise click.BadParameter(f"{text}：{error}") from None


def since_moment(now: datetime, text: str) -> datetime:
    """``7d`` and ``24h`` ago, or the start of a Shanghai day. Raises BadParameter."""
    ago = re.fullmatch(r"(\d{1,4})([dh])", text)
    if ago:
        unit = timedelta(days=1) if ago[2] == "d" else timedelta(hours=1)
        return now - int(ago[1]) * unit
    try:
        return at_shanghai(date.fromisoformat(text))
    except ValueError:
        raise click.BadParameter(f"{text}：请写 7d、24h 或 2026-11-23") from None
