"""交易监管总览: the wall. 1920×1080, kiosk, read from five metres, so words and figures are large and few.

The grid is 24 columns by 28 rows of 38 pixels. Nothing on it names a party, a section or a person.
"""

from kit import ABSENT, Board, bad_from, bars, good_from, heading, named, now, ratio, stat, steps
from words import BLUE, CALM, CITY, GREEN, LEVELS, ORANGE, RED, REGIONS, SHORT_DEPARTMENTS, TOPICS, WATCH_LEVELS, WHITE

PENDING = 'state=~"open|acknowledged|assigned"'
# Nothing where the daemon does not answer: a nought must never mean that nobody looked.
NOUGHT = "0 * max(xiezhi_ready)"
MONTH = 'period="month"'
ALERTS_LINK = "在控制台中查看预警"


def _tile(name: str, about: str, expr: str, colour: str, path: str) -> dict:
    return stat("", about, [now(expr)], value=104, name=30, mode="value_and_name", wide=False, displayName=name, decimals=0, none="—",
                thresholds=steps(colour), link=("在控制台中查看", path))


def _level(level: str) -> dict:
    word, colour = LEVELS[level]
    about = f"尚未办结、未撤回的{word}预警数:待签收、已签收、已分派之和。"
    return stat("", about, [now(f'sum(xiezhi_alerts{{level="{level}",{PENDING}}})')], value=104, name=30, mode="value_and_name",
                wide=False, fill=True, displayName=f"{word}预警", decimals=0, none="—", thresholds=steps("#2F3136", (1, colour)),
                link=(ALERTS_LINK, f"/alerts?level={level}"))


# Grafana measures the names of bars at another size than it draws them, so names stand in a column of their own: all columns
# of a table have the same rows in the same order.
DISTRICTS = [(name, f'region="{code}"') for code, (name, _) in REGIONS.items()] + [("其他", f'region!~"{"|".join(REGIONS)}"')]
SHORT_TOPICS = {"persons": "人员关联"}
OFFICES = [(name, f'department="{code}"') for code, (name, _) in SHORT_DEPARTMENTS.items()]
KINDS = [(SHORT_TOPICS.get(code, name), f'topic="{code}"') for code, (name, _) in TOPICS.items()]


def _names(rows: list[tuple[str, str]], about: str) -> dict:
    return stat("", about, [now(NOUGHT, name) for name, _ in rows], value=29, mode="name", orientation="horizontal", justify="center",
                thresholds=steps(WHITE), transparent=True, none="")


def _figures(rows: list[tuple[str, str]], level: str) -> dict:
    word, colour = LEVELS[level]
    targets = [now(f'sum(xiezhi_alerts_pending_by{{{where},level="{level}"}}) or {NOUGHT}', name) for name, where in rows]
    about = f"各区在办的{word}预警数:尚未办结、未撤回,按项目所在行政区划(GB/T 2260)统计。未列出的区划计入其他。"
    return stat("", about, targets, value=40, mode="value", orientation="horizontal", justify="center", decimals=0,
                thresholds=steps("#5A5C63", (1, colour)), transparent=True)


def _lengths(rows: list[tuple[str, str]], about: str, metric: str, more: str, thresholds: dict) -> dict:
    targets = [now(f"sum({metric}{{{where}{more}}}) or {NOUGHT}", name) for name, where in rows]
    return bars("", about, targets, value=34, look="gradient", names="hidden", decimals=0, transparent=True, thresholds=thresholds)


def _watch() -> dict:
    targets = [now(f'sum(xiezhi_watchlist_entries{{level="{level}"}})', level) for level in WATCH_LEVELS]
    about = "重点关注对象名单中各等级的数量(单位和个人之和)。依据:通知第六(十四)条。大屏不显示名称。"
    return stat("", about, targets, value=72, name=32, mode="value_and_name", wide=False, decimals=0, orientation="vertical",
                overrides=named(WATCH_LEVELS), transparent=True, color="fixed", link=("在控制台中查看名单", "/watchlist"))


def _efficacy() -> dict:
    shown = [
        ("acknowledgement_on_time", "及时签收", good_from(0.95, 0.8)), ("disposal_on_time", "按期处置", good_from(0.95, 0.8)),
        ("overdue", "逾期", bad_from(0.02, 0.05)),
    ]
    about = (
        "本月全市的三个比率。及时签收率 = 在时限前签收数 ÷(已签收数 + 时限已过数);按期处置率 = 在时限前办结数 ÷(已办结数 + 时限已过数);"
        "逾期率 = 未办结且已过时限数 ÷ 预警数,都按本月生成的预警统计。分母为零显示“不涉及”。目标:前两项不低于 95%,逾期率不高于 5%。"
    )
    return stat("", about, [now(ratio(indicator, where=MONTH), name) for indicator, name, _ in shown], value=62, name=32,
                mode="value_and_name", wide=False, orientation="vertical", unit="percentunit", decimals=1, none=ABSENT,
                transparent=True, overrides=[
                    {"matcher": {"id": "byName", "options": name}, "properties": [{"id": "thresholds", "value": value}]}
                    for _, name, value in shown
                ])


