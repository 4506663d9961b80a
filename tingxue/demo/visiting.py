"""The desk on the demo week: open on this machine only, with one account and its one-time code.

Its clock goes on from where the week ended, so that limits and delays read as they did then.
"""

import os
from collections.abc import Callable

from domain.times import system_clock
from domain.types import Actor, Role
from ledger.users import User
from tingxue.app import opened
from tingxue.demo.runner import END, START
from tingxue.demo.week import moment
from tingxue.home import Home
from tingxue.playing import environ_of

HOST, PORT = "127.0.0.1", 8600
NAME = "演练值班员"
_BY = Actor(name="演练", role=Role.ADMIN)


def receive(home: Home, say: Callable[[str], None], port: int = PORT) -> None:
    """Until it is stopped. Raises InputError when the port is taken."""
    from tingxue.desk import accounts
    from tingxue.desk.serving import serve

    behind = system_clock() - moment(START, END)
    with opened(
        home=home,
        clock=lambda: system_clock() - behind,
        environ=environ_of(os.environ),
        channels={},
    ) as app:
        user = User(name=NAME, role=Role.PUBLICITY, department="宣传部", created_at=app.clock())
        code = accounts.add(app, user, _BY)
        say(f"值守台：http://{HOST}:{port}  姓名 {NAME}  一次性口令 {code}（首次登录后设置密码）")
        say("这是本机演练，没有加密；按 Ctrl-C 结束。")
        serve(app, host=HOST, port=port, allow_http=True)
