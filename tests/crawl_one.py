"""Runs live sources, each in a process of its own, and prints what they brought as JSON.

Standard input: a JSON list of jobs {kind, name, start_urls, options, delay, own_channel, now,
since, cache, intake}. ``intake`` is a file that gets one line per batch, written and synced before
the source goes on. Output: {name: {outcome, seen, new, detail, fragments, error, peak_mb}}.
"""

import dataclasses
import importlib
import json
import multiprocessing
import os
import resource
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import crawlers.platforms
from crawlers.given import Given
from domain.identity import AuthorKey, mention_id, native_id
from domain.plan import SourceSpec
from domain.plugins import load
from domain.types import Incoming

AT_ONCE = 8


class FileIntake:
    """One line per batch; new is what no line held before."""

    def __init__(self, path: Path) -> None:
        self.path = path
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        self.known = {item["mention_id"] for line in lines for item in json.loads(line)}

    def __call__(self, items: Sequence[Incoming], *, marks: Mapping[str, str] | None = None) -> int:
        rows = [{**dataclasses.asdict(item), "mention_id": _id(item)} for item in items]
        line = json.dumps(rows, ensure_ascii=False, default=str) + "\n"
        with self.path.open("ab") as file:
            file.write(line.encode())
            file.flush()
            os.fsync(file.fileno())
        fresh = {row["mention_id"] for row in rows} - self.known
        self.known |= fresh
        return len(fresh)


class BrokenIntake:
    """A ledger that refuses."""

    def __call__(self, items: Sequence[Incoming], *, marks: Mapping[str, str] | None = None) -> int:
        raise OSError("disk full")


def _id(item: Incoming) -> str:
    native = native_id(item.native_id, item.url, item.text, item.published_at)
    return mention_id(item.platform, item.kind, native)


def collect(job: dict[str, Any]) -> dict[str, Any]:
    spec = SourceSpec(
        name=job["name"], title=job["name"], kind=job["kind"], platform=job["platform"],
        enabled=True, start_urls=tuple(job["start_urls"]), own_channel=job["own_channel"],
        every_minutes=60, expected_per_day=1.0, delay_seconds=job["delay"],
        options=job["options"],
    )  # fmt: skip
    now = datetime.fromisoformat(job["now"])
    fragments: list[list[str]] = []
    given = Given(
        clock=lambda: now,
        pseudonym=AuthorKey("2026", b"test").pseudonym,
        cache_dir=Path(job["cache"]),
        since=datetime.fromisoformat(job["since"]) if job["since"] else None,
        keep_fragment=lambda *piece: fragments.append(list(piece)),
    )
    source = load(crawlers.platforms, job["kind"]).source(spec, given)
    intake = FileIntake(Path(job["intake"])) if job["intake"] else BrokenIntake()
    try:
        report = dataclasses.asdict(source.collect(intake))
    except OSError as error:
        return {"error": str(error)}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    return {**report, "fragments": fragments, "error": "", "peak_mb": peak}


def _child(job: dict[str, Any], out: Any) -> None:
    out.send(json.dumps(collect(job), ensure_ascii=False))


def main() -> None:
    # Scrapy is imported once, also what it would import when it starts, and started once in each.
    importlib.import_module("scrapy.core.downloader.handlers.http11")
    importlib.import_module("scrapy.downloadermiddlewares.cookies")
    fork = multiprocessing.get_context("fork")
    waiting, done = json.load(sys.stdin), {}
    for job in waiting:
        load(crawlers.platforms, job["kind"])
    while waiting:
        wave, waiting = waiting[:AT_ONCE], waiting[AT_ONCE:]
        running = []
        for job in wave:
            here, there = fork.Pipe(duplex=False)
            child = fork.Process(target=_child, args=(job, there))
            child.start()
            there.close()
            running.append((job["name"], child, here))
        for name, child, here in running:
            done[name] = json.loads(here.recv())
            child.join()
    json.dump(done, sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
