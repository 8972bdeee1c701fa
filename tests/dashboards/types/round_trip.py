"""Whether every dashboard comes back whole from Grafana's foundation SDK: what the SDK does not know, it drops, and the difference names it.

Needs grafana-foundation-sdk in target/tools/python, which ./tests/run installs.
"""

import copy
import json
import sys
from collections.abc import Iterator
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "target/tools/python"))
from grafana_foundation_sdk.cog import plugins  # noqa: E402
from grafana_foundation_sdk.cog.encoder import JSONEncoder  # noqa: E402
from grafana_foundation_sdk.models.dashboard import Dashboard  # noqa: E402

def back(board: dict) -> dict:
    """The dashboard through the SDK."""
    return json.loads(JSONEncoder().encode(Dashboard.from_json(copy.deepcopy(board))))


def lost(given, got, at: str = "$") -> Iterator[str]:
    """What was given and did not come back the same. What the SDK adds is none of ours; null is absence."""
    if isinstance(given, dict) and isinstance(got, dict):
        for key, value in given.items():
            if key in got:
                yield from lost(value, got[key], f"{at}.{key}")
            elif value is not None:
                yield f"{at}.{key}: is unknown"
    elif isinstance(given, list) and isinstance(got, list) and len(given) == len(got):
        for n, (one, other) in enumerate(zip(given, got)):
            yield from lost(one, other, f"{at}[{n}]")
    elif given != got:
        yield f"{at}: {given!r} comes back as {got!r}"


def main() -> int:
    plugins.register_default_plugins()
    boards = {path.name: json.loads(path.read_text("utf-8")) for path in sorted((ROOT / "grafana/dashboards").glob("*.json"))}
    told = [f"{name} {fault}" for name, board in boards.items() for fault in lost(board, back(board))]
    mutant = copy.deepcopy(next(iter(boards.values())))
    mutant["graphToltip"] = mutant.pop("graphTooltip")
    if not any("graphToltip" in fault for fault in lost(mutant, back(mutant))):
        told.append("not caught: a misspelt key")
    for fault in told:
        print(fault)
    print(f"{len(boards)} dashboards: {len(told)} faults")
    return 1 if told or not boards else 0


sys.exit(main())
