"""Words and colours: what label values are called on a dashboard. One place, so that red is the same red everywhere."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

RED, ORANGE, YELLOW, BLUE, GREEN = "#F2495C", "#FF9830", "#FADE2A", "#5794F2", "#73BF69"
GREY, CALM, WHITE = "#8E8E99", "#8AB8FF", "#F4F5F5"

LEVELS = {"red": ("红色", RED), "orange": ("橙色", ORANGE), "yellow": ("黄色", YELLOW)}
WATCH_LEVELS = {**LEVELS, "blue": ("蓝色", BLUE)}
SEVERITIES = {
    "D": ("视为类", RED), "X": ("无效类", "#E02F44"), "C": ("应查类", ORANGE),
    "V": ("程序问题", YELLOW), "S": ("强线索", BLUE), "L": ("线索", CALM),
}
TOPICS = {
    "collusion": ("围标串标", RED), "price": ("报价异常", ORANGE), "persons": ("人员与关联关系", YELLOW),
    "evaluation": ("评标异常", "#B877D9"), "procedure": ("程序问题", BLUE), "witness": ("见证记录", "#37872D"),
    "award": ("定标履约", "#56A64B"), "credit": ("信用", GREY),
}
OUTCOMES = {
    "penalised": ("依法查处", RED), "referred_enforcement": ("移交执法大队", ORANGE),
    "referred_discipline": ("移送纪检监察", "#B877D9"), "referred_police": ("移送公安", BLUE),
    "unfounded": ("查否", GREEN), "insufficient": ("证据不足", GREY),
}
ABOUT = {
    "unacknowledged": ("待签收", ORANGE), "unclosed": ("待办结", BLUE), "unrouted": ("无主", "#B877D9"),
    "sent_back": ("被退回", YELLOW), "silenced": ("静默中", GREY), "overdue": ("已逾期", RED),
}
NOTICES = {
    "created": ("新增", BLUE), "raised": ("升级", RED), "withdrawn": ("撤回", GREY), "reminded": ("催办", YELLOW),
    "escalated": ("上报", ORANGE), "overdue": ("逾期", "#E02F44"), "closed": ("办结", GREEN),
}
MOVES = {
    "entered": ("新列入", BLUE), "raised": ("等级上升", RED), "lowered": ("等级下降", GREEN),
    "changed": ("依据变化", YELLOW), "left": ("移出", GREY),
}
KINDS = {"organisation": ("单位", BLUE), "person": ("个人", ORANGE)}
ENDINGS = {
    "triggered": ("命中", ORANGE), "not_triggered": ("未命中", GREEN), "insufficient_data": ("数据不足", YELLOW),
    "not_applicable": ("不适用", GREY), "error": ("出错", RED),
}
EVENTS = {"accepted": ("收下", GREEN), "duplicate": ("重复", BLUE), "conflict": ("冲突", ORANGE), "refused": ("退回", RED)}
SENDINGS = {"sent": ("送达", GREEN), "again": ("将重试", YELLOW), "dead": ("放弃", RED), "waiting": ("等待", BLUE)}
INDUSTRIES = {
    "01": ("工程建设", BLUE), "02": ("政府采购", GREEN), "03": ("土地使用权", ORANGE), "04": ("矿业权", "#B877D9"),
    "05": ("国有产权", YELLOW), "90": ("其他", GREY),
}

_CITY = tomllib.loads((ROOT / "grafana/build/city.toml").read_text("utf-8"))
_DUTIES = tomllib.loads((ROOT / "deploy/duties.toml").read_text("utf-8"))
_PALETTE = [BLUE, GREEN, ORANGE, YELLOW, "#B877D9", "#FFA6B0", "#96D98D", CALM, "#FFCB7D", GREY]


def _coloured(items: list[dict]) -> dict:
    return {item["code"]: (item["name"], _PALETTE[n % len(_PALETTE)]) for n, item in enumerate(items)}


CITY = _CITY["name"]
CONSOLE = _CITY["console"]
REGIONS = _coloured(_CITY["region"])
DEPARTMENTS = _coloured(_DUTIES["department"])
# For the wall, where room is scarce.
SHORT_DEPARTMENTS = {code: (_CITY["short"].get(code, name), colour) for code, (name, colour) in DEPARTMENTS.items()}
