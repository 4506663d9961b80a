"""What a page shows a person: the short words that say why a list is empty, or want something done.

Only whole short pieces of visible text count: a visitor who writes about a 验证码 is no captcha.
"""

from collections.abc import Sequence

from playwright.async_api import Error, Page

from domain.types import Outcome

_MOST = 30
"""Characters of a notice; longer pieces are somebody's words."""

_NOTICES = """most => {
    const found = [document.title];
    const walk = document.createTreeWalker(document.body || document, NodeFilter.SHOW_TEXT);
    for (let n = 0; n < 20000 && walk.nextNode(); n++) {
        const words = walk.currentNode.nodeValue.trim();
        const element = walk.currentNode.parentElement;
        if (words && words.length <= most && element && element.checkVisibility())
            found.push(words);
    }
    return found;
}"""


async def shows(page: Page, signs: Sequence[tuple[str, Outcome]]) -> tuple[str, Outcome] | None:
    """The first of these signs that stands on the page or in one of its frames: one that wants
    something done before one that explains an empty list."""
    seen: list[str] = []
    for frame in page.frames:
        try:
            seen += await frame.evaluate(_NOTICES, _MOST)
        except Error:  # the frame has just gone
            continue
    found = [sign for sign in signs if any(sign[0] in words for words in seen)]
    return min(found, key=lambda sign: sign[1] is Outcome.EMPTY_CONFIRMED, default=None)
