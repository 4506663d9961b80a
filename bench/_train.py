"""``./run train``: hands the shipped plan to nlp.train, which as a room may not read config."""

import sys

from config.loader import load
from nlp.train.command import main

if __name__ == "__main__":
    sys.exit(main(load(environ={}), sys.argv[1:]))
