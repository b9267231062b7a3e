"""`python -m nlp_cx` is the command line."""

import sys

from nlp_cx.cli import main

if __name__ == "__main__":
    sys.exit(main())