def _hour() -> dict:
    """The alert of the hour: of each level the topic that most new alerts are of, and how many."""
    new = 'round(sum by (topic) (increase(xiezhi_alert_notices_total{{kind="created",level="{level}"}}[1h]))) > 0'
    none = f'label_replace({NOUGHT}, "topic", "none", "", "")'
    targets = [now(f"topk(1, {new.format(level=level)}) or on() {none}", f"{level} {{{{topic}}}}") for level in LEVELS]
    names = {code: f" · {name}" for name, code in ((name, code.split('"')[1]) for name, code in KINDS)} | {"none": ""}
    overrides = [
        {"matcher": {"id": "byName", "options": f"{level} {code}"}, "properties": [
            {"id": "displayName", "value": f"{word}{name}"}, {"id": "thresholds", "value": steps("#5A5C63", (1, colour))},
        ]} for level, (word, colour) in LEVELS.items() for code, name in names.items()
    ]
    about = "近一小时新生成的预警:红、橙、黄各级中最多的一类及其件数(并列时取其一);灰色 0 表示该级没有新增。不显示当事人、标段和个人。"
    return stat("", about, targets, value=60, name=34, mode="value_and_name", orientation="horizontal", decimals=0,
                overrides=overrides, transparent=True, link=(ALERTS_LINK, "/alerts?state=open"))


def board() -> Board:
    wall = Board(
        "xiezhi-wall", "交易监管总览", "大屏:今日场次、在办预警、各区各部门、重点关注对象、处置效能。不显示当事人、标段和个人。"
        "以 kiosk 模式打开:/d/xiezhi-wall?kiosk", refresh="10s", tags=("大屏",),
    )
    wall.at(0, 0, 13, 2, heading(f"{CITY}公共资源交易智慧监管", "大屏标题。", size=40))
    wall.at(13, 0, 5, 2, stat(
        "", "守护进程是否就绪(历史已计算完毕、正在接收事件)。连不上时显示监测中断。", [now("max(xiezhi_ready)")], value=32, mode="value",
        transparent=True, none="监测中断", thresholds=steps(RED, (1, GREEN)), overrides=[{
            "matcher": {"id": "byType", "options": "number"},
            "properties": [{"id": "mappings", "value": [{"type": "value", "options": {
                "0": {"text": "监测准备中", "color": "orange", "index": 0}, "1": {"text": "● 实时监测中", "color": "green", "index": 1},
            }}]}],
        }]))
    wall.at(18, 0, 6, 2, stat(
        "", "这些数字取得的时刻:最近一次采集守护进程指标的时间。", [now("max(timestamp(xiezhi_ready)) * 1000")], value=32, mode="value",
        unit="time:YYYY-MM-DD HH:mm:ss", transparent=True, none="无数据", thresholds=steps(WHITE)))
    tiles = [
        ("今日待开标", "计划今日开标、尚未开标的标段数(东八区日历日)。", "opening_today", CALM),
        ("正在开标", "已开标、尚未进入评标的标段数:自开标起至下一环节,至多 24 小时。", "opening", WHITE),
        ("评标定标中", "评标已开始、尚未定标的标段数。", "evaluating", WHITE),
    ]
    for n, (name, about, stage, colour) in enumerate(tiles):
        wall.at(4 * n, 2, 4, 6, _tile(name, about, f'sum(xiezhi_sections{{stage="{stage}"}})', colour, f"/sections?stage={stage}"))
    for n, level in enumerate(LEVELS):
        wall.at(12 + 4 * n, 2, 4, 6, _level(level))
    wall.at(0, 8, 3, 2, heading("各区在办预警", "下表:各区在办的红、橙、黄色预警数。"))
    wall.at(0, 10, 3, 9, _names(DISTRICTS, "各区名称(GB/T 2260)。未列出的区划计入其他。"))
    for n, (level, (word, colour)) in enumerate(LEVELS.items()):
        wall.at(3 + 2 * n, 8, 2, 2, heading(word[0], f"下列:{word}预警。", colour=colour, align="center"))
        wall.at(3 + 2 * n, 10, 2, 9, _figures(DISTRICTS, level))
    wall.at(9, 8, 8, 2, heading("各部门在办预警", "下图:各主管部门在办的预警数。"))
    wall.at(9, 10, 3, 9, _names(OFFICES, "权责清单中的主管部门(简称)。"))
    wall.at(12, 10, 5, 9, _lengths(
        OFFICES, "各主管部门在办的预警数(各级之和):尚未办结、未撤回,按权责清单确定的责任单位统计。橙色:10 件起;红色:30 件起。",
        "xiezhi_alerts_pending_by", "", steps(BLUE, (10, ORANGE), (30, RED))))
    wall.at(17, 8, 7, 2, heading("在办预警类别", "下图:在办预警数,按类别。"))
    wall.at(17, 10, 3, 9, _names(KINDS, "预警类别。"))
    wall.at(20, 10, 4, 9, _lengths(KINDS, "在办预警数,按类别:尚未办结、未撤回。", "xiezhi_alerts", f",{PENDING}", steps(CALM)))
    wall.at(0, 19, 9, 2, heading("重点关注对象", "下图:名单中各等级的数量。"))
    wall.at(0, 21, 9, 7, _watch())
    wall.at(9, 19, 8, 2, heading("本月处置效能", "下图:本月全市的及时签收率、按期处置率和逾期率。"))
    wall.at(9, 21, 8, 7, _efficacy())
    wall.at(17, 19, 7, 2, heading("近一小时新增", "下图:近一小时新增的预警,各级最多的一类。"))
    wall.at(17, 21, 7, 7, _hour())
    return wall
