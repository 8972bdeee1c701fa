"""Writes grafana/dashboards/*.json: `python3 grafana/build`. With `--check` it writes nothing and fails if a kept file differs.

Python 3.11 and its standard library; needed only to change dashboards, not to use them.
"""

import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True
from boards import efficacy, market, rules, system, wall, watchlist  # noqa: E402

FOLDER = Path(__file__).resolve().parents[1] / "dashboards"
BOARDS = {
    "wall": wall, "efficacy": efficacy, "market": market, "watchlist": watchlist, "rules": rules, "system": system,
}


def main() -> int:
    texts = {
        f"{name}.json": json.dumps(module.board().as_json(), ensure_ascii=False, indent=2) + "\n"
        for name, module in BOARDS.items()
    }
    if "--check" not in sys.argv[1:]:
        for name, text in texts.items():
            (FOLDER / name).write_text(text, "utf-8")
        return 0
    kept = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.json")}
    differ = sorted(name for name in texts.keys() | kept.keys() if texts.get(name) != kept.get(name))
    for name in differ:
        print(f"grafana/dashboards/{name} is not what grafana/build writes: run `python3 grafana/build`")
    return 1 if differ else 0


sys.exit(main())
