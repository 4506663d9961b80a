"""Entry by hand: pasted share texts, links with words, plain words; one id with every other way."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from world import World, opened_world

from domain.errors import InputError
from domain.plan import Plan
from domain.types import Incoming, Kind
from tingxue.adding import Entry, add
from tingxue.cli import main
from tingxue.home import home_at
from tingxue.intake import LedgerIntake

VIDEO = "https://www.douyin.com/video/7000000000000000017?share_token=abc"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, plan: Plan) -> Iterator[World]:
    """One for all: each test adds words of its own."""
    with opened_world(tmp_path_factory.mktemp("world"), plan) as made:
        yield made


def test_words_of_a_link_become_the_mention_that_a_listener_knows(world: World) -> None:
    heard = Incoming(
        platform="douyin", kind=Kind.POST, native_id="7000000000000000017", text="天定山缆车停了",
        url="https://www.douyin.com/video/7000000000000000017",
    )  # fmt: skip
    LedgerIntake(world.app.ledger, "dy", world.clock)([heard])
    done = add(world.app, Entry(pasted=VIDEO, text="说缆车又停了"), "甲")
    assert (done.new, done.text) == (False, heard.text)
    with world.app.ledger.read() as books:
        [known] = books.mentions.many([done.mention_id])
        line = books.audit.lines()[-1]
    assert (known.source, known.url) == ("dy", heard.url)
    assert (line["actor"], line["action"], line["subject"]) == ("甲", "add", done.mention_id)


def test_a_link_alone_asks_for_the_words(world: World) -> None:
    before = world.rows()
    with pytest.raises(InputError, match="--text"):
        add(world.app, Entry(pasted=VIDEO), "甲")
    assert world.rows() == before


@pytest.mark.parametrize(
    ("entry", "platform", "text", "url"),
    [
        (Entry(pasted="游客打13912345678说雪具坏了"), "manual", "游客打***********说雪具坏了", ""),
        (Entry(platform="channels", text="停车场没人管", url="https://weixin.qq.com/sph/AbC"),
         "channels", "停车场没人管", "https://weixin.qq.com/sph/AbC"),
        (Entry(pasted="https://paper.example.org/a?id=7", text="报道"), "news", "报道",
         "https://paper.example.org/a?id=7"),
        (Entry(pasted="莲花山人太多 #视频号: 某人"), "channels", "莲花山人太多", ""),
    ],
)  # fmt: skip
def test_each_entry_finds_its_platform(
    world: World, entry: Entry, platform: str, text: str, url: str
) -> None:
    done = add(world.app, entry, "甲")
    assert (done.platform, done.text, done.url, done.new) == (platform, text, url, True)


def test_a_place_that_is_said_apart_stands_for_the_post_above(world: World) -> None:
    done = add(world.app, Entry(pasted="厕所没有水", place="天定山滑雪场"), "甲")
    with world.app.ledger.read() as books:
        [known] = books.mentions.many([done.mention_id])
    assert (known.context.parent_text, known.context.source_kind) == ("天定山滑雪场", "entry")


@pytest.mark.parametrize(
    ("entry", "reason"),
    [(Entry(pasted="x", place="月球"), "没有叫 月球 的地点"),
     (Entry(text="x", url="weixin.qq.com/sph/1"), "--url 里认不出网址"),
     (Entry(pasted="雪" * 20_001), "超过 20000 字")],
)  # fmt: skip
def test_a_wrong_entry_is_refused_with_what_to_do(world: World, entry: Entry, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        add(world.app, entry, "甲")


def test_a_pasted_share_text_is_entered_once_and_without_the_authors_name(tmp_path: Path) -> None:
    home = home_at(tmp_path / "home")
    pasted = (
        "7.53 复制打开抖音，看看【雪山飞狐的作品】天定山滑雪场门口出租车拒载，一听去市里就走，"
        "等了一小时 https://v.douyin.com/iAbCdEf/ a@B.cd"
    )
    words = ["add", "-", "--by", "值班员甲", "--only"]
    done = CliRunner().invoke(main, words, env={"TINGXUE_HOME": str(home.path)}, input=pasted)
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("已录入（抖音，")
    assert "雪山飞狐" not in done.stdout and "拒载" in done.stdout
    again = CliRunner().invoke(main, words, env={"TINGXUE_HOME": str(home.path)}, input=pasted)
    assert again.stdout.startswith("已经有这一条，没有重复录入")
