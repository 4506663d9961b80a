"""A page of a real Chromium in which a sample's own address is asked, and an ear that hears it."""

import asyncio
from urllib.parse import unquote, urlsplit

from browser_rounds import Chromium, Shelf
from browser_site import HTML
from contracts.heard_contract import Spoken, kept_of
from contracts.listened_contract import KEY, NOW
from contracts.listened_contract import Answer as Sampled
from contracts.mode_contract import Taken
from playwright.async_api import Page

from crawlers.ear import Ear
from crawlers.listened import Exchange, Listened
from domain.types import Mode
from tingxue.demo.replica import Answer

_ASK = """async ([address, method, body]) => {
    const answer = await fetch(address, {method, body: body || undefined});
    await answer.text();
}"""
_STEP = 0.005


class Window:
    """Where this mode begins. What is heard there beside the office's own account was found by a
    search of the office, so the ledger knows it."""

    def __init__(self, chromium: Chromium, mode: Mode) -> None:
        self._chromium, self._mode = chromium, mode

    def take(self, spoken: Spoken) -> Taken:
        return self._chromium.runner.run(self._heard(spoken))

    async def _page(self, listened: Listened) -> Page:
        """The page that a person or the program opens first; one of that site that is open
        already will do."""
        page = self._chromium.context.pages[0]
        if not listened.at_home(page.url):
            address = f"https://{listened.hosts[0]}/"
            if self._mode is Mode.OWN:
                address = listened.own_pages[0]
            elif listened.search_page is not None:
                address = listened.search_page("天定山")
            self._chromium.site.pages = {_path(address): Answer(kind=HTML, body=b"<p>")}
            await page.goto(address, wait_until="commit")
        return page

    async def _heard(self, spoken: Spoken) -> Taken:
        page = await self._page(spoken.listened)
        shelf, kept, listened = Shelf(), list[str](), spoken.listened

        def keep(exchange: Exchange, reason: str) -> None:
            kept.append(kept_of(listened, exchange, reason))

        ear = Ear(
            platform=listened, pseudonym=KEY.pseudonym, clock=lambda: NOW, intake=shelf, keep=keep,
            own=self._mode is Mode.OWN, knows=lambda _: self._mode is not Mode.OWN,
        )  # fmt: skip
        ear.attach(self._chromium.context)
        try:
            await self._ask(page, spoken.answer, spoken.came)
            while ear.waiting:
                await asyncio.sleep(_STEP)
            await ear.settle(0)
        finally:
            ear.detach(self._chromium.context)
        (answer,) = ear.answers
        assert (ear.missed, ear.too_big) == (0, 0)
        return Taken(items=shelf.items, outcome=answer.outcome, kept=kept)

    async def _ask(self, page: Page, answer: Sampled, body: bytes) -> None:
        """As the site's own script does."""
        came = Answer(body=body, status=answer.status, headers=answer.headers)
        self._chromium.site.pages = {_path(answer.url): came}
        await page.evaluate(_ASK, [answer.url, answer.method, answer.request_body])


def _path(address: str) -> str:
    return unquote(urlsplit(address).path)
