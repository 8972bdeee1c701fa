"""预警处置效能: how departments handle what they are told (indicators E.1, E.2)."""

from kit import PERIOD, Board, alert_groups, bad_from, bars, cells, choice, count, curves, good_from, named, now, over_time, pie, ratio, stat, table
from words import ABOUT, DEPARTMENTS, LEVELS, NOTICES, OUTCOMES

DEPARTMENT = choice("department", "责任单位", [(name, code) for code, (name, _) in DEPARTMENTS.items()], every=True)
WHERE = 'period="$period",department=~"$department"'
HIGH, LOW = good_from(0.95, 0.8), bad_from(0.02, 0.05)
NOTE = "按统计期内生成的预警统计;分母为零显示“不涉及”。"
PERIODIC = "按统计期统计;分母为零显示“不涉及”。"
WORKING = "按工作时间计(权责清单 hours,法定工作日)。"

# indicator, word, formula, thresholds
RATES = [
    ("acknowledgement", "签收率", "已签收数 ÷ 已送达数", HIGH),
    ("acknowledgement_on_time", "及时签收率", "在时限前签收数 ÷(已签收数 + 签收时限已过而未签收数)", HIGH),
    ("disposal", "处置率", "已办结数 ÷(已办结数 + 时限已过而未办结数)。目标不低于 95%", HIGH),
    ("disposal_on_time", "按期处置率", "在时限前办结数 ÷(已办结数 + 时限已过而未办结数)。目标不低于 95%", HIGH),
    ("closed", "办结率", "已办结数 ÷ 预警数", good_from(0.8, 0.5)),
    ("overdue", "逾期率", "未办结且当前时限已过数 ÷ 预警数。目标不高于 5%", LOW),
]
RESULTS = [
    ("substantiated", "查实率", "依法查处、移交或移送的预警数 ÷ 已办结数"),
    ("dismissed", "查否率", "查否的预警数 ÷ 已办结数"),
    ("transferred_enforcement", "移交执法大队率", "移交执法大队数 ÷ 已办结数"),
    ("transferred_discipline", "移送纪检监察率", "移送纪检监察数 ÷ 已办结数"),
    ("transferred_police", "移送公安率", "移送公安数 ÷ 已办结数"),
]
FLOW = [
    ("escalation", "上报率", "至少上报一级的预警数 ÷ 预警数"),
    ("reminders", "每件催办次数", "对未办结预警的催办次数 ÷ 未办结预警数"),
    ("sent_back", "退回率", "被退回过的预警数 ÷ 预警数"),
    ("reassigned", "改派率", "被改派过的预警数 ÷ 预警数"),
    ("unrouted", "无主率", "权责清单没有对应事项的预警数 ÷ 预警数"),
    ("reopened", "重开率", "办结后三十日内重开的预警数 ÷ 办结过的预警数"),
    ("withdrawn", "撤回率", "依据消失而撤回的预警数 ÷ 预警数"),
]
CHECKS = [
    ("inspection_completed", "抽查完成率", "已检查的抽查 ÷ 已抽取的抽查"),
    ("inspection_published_on_time", "抽查公示及时率", "二十个工作日内公示的抽查 ÷ 已公示的和期限已过的抽查(通知第三(七)条)"),
]
COMPLAINTS = [
    ("complaint_accepted_on_time", "投诉及时受理率", "三个工作日内受理或者不予受理的投诉 ÷ 已受理、不予受理的和期限已过的投诉(招标投标法实施条例第六十一条)"),
    ("complaint_closed", "投诉办结率", "已处理或者不予受理的投诉 ÷ 收到的投诉"),
    ("complaint_closed_on_time", "投诉按期办结率", "受理后三十个工作日内处理的投诉 ÷ 已处理的投诉(招标投标法实施条例第六十一条)"),
    ("complaint_upheld", "投诉成立率", "成立的投诉 ÷ 结果写明是否成立的投诉"),
    ("objection_answered_on_time", "异议答复及时率", "三日(质疑七个工作日)内答复的异议 ÷ 已答复的和期限已过的异议(招标投标法实施条例第二十二条、第五十四条,"
     "政府采购法第五十三条)"),
]


def _rate(indicator: str, word: str, formula: str, thresholds: dict) -> dict:
    return stat(word, f"{word} = {formula}。{NOTE}", [now(ratio(indicator, where=WHERE))], unit="percentunit", decimals=1,
                thresholds=thresholds, link=("在控制台中查看", "/alerts?state=open"))


def _hours(indicator: str, word: str, formula: str) -> dict:
    return stat(word, f"{word} = {formula},{WORKING}{NOTE}", [now(ratio(indicator, where=WHERE))], unit="h", decimals=1)


def _departments() -> dict:
    by = [
        ("收到", count("closed", "department", WHERE, "denominator"), cells(width=80)),
        ("办结", count("closed", "department", WHERE), cells(width=80)),
        ("在办", 'sum by (department) (xiezhi_alerts_pending_by{department=~"$department"})', cells(width=80)),
        *[(word, ratio(indicator, "department", WHERE), cells("percentunit", thresholds, 110, 1)) for indicator, word, _, thresholds in RATES],
        ("查实率", ratio("substantiated", "department", WHERE), cells("percentunit", decimals=1, width=100)),
        ("平均签收", ratio("acknowledge_hours", "department", WHERE), cells("h", decimals=1, width=110)),
        ("平均办结", ratio("close_hours", "department", WHERE), cells("h", decimals=1, width=110)),
    ]
    about = f"各责任单位的处置指标,公式同上方各图;时长{WORKING}{NOTE}点击单位可在控制台中查看其预警。"
    return table("各单位处置情况", about, by, "department", "责任单位", DEPARTMENTS, "/alerts?department=", sort="在办")


