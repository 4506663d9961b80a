"""Reposts and truncations share a key; different texts do not."""

import subprocess
import sys

import pytest

from nlp.duplicates import bare, containment, fingerprints, repeats, same, similarity

LONG = (
    "昨天从轻轨站打车去冰雪新天地，师傅一听地址就摇头，前后问了六台车都不肯走，"
    "最后是路过的好心人把我们一家老小捎过去的。"
)
OTHERS = [
    "民宿的暖气半夜停了，孩子冻得直哭，老板电话也不接，第二天退房还要扣押金。",
    "天定山的雪道修得真好，教练耐心，下午人少，滑到天黑都不想走。",
    "停车场出口只有一根杆，排了五十分钟才出来，后面的车一直按喇叭，没人来管。",
    "雪雕化得没了形状，鼻子耳朵都掉在地上，也没有人来修一修，白跑了一趟。",
]


def _shared(a, b):
    return bool(set(fingerprints(a)) & set(fingerprints(b)))


@pytest.mark.parametrize(
    "copy",
    [
        f"转发微博 {LONG}",
        f"#长春旅游# {LONG} @长春发布 https://t.cn/A6abc",
        f"回复 @雪花:{LONG}😡😡😡",
        f"转发微博//@小雪: {LONG}",
        f"太过分了，转给相关部门看看，有没有人管//@小雪: {LONG}",
        LONG.replace("，", " ").replace("。", "!!!"),
        LONG[: int(len(LONG) * 0.7)],
        LONG.replace("昨天", "前天"),
    ],
)
def test_a_decorated_or_cut_copy_shares_a_key(copy):
    assert _shared(LONG, copy)
    assert same(LONG, copy)


@pytest.mark.parametrize("other", OTHERS)
def test_different_texts_share_no_key(other):
    assert not _shared(LONG, other)
    assert similarity(LONG, other) < 0.2
    assert not same(LONG, other)


def test_short_texts_match_only_exactly():
    assert fingerprints("太坑了！") == fingerprints("太坑了😡")
    assert not _shared("太坑了", "太坑了吧")
    assert similarity("太坑了", "太坑了吧") == 0
    assert len(fingerprints("太坑了")) == 1


def test_nothing_but_decoration_has_no_key():
    assert fingerprints("@甲 #乙# 😡！！ https://t.cn/x") == ()
    assert similarity("", "😡") == 0


def test_a_bare_forward_is_the_forwarded_text():
    assert bare("//@甲:路灯坏了半个月没人修") == "路灯坏了半个月没人修"


def test_a_longer_answer_to_a_forwarded_text_is_the_answers_own():
    assert bare("路灯坏了半个月没人修，谁来管//@甲:真的吗") == "路灯坏了半个月没人修谁来管"


def test_one_character_in_ten_changed_is_still_the_same_text():
    changed = "".join("某" if n % 10 == 5 else char for n, char in enumerate(LONG))
    assert similarity(LONG, changed) < 0.7
    assert same(LONG, changed)


def test_a_forward_with_words_of_its_own_repeats_nothing():
    assert repeats(f"求扩散{LONG}", LONG)
    assert repeats(f"转发微博//@甲：{LONG}", LONG)
    assert not repeats(f"孩子被困住了//@甲：{LONG}", LONG)
    assert repeats(f"孩子被困住了//@甲：{LONG}", f"孩子被困住了//@甲：{LONG}！")
    assert not repeats(LONG[:20], LONG)


def test_a_truncation_is_contained():
    assert containment(LONG, LONG[:30]) == 1
    assert containment("", LONG) == 0
    assert same(LONG, LONG[:20])
    assert similarity(LONG, LONG[:20]) < 0.4


def test_a_short_cry_inside_a_long_text_is_not_the_same_text():
    assert not same("太坑了" + LONG, "太坑了")


def test_keys_are_the_same_in_another_process():
    code = f"from nlp.duplicates import fingerprints; print(fingerprints({LONG!r}))"
    run = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code], capture_output=True, text=True, check=True,
        encoding="utf-8",
    )  # fmt: skip
    assert run.stdout.strip() == repr(fingerprints(LONG))


@pytest.mark.parametrize("text", ["\ud800" * 50, "\x00" * 20, "拒载" * 500_000, "//@" * 5000])
def test_odd_texts_have_keys_or_none(text):
    assert all(isinstance(key, str) for key in fingerprints(text))
    assert 0 <= similarity(text, LONG) <= 1
