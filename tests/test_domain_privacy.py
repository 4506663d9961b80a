"""Masking: what must never be seen again, what must stay, and that offsets hold."""

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import Planted, planted

from domain.privacy import mask, spans

SHARED = Path(__file__).parents[2] / "shared" / "data"

MASKED = {
    "打13812345678": "打***********",
    "打138 1234 5678！": "打*************！",
    "打１３８－１２３４－５６７８": "打*************",
    "打+86 138.1234.5678": "打*****************",
    "打幺三八一二三四五六七八": "打***********",
    "打1️⃣3️⃣8️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣": "打" + "*" * 31 + "\ufe0f⃣",
    "打13812345678/13912345678": "打***********/***********",
    "座机0431-81234567转802": "座机*****************",
    "(0431)8123 4567": "***************",
    "办公电话8123 4567": "办公电话*********",
    "人在韩国+82 10-1234-5678": "人在韩国****************",
    "证号220102199003071234": "证号******************",
    "证号22010219900307123x，": "证号******************，",
    "证号２２０１０２ １９９００３０７ １２３Ｘ": "证号********************",
    "老证220102900307123": "老证***************",
    "护照E12345678": "护照*********",
    "吉A·12345 拒载": "******** 拒载",
    "吉ａＤ１２３４５": "********",
    "吉A1234警": "*******",
    "车牌A8D123": "车牌******",
    "使014578": "*******",
    "写到li.wei@example.com": "写到******************",
    "写到ｌｉ＠ｅｘａｍｐｌｅ．ｃｏｍ。": "写到" + "*" * 14 + "。",
    "写到 li(at)qq.com": "写到 ************",
    "加微信：snow_888": "加微信：********",
    "vx snow888": "vx *******",
    "QQ群 123456789": "QQ群 *********",
    "卡号6222 0212 3456 7890 123": "卡号***********************",
    "@张三丰 你看": "@*** 你看",
    "回复@雪-人_01:对": "回复@******:对",
    "＠阿强。": "＠**。",
    "我叫欧阳建国，": "我叫****，",
    "我是来滑雪的，叫王芳的教练": "我是来滑雪的，叫**的教练",
    "姓名：阿依古丽·买买提": "姓名：********",
    "王建国女士反映": "***女士反映",
    "市民李秀英反映": "市民***反映",
    "（记者 张建国 李娟）": "（记者 *** **）",
    "本报记者王强报道": "本报记者**报道",
    "我叫张娟，朋友说张娟别去": "我叫**，朋友说**别去",
    "张伟13812345678": "*************",
    "联系人：王强、李娟": "联系人：**、**",
}

KEPT = """
司机张口就要200
高速路口堵了两小时
于是我们走了
我和师傅说了他不听
更衣室水管爆了
马师傅人很好
白雪皑皑真美
退款金额不对，安全员也不在
方向盘打死了
停在1号门
2026-11-23 13:45 到的，2026.11.24 走
票价198，儿童99，押金300，一共597元
工单CC202611220001已派单
案件LHS-20261123-0012
视频7389123456789012345
微博5101234567890123，作品7312345678901234567
打12345、110、120、119、122、12315都没用
客服400-812-3456，4008123456，95510
关于王师傅和李教练的事
乘客高兴，司机马上说不去
由于王师傅没来
感谢值守大哥和滑雪教练
经常老师带队
导游安排，老板任何解释都没有
工作人员高度重视，记者来电
我叫高德打车，我叫了代驾
我叫王师傅来接
公安同志、班主任老师、项目经理都在
联系人：匿名
投诉人：游客
来电人反映，投诉人称
@长春交警 管管
@官方 给个痛快话
@我了，
微信付了200元，微信转账10000元，QQ音乐
公众微信号liulian_hua
用苹果iPhone15拍的，新款RAV4，西宁FM100.6
单板教练 双板教练 高级教练
价格130 150 180 200
K1次列车G8001，航班CZ6543
海拔1234.5米，坐标43.8171,125.3235
"""


