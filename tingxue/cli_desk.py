"""``tingxue desk``: serve the duty desk, and keep the accounts of those who use it."""

import click

from domain.times import on_screen
from domain.types import Actor, Role
from tingxue.app import App, opened

_CONSOLE = Actor(name="命令行", role=Role.ADMIN)


@click.group()
def desk() -> None:
    """值守台：签收、转办、答复的网页，以及使用它的账号。"""


@desk.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="在哪个地址上等候连接")
@click.option("--port", default=8600, show_default=True, type=click.IntRange(1, 65535))
@click.option("--allow-http", is_flag=True, help="不加密（仅限可信内网临时使用，每页有提示）")
def serve(host: str, port: int, allow_http: bool) -> None:
    """打开值守台；证书和网址在 settings.yaml 的 desk 里写。Ctrl-C 停止。"""
    from tingxue.desk.serving import serve as run

    with opened() as app:
        run(app, host=host, port=port, allow_http=allow_http, say=click.echo)


@desk.group("user")
def user() -> None:
    """账号：每人一个，不共用；没有默认密码。"""


@user.command("add")
@click.argument("name")
@click.option(
    "--role", required=True, type=click.Choice([str(r) for r in Role if r is not Role.SYSTEM]),
    help="viewer 只看、handler 经办、reviewer 审核、宣传部、督查室、admin 管账号",
)  # fmt: skip
@click.option("--department", default="", help="所在部门；viewer 和 handler 必须写")
def add_user(name: str, role: str, department: str) -> None:
    """新建账号，给出一次性口令：本人 24 小时内用它登录并设置密码。"""
    with opened() as app:
        code = _added(app, name, Role(role), department)
    _say_code(name, code)


def _added(app: App, name: str, role: Role, department: str) -> str:
    """The one-time code of the new account. Raises InputError."""
    from tingxue.desk import accounts

    return accounts.add(app, accounts.checked(app, name, role, department), _CONSOLE)


@user.command("list")
def list_users() -> None:
    """列出账号：姓名、身份、部门、能不能登录。"""
    with opened() as app, app.ledger.read() as books:
        users, now = books.users.all(), app.clock()
    for one in users:
        state = "已停用" if one.disabled else "可登录" if one.password else "待设密码"
        if not one.disabled and not one.password and one.setup_until and one.setup_until <= now:
            state = "一次性口令已过期，请重置"
        click.echo(
            f"{one.name}  {one.role}  {one.department or '—'}  {state}  "
            f"{on_screen(one.created_at)} 建"
        )
    if not users:
        click.echo("没有账号；用 tingxue desk user add 新建")


@user.command("disable")
@click.argument("name")
def disable_user(name: str) -> None:
    """停用账号：立即退出所有登录，不能再登录；经过和审计不变。"""
    from tingxue.desk import accounts

    with opened() as app:
        ended = accounts.disable(app, name, _CONSOLE)
    click.echo(f"{name} 已停用，退出登录 {ended} 处")


@user.command("reset")
@click.argument("name")
def reset_user(name: str) -> None:
    """重置账号：原密码作废，退出所有登录，给出新的一次性口令；停用的重新启用。"""
    from tingxue.desk import accounts

    with opened() as app:
        code = accounts.reset(app, name, _CONSOLE)
    _say_code(name, code)


def _say_code(name: str, code: str) -> None:
    click.echo(f"{name} 的一次性口令：{code}")
    click.echo("请当面或电话告诉本人，24 小时内有效，只显示这一次。", err=True)


COMMANDS = (desk,)
