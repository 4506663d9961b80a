"""What a hand does on a page in a round: turn the wheel, click what opens, pick one of a list.

Nothing is typed, sent, liked or answered. What is looked for may stand in a frame or in an open
shadow tree; back-ends are built of both.
"""

import asyncio
from collections.abc import Sequence

from playwright.async_api import Error, Locator, Page

_SCROLL = """selector => {
    const scrolls = it => it.scrollHeight > it.clientHeight + 1
        && /auto|scroll/.test(getComputedStyle(it).overflowY);
    let it = selector ? document.querySelector(selector)
        : document.elementFromPoint(innerWidth / 2, innerHeight / 2);
    while (it && !selector && !scrolls(it)) it = it.parentElement;
    const inner = it && it !== document.body && it !== document.documentElement;
    (inner ? it : window).scrollBy(0, 0.9 * (inner ? it.clientHeight : innerHeight));
}"""

_LINKS = "most => [...document.links].slice(0, most).map(link => link.href)"
_MOST_LINKS = 5000
_LOOK = 0.1
"""Seconds between two looks for what a click is to bring."""


async def scroll(page: Page, selector: str) -> None:
    """One step, nine tenths of what is seen: of what is named, else of what a wheel would turn in
    the middle of the window. Raises playwright's Error."""
    await page.evaluate(_SCROLL, selector)


async def wheel(page: Page, selector: str) -> None:
    """One step of the wheel over the box that is named, else as ``scroll``: some boxes load more
    for a wheel alone. Raises playwright's Error."""
    box = await _seen(page, selector)
    shape = await box.first.bounding_box() if box is not None else None
    if shape is None:
        await scroll(page, "")
        return
    middle = shape["x"] + shape["width"] / 2, shape["y"] + shape["height"] / 2
    await page.mouse.move(*middle)
    await page.mouse.wheel(0, 0.9 * shape["height"])


async def click(page: Page, selector: str, *, number: int = 0, within: float) -> bool:
    """Whether it stood there to be seen and was clicked; ``within``: seconds it may take."""
    found = await _seen(page, selector)
    if found is None:
        return False
    try:
        await found.nth(number).click(timeout=within * 1000)
    except Error:  # something lies over it, or it has just gone
        return False
    return True


async def labels(page: Page, selector: str, *, within: float) -> Sequence[str]:
    """What the entries of a list say, in order; waits so many seconds for the list to come."""
    loop = asyncio.get_running_loop()
    until = loop.time() + within
    while True:
        found = await _seen(page, selector)
        if found is not None:
            return await found.all_inner_texts()
        if loop.time() > until:
            return ()
        await asyncio.sleep(_LOOK)


async def links(page: Page) -> Sequence[str]:
    """The addresses that the page links to, with whatever it put into them."""
    try:
        found: list[str] = await page.evaluate(_LINKS, _MOST_LINKS)
    except Error:  # it has just moved on
        return ()
    return found


async def _seen(page: Page, selector: str) -> Locator | None:
    """What the selector finds that can be seen, in the first frame that has it."""
    for frame in page.frames if selector else ():
        found = frame.locator(selector).filter(visible=True)
        try:
            if await found.count():
                return found
        except Error:  # the frame has just gone
            continue
    return None


def why(error: Error) -> str:
    """What went wrong with a page, in Chinese."""
    words = {"ERR_TOO_MANY_REDIRECTS": "转向不止", "Timeout": "超时没有回应",
             "ERR_NAME_NOT_RESOLVED": "域名解析不了", "ERR_CONNECTION_REFUSED": "连接被拒",
             "has been closed": "窗口被关闭", "crashed": "页面崩溃"}  # fmt: skip
    return next((why for word, why in words.items() if word in error.message), "连接中断")