@pytest.mark.parametrize(("text", "shown"), MASKED.items())
def test_an_identifier_is_starred_and_nothing_else(text: str, shown: str) -> None:
    assert mask(text) == shown


@pytest.mark.parametrize("text", KEPT.strip().splitlines())
def test_ordinary_complaints_stay_as_they_are(text: str) -> None:
    assert mask(text) == text


def _leaks(one: Planted) -> Iterator[str]:
    shown, start = mask(one.text), one.text.index(one.value)
    if one.value in shown:
        yield f"{one.kind}: {one.text}"
    elif shown[start : start + len(one.value)].strip("*"):
        yield f"{one.kind} in part: {shown}"


@pytest.mark.parametrize("seed", [3, 20261123])
def test_none_of_two_thousand_planted_identifiers_is_left(seed: int) -> None:
    assert [leak for one in planted(2000, seed) for leak in _leaks(one)] == []


def test_planting_covers_every_kind_and_repeats_with_its_seed() -> None:
    some = planted(600, 1)
    assert some == planted(600, 1) != planted(600, 2)
    assert {one.kind for one in some} == {"phone", "id", "plate", "mail", "name", "at"}
    assert all(one.value in one.text for one in some)


def test_two_identifiers_side_by_side_are_both_masked() -> None:
    some = planted(400, 5)
    for one, other in pairwise(some):
        shown = mask(f"{one.text}\n{other.text}")
        assert one.value not in shown and other.value not in shown, (one, other)


_WORDS = (
    "138 13812345678 1 3 + 86 0431 81234567 220102199003071234 x 吉 A A12345 @ li qq.com . - · "
    "我叫 姓名： 张 三 李建国 先生 反映 市民 、 ， （记者 微信 电话 * 一三八 \u200b \ud800 ⃣ 谢"
)
_PIECES = st.sampled_from([*_WORDS.split(), " ", "\n"])
_TEXTS = st.one_of(st.text(), st.lists(_PIECES, max_size=40).map("".join))


@settings(max_examples=400, deadline=None)
@given(_TEXTS)
def test_a_mask_keeps_length_and_every_other_character_and_leaves_nothing(text: str) -> None:
    shown = mask(text)
    assert len(shown) == len(text)
    assert all(new in ("*", old) for old, new in zip(text, shown, strict=True))
    assert mask(shown) == shown and spans(shown) == []


@settings(max_examples=200, deadline=None)
@given(_TEXTS)
def test_spans_are_in_order_and_are_what_mask_stars(text: str) -> None:
    found = spans(text)
    assert all(a.end <= b.start for a, b in pairwise(found))
    stars = [i for span in found for i in range(span.start, span.end)]
    shown = mask(text)
    assert all(shown[i] == "*" for i in stars)
    assert [i for i, char in enumerate(shown) if char == "*" != text[i]] == [
        i for i in stars if text[i] != "*"
    ]


@pytest.mark.parametrize(
    "unit",
    ["a", "1", "1 ", "1381234567", "a@b.", "我叫张三、", "市民张三", "吉A1234", "@", "\ud800"],
)
def test_hostile_repetition_ends_in_bounded_rounds(unit: str) -> None:
    text = unit * (30_000 // len(unit))
    shown = mask(text)
    assert len(shown) == len(text) and spans(shown) == []


def _shared_texts() -> Iterator[str]:
    for path in (SHARED / "mentions_dev.jsonl", *sorted((SHARED / "seeds").glob("*.jsonl"))):
        for line in path.read_text("utf-8").splitlines():
            yield json.loads(line)["text"]


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data is not beside the checkout")
def test_texts_without_identifiers_are_left_alone() -> None:
    """5,370 texts written for this project hold one account name and no other identifier."""
    changed = [text for text in _shared_texts() if mask(text) != text]
    assert [re.findall(r"@\w+", text) for text in changed] == [["@南风知我意"]]
