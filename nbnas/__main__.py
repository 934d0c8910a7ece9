"""`python -m nbnas`: what one can do, and doing it."""

import sys

from nbnas.command.main import main

if __name__ == "__main__":
    sys.exit(main())
