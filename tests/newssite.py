"""Pages of news sites that do not exist: sections, articles in four layouts, and sitemaps."""

from collections.abc import Iterable

STAMP = "2026-11-23 08:15"
PARAGRAPHS = (
    "接驳车在莲花山山门外等了四十分钟，没有人说明原因，也没有人安排老人和孩子先上车。",
    "值班员说，班次表前一天晚上刚刚改过，车站的牌子还没有来得及换。",
    "多名游客建议在山下的停车场就写明末班车的时间。",
)
MARKS = {  # a site's entry in sources.yaml, as its options
    "article": r"/20\d{4}/\d+\.html$", "title": "//h1", "body": "//div[@class='content']",
    "time": "//div[@class='zxdata']", "origin": "//div[@class='zxdata']",
}  # fmt: skip


def paragraphs(texts: Iterable[str] = PARAGRAPHS) -> str:
    return "".join(f"<p>　　{text}</p>" for text in texts)


def menu(many: int = 30) -> str:
    return "<ul>" + "<li><a href='/about.html'>栏目</a></li>" * many + "</ul>"


def article(title: str, body: str = paragraphs(), stamp: str = STAMP) -> str:
    """Marked as ``MARKS`` say, between menus."""
    return (
        f"<html><head><title>{title}_北城新闻网</title></head><body>{menu()}<h1>{title}</h1>"
        f"<div class='zxdata'>{stamp}　来源：北城晚报　编辑：某</div>"
        f"<div class='content'>{body}</div>{menu()}<p>版权所有</p></body></html>"
    )


def unclosed(title: str) -> str:
    """Nested tables that nobody closed, attributes without quotes, a wrong charset."""
    cells = "".join(f"<tr><td>{text}<br>" for text in PARAGRAPHS)
    return (
        f"<meta charset=big5><table><tr><td><table><tr><td><h1>{title}</h1>"
        f"<div class=zxdata>{STAMP} 来源：北城晚报</div><div class='content'><table>{cells}"
    )


def section(links: Iterable[str], more: Iterable[str] = (), head: str = "") -> str:
    """A list of articles, and links to further sections."""
    rows = "".join(f"<li><a href='{link}'>文</a> {STAMP}</li>" for link in links)
    pages = "".join(f"<a href='{link}'>下一页</a>" for link in more)
    return (
        f"<html><head><title>栏目</title>{head}</head><body>{menu()}<ul>{rows}</ul>{pages}"
        "<a href='http://elsewhere.invalid/jwyc/202611/1.html'>友情链接</a>"
        "<a href='javascript:void(0)'>收藏</a><a href='http://['>坏</a></body></html>"
    )


def urlset(entries: Iterable[tuple[str, str]], root: str = "urlset", item: str = "url") -> str:
    """A sitemap of (address, lastmod or "")."""
    rows = "".join(
        f"<{item}><loc>{url}</loc>{f'<lastmod>{stamp}</lastmod>' if stamp else ''}</{item}>"
        for url, stamp in entries
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</{root}>'
    )
