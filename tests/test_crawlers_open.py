"""The mode ``open``: every kind of site that the program reads by itself, crawled for real, over
its samples and over the same ways of saying no."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from contracts.mode_contract import FOREIGN_PAGE, ModeContract, Take, Taken
from newssite import MARKS, article, section, urlset

import crawlers.platforms
from domain import plugins
from domain.identity import id_of
from domain.types import Context, Counts, Incoming, Kind, Mode, Outcome
from tests.local_site import Answer, LocalSite, Script
from tests.test_crawlers_opensites import LOGIN
from tests.test_crawlers_spider import CAPTCHA, NODE, YESTERDAY, crawl, handed_over, html, job

HERE = Path(__file__).parent
SITE, THREADS = HERE / "data" / "site", HERE / "data" / "platforms" / "liuyan" / "threads.json"
SAMPLES = HERE.parents[1] / "shared" / "samples"
BOARD = "/threads/queryThreadsList"
ENTRY = {"founder": NODE, "articles": "/jwyc/", "sitemap": "/sitemap.xml", "rss": "/feed",
         "liuyan": BOARD}  # fmt: skip
"""kind -> the address that leads to everything else."""
PLATFORMS = {"rss": "rss", "liuyan": "liuyan"}
OPTIONS: Mapping[str, Mapping[str, str]] = {
    "articles": MARKS, "sitemap": MARKS, "liuyan": {"fids": "2002"}
}  # fmt: skip
NEWS = "/jwyc/202611/1.html"
NAMELESS = "http://site.invalid"
"""Stands for the replica's address, which is another one at each run."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """A ``Sample``: a replica by what it answers, and the source that reads it."""

    name: str
    kind: str
    answers: Mapping[str, bytes | Answer]
    outcomes: frozenset[Outcome]
    ids: Sequence[str] | None = ()
    home: bool = False
    twice: bool = False
    ours: bool = True
    base: str = ""
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def platform(self) -> str:
        return PLATFORMS.get(self.kind, "news")

    def written(self) -> str:
        bodies = [one if isinstance(one, bytes) else one.body for one in self.answers.values()]
        return b"\n".join(bodies).decode()

    def accounts(self) -> Sequence[str]:
        """None but those that ``NAMES`` tell."""
        return ()

    def reads(self) -> None:
        """The crawl is to find it."""

    def job(self, url: str, folder: Path) -> dict[str, Any]:
        start = self.base or ("/feed" if self.kind == "rss" else "")
        start = ENTRY["articles"] if self.kind == "articles" else start
        options = {**OPTIONS.get(self.kind, {}), **self.options}
        made = job(self.name, url + start, folder, kind=self.kind, **options)
        return {**made, "platform": self.platform, "own_channel": self.home}


def _good() -> Iterator[Site]:
    """One site of each kind that has something to say; feeds of a channel of our own."""
    ok = frozenset((Outcome.OK,))
    paper = {f"/{path.relative_to(SITE)}": path.read_bytes() for path in SITE.rglob("*.html")}
    ids = [f"{NAMELESS}/xycb/pc/paper/c/202611/{no}.html" for no in
           ("22/content_8902", "23/content_9001", "23/content_9004")]  # fmt: skip
    yield Site(name="founder", kind="founder", answers=paper, outcomes=ok, ids=ids, twice=True,
               base="/xycb", options={"words": "莲花山"})  # fmt: skip
    listed, words = section([NEWS]).encode(), article("甲").encode()
    yield Site(name="articles", kind="articles", answers={"/jwyc/": listed, NEWS: words},
               outcomes=ok, ids=[NAMELESS + NEWS], twice=True)  # fmt: skip
    plan = urlset([(NAMELESS + NEWS, "2026-11-22")]).encode()
    yield Site(name="sitemap", kind="sitemap", answers={"/sitemap.xml": plan, NEWS: words},
               outcomes=ok, ids=[NAMELESS + NEWS], twice=True)  # fmt: skip
    for feed in ("rss", "atom"):
        yield Site(name=feed, kind="rss", answers={"/feed": (SITE / f"{feed}.xml").read_bytes()},
                   outcomes=ok, ids=None, home=True, twice=True)  # fmt: skip
    board = {"/threads/list?fid=2002": b"<div>", BOARD: THREADS.read_bytes()}
    yield Site(name="liuyan", kind="liuyan", answers=board, outcomes=ok, ids=None, twice=True)


