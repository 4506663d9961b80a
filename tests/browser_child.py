"""The collecting child with one source of 抖音 that config would not let run so fast.

python tests/browser_child.py WORDS…     (TINGXUE_HOME and the replica in the environment)
"""

import sys
from dataclasses import replace

from browser_site import raised

from domain.types import Mode
from tingxue import collecting
from tingxue.app import opened


def main(words: list[str]) -> None:
    with opened() as app:
        app.home.profile("douyin").mkdir(mode=0o700, parents=True, exist_ok=True)
        plan = replace(app.plan, sources=(raised(Mode.AUTOMATIC, *words),))
        collecting.collect_one(replace(app, plan=plan), "dy")


if __name__ == "__main__":
    main(sys.argv[1:])
