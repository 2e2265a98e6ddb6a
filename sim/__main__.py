"""``python -m sim`` is the command ``parley``."""

import os
import sys

if __name__ == "__main__":
    # -m puts the working folder first, where a file is no module of ours unless Parley itself runs from there.
    home = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if not sys.flags.safe_path and sys.path[0] == os.getcwd() != home:
        del sys.path[0]

    from sim.cli.app import main

    main()