def _shared() -> Iterator[Site]:
    """The samples of ../shared/samples, where they are at hand."""
    ok, papers = frozenset((Outcome.OK,)), SAMPLES / "newspaper"
    if SAMPLES.is_dir():
        page = (papers / "founder_content.html").read_bytes()
        path = "/pc/paper/c/202611/22/content_1060001.html"
        answers = {YESTERDAY: (papers / "founder_layout_node_01.html").read_bytes(), path: page}
        yield Site(name="shared-founder", kind="founder", answers=answers, outcomes=ok, ours=False,
                   ids=[NAMELESS + path])  # fmt: skip
        threads = (SAMPLES / "liuyan" / "queryThreadsList.json").read_bytes()
        board = {"/threads/list?fid=2002": b"<div>", BOARD: threads}
        yield Site(name="shared-liuyan", kind="liuyan", answers=board, outcomes=ok, ids=["9000001"],
                   ours=False)  # fmt: skip


def _refusals() -> Iterator[Site]:
    """In the place of what leads on."""
    for kind, path in ENTRY.items():
        for word, answer, outcome in (
            ("limited", Answer(status=429), Outcome.RATE_LIMITED),
            ("captcha", CAPTCHA, Outcome.VERIFY_REQUIRED),
            ("login", LOGIN, Outcome.LOGIN_REQUIRED),
            ("foreign", html(FOREIGN_PAGE.decode()), Outcome.SCHEMA_CHANGED),
        ):
            answers = {"/threads/list?fid=2002": b"<div>", path: answer}
            yield Site(name=f"{kind}-{word}", kind=kind, answers=answers,
                       outcomes=frozenset((outcome,)))  # fmt: skip


def _all() -> list[Site]:
    return [*_good(), *_shared(), *_refusals()]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> list[Mapping[str, Taken]]:
    """Every site, crawled once, and those that are taken twice a second time from nothing."""
    rounds = [_all(), [site for site in _all() if site.twice]]
    return [_crawled(sites, tmp_path_factory.mktemp("open")) for sites in rounds]


@pytest.mark.full
class TestOpen(ModeContract):
    MODE = Mode.OPEN

    @classmethod
    def samples(cls) -> Iterator[Any]:
        yield from (pytest.param(site, id=site.name) for site in _all())
        if not SAMPLES.is_dir():
            skip = pytest.mark.skip(reason="../shared/samples is not here")
            yield pytest.param(None, id="shared", marks=skip)

    @pytest.fixture
    def take(self, crawled: list[Mapping[str, Taken]]) -> Take:
        rounds = iter(crawled)
        return lambda site: next(rounds)[site.name]

    def test_every_kind_of_open_site_is_here(self) -> None:
        kinds = plugins.names(crawlers.platforms)
        readers = {one for one in kinds if hasattr(plugins.load(crawlers.platforms, one), "source")}
        assert readers == {site.kind for site in _good()} == set(ENTRY)


def _crawled(sites: Sequence[Site], folder: Path) -> dict[str, Taken]:
    jobs, replicas = [], dict[str, LocalSite]()
    try:
        for site in sites:
            replica = replicas[site.name] = LocalSite()
            replica.__enter__()
            replica.answers.update(_answers(site, replica.url))
            jobs.append(site.job(replica.url, folder))
            Path(jobs[-1]["intake"]).touch()  # for those that hand nothing over
        reports = crawl(jobs)
    finally:
        for replica in replicas.values():
            replica.__exit__(None, None, None)
    return {name: _taken(name, folder, replica.url, reports[name])
            for name, replica in replicas.items()}  # fmt: skip


def _answers(site: Site, url: str) -> dict[str, Script]:
    """With the replica's own address in them."""
    return {
        path: one if isinstance(one, Answer)
        else Answer(body=one.replace(NAMELESS.encode(), url.encode()))
        for path, one in site.answers.items()
    }  # fmt: skip


def _taken(name: str, folder: Path, url: str, report: Mapping[str, Any]) -> Taken:
    items = [_incoming(row, url) for row in handed_over(folder, name)]
    kept = [piece for _, _, piece in report["fragments"]]
    return Taken(items={id_of(one): one for one in items}, outcome=Outcome(report["outcome"]),
                 kept=kept)  # fmt: skip


def _incoming(row: Mapping[str, Any], url: str) -> Incoming:
    """Back from its line, on a site without an address."""
    known = {one.name for one in dataclasses.fields(Incoming)}
    said = {name: value.replace(url, NAMELESS) if isinstance(value, str) else value
            for name, value in row.items() if name in known}  # fmt: skip
    at = said["published_at"]
    return Incoming(**{
        **said, "kind": Kind(said["kind"]), "context": Context(**said["context"]),
        "counts": Counts(**said["counts"]) if said["counts"] else None,
        "published_at": datetime.fromisoformat(at) if at else None,
    })  # fmt: skip
