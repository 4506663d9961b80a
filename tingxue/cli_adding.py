"""``tingxue add``: what somebody saw, typed or pasted."""

import json
import sys

import click

from tingxue import adding
from tingxue.app import opened
from tingxue.cli_data import say_cases
from tingxue.cli_options import as_json, platform_code


@click.command()
@click.argument("pasted", default="")
@click.option("--text", default="", help="看到的话；只有链接时必写，程序不打开链接")
@click.option("--url", default="", help="链接")
@click.option("--platform", callback=platform_code, help="平台，如 视频号；不写就按链接认")
@click.option("--place", default="", help="说的是哪里（正文没写地点时），如 天定山滑雪场")
@click.option("--by", "person", required=True, help="经办人")
@click.option("--only", is_flag=True, help="只录入，不接着分析、派案和通知")
@as_json
def add(
    pasted: str, text: str, url: str, platform: str | None, place: str, person: str, only: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """录入：一句话、一个链接，或 App 的分享文字（写 - 从标准输入读）；随后分析、派案。"""
    entry = adding.Entry(
        pasted=sys.stdin.read() if pasted == "-" else pasted, text=text, url=url,
        platform=platform or "", place=place,
    )  # fmt: skip
    with opened() as app:
        done = adding.add(app, entry, person)
        title = app.plan.platform_names[done.platform]
        if as_json:
            row = {"mention_id": done.mention_id, "platform": done.platform, "new": done.new,
                   "text": done.text, "url": done.url}  # fmt: skip
            click.echo(json.dumps(row, ensure_ascii=False))
        else:
            known = "已录入" if done.new else "已经有这一条，没有重复录入"
            click.echo(f"{known}（{title}，{done.mention_id}）：{done.text}")
        if not only:
            say_cases(app, quiet=as_json)


COMMANDS = (add,)
