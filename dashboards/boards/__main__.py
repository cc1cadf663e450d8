"""Make, check, import and preview the boards.

python -m dashboards.boards                     write the files of Kibana, OpenSearch Dashboards and Grafana
python -m dashboards.boards --check FILE…       judge saved objects that were changed by hand
python -m dashboards.boards import --kibana URL bring them into a running Kibana
python -m dashboards.boards preview --search URL draw them ourselves, with what a search server holds
"""

from __future__ import annotations

import sys

from dashboards.boards.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
