"""`python -m bridge` and the command `a1111-bridge`."""

import sys

from bridge.cli import main as run


def main() -> None:
    """Run the command line; the exit code is the command's."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
