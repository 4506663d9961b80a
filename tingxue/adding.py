"""One mention entered by hand: words, a link with words, or the share text of an app.

No link is opened. Who entered it stands in the audit; the mention's source is ``entry``.
"""

from dataclasses import dataclass

from crawlers import sharetext
from domain.errors import InputError
from domain.identity import id_of
from domain.types import Actor, Context, Incoming, Kind, Role
from tingxue.app import App
from tingxue.intake import LedgerIntake

SOURCE = "entry"
_LONGEST = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a person gave. pasted: words, link or share text; the others win over what it says.
    place: a place of the plan that the words are about though they do not name it."""

    pasted: str = ""
    text: str = ""
    url: str = ""
    platform: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What came of it. new: not known before by any way."""

    mention_id: str
    platform: str
    text: str
    url: str
    new: bool


def add(app: App, entry: Entry, person: str) -> Added:
    """Store it; what a page itself has said of the same post stands over what a person typed.
    Raises InputError, in Chinese, where words are missing or a name is unknown."""
    raw = _incoming(app, entry)
    found = id_of(raw)
    with app.ledger.read() as books:
        known = books.mentions.get(found)
    typed = known is None or known.source == SOURCE
    new = LedgerIntake(app.ledger, SOURCE, app.clock)([raw]) if typed else 0
    with app.ledger.write() as books:
        actor = Actor(name=person, role=Role.PUBLICITY)
        books.audit.write(app.clock(), actor, "add", found, raw.platform)
        [mention] = books.mentions.many([found])
    return Added(mention_id=found, platform=mention.platform, text=mention.text,
                 url=mention.url, new=bool(new))  # fmt: skip


def _incoming(app: App, entry: Entry) -> Incoming:
    shared = sharetext.read("\n".join(filter(None, (entry.url, entry.pasted))))
    platform = entry.platform or shared.platform or ("news" if shared.url else "manual")
    text = entry.text.strip() or shared.text
    if not text:
        raise InputError("程序不会去打开链接：请把看到的话写在 --text 里")
    if len(text) > _LONGEST:
        raise InputError(f"超过 {_LONGEST} 字，请只录入有关的一段，其余的存成文件用 tingxue import")
    if entry.url and not shared.url:
        raise InputError("--url 里认不出网址，请写完整的 https:// 地址")
    if entry.place and entry.place not in {place.name for place in app.plan.places}:
        known = "、".join(place.name for place in app.plan.places)
        raise InputError(f"没有叫 {entry.place} 的地点；可用：{known}")
    same = platform == shared.platform  # another platform's number would be a wrong one
    return Incoming(
        platform=platform,
        kind=Kind.POST,
        text=text,
        native_id=(shared.native_id or None) if same or not shared.platform else None,
        url=shared.url,
        context=Context(source_kind="entry", parent_text=entry.place),
    )
