"""What people paste: the words stay, the app's phrases and the author's name go."""

import pytest

from crawlers.sharetext import Shared, platform_of, read
from domain.identity import mention_id, native_id
from domain.types import Kind

NOTE = "6540000000000000000000ab"
SHARED = {
    "抖音": (
        "7.53 复制打开抖音，看看【雪山飞狐的作品】天定山滑雪场排队两小时没人管 # 长春滑雪 "
        "https://v.douyin.com/iAbCdEf/ 01/15 a@B.cd :7pm",
        Shared(platform="douyin", native_id="", url="https://v.douyin.com/iAbCdEf/",
               text="天定山滑雪场排队两小时没人管 # 长春滑雪"),
    ),
    "抖音图文": (
        "0.25 12/03 xYz:/ q@P.zz 复制打开抖音极速版，看看【冰城小熊的图文作品】雪道全是冰 https://v.douyin.com/k9/",
        Shared(platform="douyin", native_id="", url="https://v.douyin.com/k9/",
               text="雪道全是冰"),
    ),
    "抖音旧": (
        "12/03 缆车停了半小时 #天定山 https://v.douyin.com/Rs12/ "
        "复制此链接，打开Dou音搜索，直接观看视频！",
        Shared(platform="douyin", native_id="", url="https://v.douyin.com/Rs12/",
               text="12/03 缆车停了半小时 #天定山"),
    ),
    "抖音长链": (
        "https://www.douyin.com/video/7000000000000000017?previous_page=app&share_token=secret",
        Shared(platform="douyin", native_id="7000000000000000017", text="",
               url="https://www.douyin.com/video/7000000000000000017"),
    ),
    "抖音弹窗": (
        "https://www.douyin.com/search/x?modal_id=7000000000000000017&type=general",
        Shared(platform="douyin", native_id="7000000000000000017", text="",
               url="https://www.douyin.com/video/7000000000000000017"),
    ),
    "小红书": (
        "莲花山滑雪场押金不退 雪具还的时候说有划痕… http://xhslink.com/o/AbC12 \n"
        "复制后打开【小红书】查看笔记！",
        Shared(platform="xiaohongshu", native_id="", url="http://xhslink.com/o/AbC12",
               text="莲花山滑雪场押金不退 雪具还的时候说有划痕…"),
    ),
    "小红书旧": (
        "36 小鹿乱撞发布了一篇小红书笔记，快来看吧！ 😆 Zx9KqLm2 😆 http://xhslink.com/Qw3rty，"
        "复制本条信息，打开【小红书】App查看精彩内容！",
        Shared(platform="xiaohongshu", native_id="", url="http://xhslink.com/Qw3rty", text=""),
    ),
    "小红书网页": (
        "28 【停车场收两次费 - 爱滑雪的阿明 | 小红书 - 你的生活兴趣社区】 😆 a1B2c3 😆 "
        f"https://www.xiaohongshu.com/discovery/item/{NOTE}?xsec_token=AAA&xsec_source=pc_share",
        Shared(platform="xiaohongshu", native_id=NOTE, text="停车场收两次费",
               url=f"https://www.xiaohongshu.com/explore/{NOTE}"),
    ),
    "快手": (
        "https://v.kuaishou.com/AbC1de 天定山魔毯坏了没人修 #滑雪 该作品在快手被播放过 1.2万 次，"
        "点击链接，打开【快手】直接观看！",
        Shared(platform="kuaishou", native_id="", url="https://v.kuaishou.com/AbC1de",
               text="天定山魔毯坏了没人修 #滑雪"),
    ),
    "快手无话": (
        "东北老铁发了一个快手作品，一起来看！ https://v.kuaishou.com/zz9 "
        "复制此消息，打开【快手】直接观看！",
        Shared(platform="kuaishou", native_id="", url="https://v.kuaishou.com/zz9", text=""),
    ),
    "B站": (
        "【天定山滑雪被撞，救护等了四十分钟-哔哩哔哩】 https://b23.tv/AbCdEfG",
        Shared(platform="bilibili", native_id="", url="https://b23.tv/AbCdEfG",
               text="天定山滑雪被撞，救护等了四十分钟"),
    ),
    "B站长链": (
        "https://www.bilibili.com/video/av170001/?vd_source=0123abcd",
        Shared(platform="bilibili", native_id="BV17x411w7KC", text="",
               url="https://www.bilibili.com/video/BV17x411w7KC"),
    ),
    "微博": (
        "分享@长春冬天的风 的微博：冰雪新天地门口打车不打表 https://weibo.com/1234567890/z0JH2lOMb",
        Shared(platform="weibo", native_id="3501756485200075", text="冰雪新天地门口打车不打表",
               url="https://m.weibo.cn/detail/3501756485200075"),
    ),
    "视频号": (
        "莲花山停车场没人疏导 #视频号: 雪国列车长",
        Shared(platform="channels", native_id="", url="", text="莲花山停车场没人疏导"),
    ),
    "公众号": (
        "https://mp.weixin.qq.com/s?__biz=MzA&mid=22&idx=1&sn=ff&sharer_shareid=me",
        Shared(platform="wechat_article", text="",
               native_id="https://mp.weixin.qq.com/s?__biz=MzA&idx=1&mid=22",
               url="https://mp.weixin.qq.com/s?__biz=MzA&mid=22&idx=1&sn=ff"),
    ),
    "留言板": (
        "http://liuyan.people.com.cn/threads/content?tid=17000001",
        Shared(platform="liuyan", native_id="17000001", text="",
               url="http://liuyan.people.com.cn/threads/content?tid=17000001"),
    ),
    "别处的网址": (
        "这里有人说雪场餐厅太贵（https://forum.example.org/t/5?from=app&id=7）",
        Shared(platform="", url="https://forum.example.org/t/5?from=app&id=7",
               native_id="https://forum.example.org/t/5?id=7",
               text="这里有人说雪场餐厅太贵（ ）"),
    ),
    "一句话": (
        "游客当面说：3号停车场 3.50 元一小时，贵",
        Shared(platform="", native_id="", url="", text="游客当面说：3号停车场 3.50 元一小时，贵"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SHARED)
def test_a_share_text_gives_words_platform_and_address(name: str) -> None:
    pasted, expected = SHARED[name]
    assert read(pasted) == expected


def test_a_pasted_link_gets_the_id_that_every_other_way_gives() -> None:
    shared = read("https://www.douyin.com/video/7000000000000000017")
    native = native_id(shared.native_id, shared.url, "", None)
    assert mention_id("douyin", Kind.POST, native) == mention_id(
        "douyin", Kind.POST, "7000000000000000017"
    )


@pytest.mark.parametrize(
    "pasted", ["", "http://[", "https://", "【】#视频号", "\ud800 https://t.cn/"]
)
def test_nothing_that_is_pasted_is_too_strange(pasted: str) -> None:
    read(pasted)


def test_only_a_host_itself_or_below_it_is_a_platforms() -> None:
    assert platform_of("https://m.weibo.cn/detail/1") == "weibo"
    assert platform_of("https://notweibo.cn/detail/1") == platform_of("http://[") == ""
