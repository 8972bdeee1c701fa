"""Checks every dashboard and every rule against a Prometheus that scrapes a daemon with some trading behind it.

    python3 tests/dashboards/check.py http://127.0.0.1:9090

Plain Python 3.11. Prints a fault a line, and exits with 1 if there is one. What is allowed to fail stands in allowed.json with its
reason; an allowance that is not needed is a fault itself.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

sys.dont_write_bytecode = True
import asked  # noqa: E402
import boards  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
GRAFANA = ROOT / "grafana"
# More allowances than this would mean that the check checks little.
ALLOWED_MAX = 40


class Allowed:
    """What may be missing: metrics that nobody exports yet, and matcher values of sets that a test's venue does not fill."""

    def __init__(self, told: dict):
        self.metrics: dict[str, str] = told["metrics"]
        self.faults: dict[str, str] = told["faults"]

    def stale(self, prometheus: asked.Prometheus, met: set[str]) -> Iterator[str]:
        """Allowances that are not needed, or have no reason."""
        for metric in sorted(self.metrics.keys() & prometheus.metrics()):
            yield f"STALE allowed.json: {metric} is exported"
        for fault in sorted(self.faults.keys() - met):
            yield f"STALE allowed.json: nothing says {fault}"
        for what, reason in sorted((self.metrics | self.faults).items()):
            if len(reason) < 10:
                yield f"STALE allowed.json: {what} has no reason"
        if len(self.metrics) + len(self.faults) > ALLOWED_MAX:
            yield f"STALE allowed.json: more than {ALLOWED_MAX} allowances"


def check(shown: dict[str, dict], prometheus: asked.Prometheus, allowed: Allowed) -> Iterator[str]:
    """The faults of some dashboards."""
    sources = boards.provisioned(GRAFANA / "provisioning")
    for key in ("uid", "title"):
        named = [board[key] for board in shown.values()]
        for twice in sorted({one for one in named if named.count(one) > 1}):
            yield f"DUPLICATE-BOARD: two dashboards have the {key} {twice}"
    for name, board in shown.items():
        yield from boards.faults(name, board, sources)
        yield from asked.faults(name, board, prometheus, set(allowed.metrics))


def main() -> int:
    prometheus = asked.Prometheus(sys.argv[1])
    allowed = Allowed(json.loads((Path(__file__).parent / "allowed.json").read_text("utf-8")))
    shown = boards.read(GRAFANA / "dashboards")
    found = [*check(shown, prometheus, allowed), *asked.rule_faults(prometheus, set(allowed.metrics))]
    met = {fault for fault in found if fault in allowed.faults}
    found = [fault for fault in found if fault not in met] + list(allowed.stale(prometheus, met))
    for fault in found:
        print(fault)
    targets = sum(len(panel.get("targets", [])) for board in shown.values() for panel in boards.panels(board))
    print(f"{len(shown)} dashboards, {targets} queries, {len(allowed.metrics) + len(met)} allowances: {len(found)} faults")
    return 1 if found or not targets else 0


if __name__ == "__main__":
    sys.exit(main())
