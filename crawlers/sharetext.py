"""What a person pastes: a link, a share text of an app, or plain words; read without opening it.

Apps wrap the words in phrases of their own and put the author's name into them: the phrases are
dropped, and the name with them. A short link is kept as it is; nobody follows it. Where a link
holds the post's own number, the post gets the same id as by every other way. The share texts were
written down from general knowledge of the apps; an unknown wrapping stays in the text.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawlers import addresses, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """platform: its code, "" where nothing says. text: the author's words, "" where only the link
    came. url: without tokens. native_id: the post's own number, "" where the link holds none."""

    platform: str
    text: str
    url: str
    native_id: str


_LINK = re.compile(r"https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+", re.I)
_AFTER_LINK = ".,;:!?)]'"
_HOSTS = {
    "douyin.com": "douyin", "iesdouyin.com": "douyin",
    "kuaishou.com": "kuaishou", "chenzhongtech.com": "kuaishou", "gifshow.com": "kuaishou",
    "xiaohongshu.com": "xiaohongshu", "xhslink.com": "xiaohongshu",
    "weixin.qq.com": "channels", "channels.weixin.qq.com": "channels",
    "mp.weixin.qq.com": "wechat_article",
    "weibo.com": "weibo", "weibo.cn": "weibo", "t.cn": "weibo",
    "bilibili.com": "bilibili", "b23.tv": "bilibili",
    "tieba.baidu.com": "tieba", "zhihu.com": "zhihu",
    "toutiao.com": "toutiao", "ixigua.com": "toutiao", "baidu.com": "baidu",
    "ctrip.com": "ctrip", "meituan.com": "meituan", "dianping.com": "meituan",
    "tousu.sina.com.cn": "heimao", "liuyan.people.com.cn": "liuyan",
}  # fmt: skip
_SIGNS = (
    ("douyin", re.compile(r"打开(?:Dou音|抖音)|【抖音】", re.I)),
    ("kuaishou", re.compile(r"打开【快手】|快手作品|打开快手")),
    ("xiaohongshu", re.compile(r"【小红书】|小红书笔记")),
    ("channels", re.compile(r"#\s?视频号")),
    ("bilibili", re.compile(r"-哔哩哔哩】")),
)

# Each is cut out wherever it stands; a group "kept" is what stays of it.
_CODE = r"(?:[A-Za-z]{1,3}@[A-Za-z]{1,3}\.[A-Za-z]{1,3}|[A-Za-z]{2,5}:/|:\dpm|:\dam)"
_MARKED = rf"(?:{_CODE}|\d{{2}}/\d{{2}})"  # a date by itself is the author's
_WRAPPINGS: Mapping[str, tuple[str, ...]] = {
    "douyin": (
        r"^\s*\d{1,2}\.\d{2}\s+(?=复制|[A-Za-z]|\d{2}/\d{2})",
        rf"(?<!\S)(?:{_CODE}|{_MARKED}(?:\s+{_MARKED})+)(?!\S)",
        r"复制打开抖音(?:极速版)?，?看看【[^】]*的(?:图文)?作品】",
        r"复制此链接，?打开(?:Dou音|抖音)(?:极速版)?(?:搜索|，)?，?(?:直接观看视频[！!]?)?",
        r"复制打开抖音(?:极速版)?，?看看",
        r"长按复制此条消息，?打开抖音搜索，?(?:一起看\S*)?",
    ),
    "kuaishou": (
        r"该作品在快手被播放过\s*[\d.]+\s*[万亿]?\s*次",
        r"，?点击链接，?打开【快手】直接观看[！!]?",
        r"复制(?:此|本条)(?:消息|信息|链接)，?打开【快手(?:极速版)?】直接观看[！!]?",
        r"看了这么多快手，?还是「[^」]*」最好玩了[！!。]?",
        r"^\S{1,30}?发了一个快手作品，?一起来看[！!]?",
    ),
    "xiaohongshu": (
        r"^\s*\d{1,3}\s+\S{1,30}?发布了一篇小红书笔记，?快来看吧[！!]?",
        r"^\s*\d{1,3}\s+(?=【)",
        r"😆\s*\w+\s*😆",
        r"，?复制本条信息，?打开【小红书】\s*App\s*查看精彩内容[！!]?",
        r"复制后打开【小红书】查看笔记[！!]?",
        r"【(?P<kept>[^】]*?)(?: - [^】|]*)? \| 小红书 - 你的生活兴趣社区】",
    ),
    "bilibili": (r"【(?P<kept>[^】]*?)-哔哩哔哩】",),
    "weibo": (
        r"分享自?\s*@[^\s：:]+\s*的微博[：:]?",
        r"^\s*@[^\s：:]+[：:]",
        r"(?:——\s*)?来自\s*@\S+(?:\s*-\s*微博)?",
        r"（分享自\s*@\S+）|\(分享自\s*@\S+\)",
        r"@\S+的微博视频",
    ),
    "channels": (r"#\s?视频号\s?[:：]\s?\S+", r"#\s?视频号", r"来自[^\s的]{1,20}的视频号"),
}
_CUT = {name: tuple(re.compile(one) for one in each) for name, each in _WRAPPINGS.items()}