def _quantiles(metric: str, word: str) -> dict:
    def quantile(q: float) -> dict:
        expr = f'histogram_quantile({q}, sum by (le, department) ({metric}_bucket{{department=~"$department"}}))'
        return now(expr, "{{department}}")
    return bars(f"{word}中位数", f"各单位{word}的中位数(自启动以来,直方图估计),{WORKING}", [quantile(0.5)], unit="s", decimals=1,
                overrides=named(DEPARTMENTS))


def _shares(title: str, shown: list[tuple[str, str, str]]) -> dict:
    """Indicators of E.3, whose department is whoever inspected or received: over the whole city."""
    about = ";".join(f"{word} = {formula}" for _, word, formula in shown) + "。" + PERIODIC
    return bars(title, about, [now(ratio(indicator), word) for indicator, word, _ in shown], unit="percentunit", decimals=1, max=1)


def board() -> Board:
    page = Board("xiezhi-efficacy", "预警处置效能", "各责任单位对预警的签收、处置、办结和核查结果(通知第六(十五)条 效能评估)。",
                 variables=(PERIOD, DEPARTMENT), refresh="1m", since="now-7d")
    page.title("比率")
    page.band(4, *[(4, _rate(*rate)) for rate in RATES])
    page.band(
        4, (4, _hours("acknowledge_hours", "平均签收时长", "Σ(签收时间 − 送达时间)÷ 签收数")),
        (4, _hours("close_hours", "平均办结时长", "Σ(办结时间 − 生成时间)÷ 办结数")),
        (4, stat("当前在办", "尚未办结、未撤回的预警数。", [now('sum(xiezhi_alerts_pending_by{department=~"$department"})')], decimals=0,
                 link=("在控制台中查看", "/alerts?state=open"))),
        (4, stat("当前逾期", "在办且已过期限的预警数(全市)。", [now('xiezhi_alerts_pending{about="overdue"}')], decimals=0,
                 thresholds=bad_from(1, 5), link=("在控制台中查看", "/alerts?overdue=true"))),
        (4, stat("当前无主", "权责清单没有对应事项、转由市公管办协调的在办预警数(通知第二(四)条)。",
                 [now('xiezhi_alerts_pending{about="unrouted"}')], decimals=0, thresholds=bad_from(1, 5))),
        (4, stat("降噪比", "预警依据的事实数 ÷ 已送达的预警数:越大,一次通知合并的事实越多。", [now(ratio("noise"))], decimals=1)),
    )
    page.title("各单位")
    page.band(9, (24, _departments()))
    page.band(8, (12, _quantiles("xiezhi_alert_acknowledge_seconds", "签收时长")), (12, _quantiles("xiezhi_alert_close_seconds", "办结时长")))
    page.title("核查结果与流转")
    page.band(
        9, (8, pie("办结结果", "已办结预警按核查结果的分布(按其依据的规则计,一件预警依据几条规则就计几次)。",
                   [now("sum by (outcome) (xiezhi_rule_closed_alerts) > 0", "{{outcome}}")], overrides=named(OUTCOMES), decimals=0)),
        (8, bars("核查结果比率", ";".join(f"{word} = {formula}" for _, word, formula in RESULTS) + "。" + NOTE,
                 [now(ratio(indicator, where=WHERE), word) for indicator, word, _ in RESULTS], unit="percentunit", decimals=1, max=1)),
        (8, bars("流转", ";".join(f"{word} = {formula}" for _, word, formula in FLOW) + "。" + NOTE,
                 [now(ratio(indicator, where=WHERE), word) for indicator, word, _ in FLOW], decimals=2)),
    )
    page.title("双随机抽查与投诉异议")
    page.band(7, (10, _shares("双随机抽查", CHECKS)), (14, _shares("投诉和异议", COMPLAINTS)))
    page.title("在办预警列表")
    page.band(9, (24, alert_groups(
        "在办预警,按等级、责任单位和类别归组", "守护进程送到 Alertmanager 的在办预警(全市);只有标签,没有当事人、标段和个人。",
        'alertname="Xiezhi"')))
    page.title("变化")
    page.band(
        8, (8, curves("在办预警", "各级在办预警数的变化。",
                      [over_time('sum by (level) (xiezhi_alerts_pending_by{department=~"$department"})', "{{level}}")],
                      stack=True, overrides=named(LEVELS), decimals=0)),
        (8, curves("需要关注的在办预警", "在办预警按所欠事项:待签收、无主、被退回、静默、逾期。一件可同时计入几项。",
                   [over_time("xiezhi_alerts_pending", "{{about}}")], overrides=named(ABOUT), decimals=0)),
        (8, curves("每小时通知", "每小时产生的通知,按种类。", [over_time(
            f'sum by (kind) (increase(xiezhi_alert_notices_total{{kind=~"{"|".join(NOTICES)}"}}[1h]))', "{{kind}}")],
            overrides=named(NOTICES), decimals=0)),
    )
    return page