def read(pasted: str) -> Shared:
    """Whatever was pasted, as far as it says something. Never raises, never opens a link."""
    text = fields.clean(pasted)
    links = [(m, platform_of(m.group())) for m in _LINK.finditer(text)]
    link, platform = next((pair for pair in links if pair[1]), links[0] if links else (None, ""))
    platform = platform or next((name for name, sign in _SIGNS if sign.search(text)), "")
    words = text.replace(link.group().rstrip(_AFTER_LINK), " ", 1) if link else text
    raw = link.group().rstrip(_AFTER_LINK) if link else ""
    native = native_of(platform, raw)
    return Shared(
        platform=platform,
        text=_unwrapped(words, platform),
        url=_address(platform, native, raw),
        native_id=native,
    )


def platform_of(url: str) -> str:
    """The platform's code by the address's host, "" for an unknown one."""
    try:
        host = (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
    ends = sorted(_HOSTS, key=len, reverse=True)
    return next((_HOSTS[e] for e in ends if host == e or host.endswith(f".{e}")), "")


def _unwrapped(words: str, platform: str) -> str:
    for cut in _CUT.get(platform, ()):
        words = cut.sub(lambda m: m.groupdict().get("kept") or " ", words)
    lines = (" ".join(line.split()) for line in words.split("\n"))
    return "\n".join(filter(None, (line.strip(" ，,") for line in lines)))


# --- ids, as in the table of domain/identity.py ------------------------------------------------

_IDS: Mapping[str, tuple[str, ...]] = {
    "douyin": (r"/(?:video|note|share/video|share/note)/(\d{6,20})", r"[?&]modal_id=(\d{6,20})"),
    "kuaishou": (r"/(?:short-video|fw/photo|photo)/(?:[^/?]+/)?([0-9A-Za-z]{8,20})(?=[/?]|$)",),
    "xiaohongshu": (r"/(?:explore|discovery/item|search_result)/([0-9a-f]{24})",),
    "weibo": (
        r"weibo\.cn/(?:detail|status)/([0-9A-Za-z]{9,20})",
        r"weibo\.com/\d{4,12}/([0-9A-Za-z]{9,20})",
        r"weibo\.com/detail/(\d{9,20})",
    ),
    "bilibili": (r"/video/(BV[0-9A-Za-z]{10}|av\d{1,16})",),
    "tieba": (r"/p/(\d{4,20})",),
    "zhihu": (r"/answer/(\d{4,20})", r"zhuanlan\.zhihu\.com/p/(\d{4,20})"),
    "heimao": (r"/complaint/view/(\d{6,20})",),
    "liuyan": (r"/threads/content\?(?:[^#]*&)?tid=(\d{3,20})",),
}
_ADDRESSES = {
    "douyin": "https://www.douyin.com/video/{}",
    "kuaishou": "https://www.kuaishou.com/short-video/{}",
    "xiaohongshu": "https://www.xiaohongshu.com/explore/{}",
    "weibo": fields.weibo_url("{}"),
    "bilibili": "https://www.bilibili.com/video/{}",
}


def native_of(platform: str, url: str) -> str:
    """The post's own number in its link; "" where it holds none. Where posts have no number, the
    address, with what its parsers keep of the query (``crawlers.addresses``)."""
    for shape in _IDS.get(platform, ()):
        if found := re.search(shape, url):
            return fields.post_id(platform, found[1])
    bare = fields.bare_url(url)
    return addresses.article_id(bare) if bare and platform not in _IDS else ""


def _address(platform: str, native: str, url: str) -> str:
    if native and platform in _ADDRESSES:
        note = platform == "douyin" and "/note/" in url
        shape = "https://www.douyin.com/note/{}" if note else _ADDRESSES[platform]
        return shape.format(native)
    return fields.bare_url(url)
