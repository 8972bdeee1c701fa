"""价格与市场分析: prices, competition and terms of trading (indicators E.4)."""

from kit import PERIOD, Board, bad_from, bars, cells, choice, count, good_from, named, now, ratio, stat, table
from words import INDUSTRIES, REGIONS

INDUSTRY = choice("industry", "交易类别", [(name, code) for code, (name, _) in INDUSTRIES.items()], every=True)
REGION = choice("region", "行政区划", [(name, code) for code, (name, _) in REGIONS.items()], every=True)
WHERE = 'period="$period",industry=~"$industry",region=~"$region"'
NOTE = "统计期内;分母为零显示“不涉及”。"
DAYS_BID = "招标投标法第二十四条:自招标文件开始发出至提交投标文件截止不得少于二十日。"
DAYS_SIGN = "招标投标法第四十六条、政府采购法第四十六条:中标通知书发出之日起三十日内订立合同。"
MARGIN = "招标投标法实施条例第五十七条:最迟于书面合同签订后五日内退还投标保证金。"

# indicator, word, formula and source, unit, decimals, thresholds
TILES = [
    ("savings", "节资率", "(最高限价 − 中标价)÷ 最高限价,没有最高限价的用预算,按金额加权", "percentunit", 1, None),
    ("price_to_ceiling", "中标价与限价之比", "Σ 中标价 ÷ Σ 最高投标限价", "percentunit", 1, None),
    ("premium", "溢价率", "(成交价 − 底价)÷ 底价,按金额加权", "percentunit", 1, None),
    ("bidders_per_section", "平均投标人数", "开标时未撤回的投标数 ÷ 已开标的标段数", "none", 1, good_from(5, 3)),
    ("valid_bids", "有效投标比例", "未被否决且没有解密失败的投标数 ÷ 开标时未撤回的投标数", "percentunit", 1, good_from(0.9, 0.7)),
    ("single_bid", "单一投标率", "只有一个有效投标的标段数 ÷ 已开标的标段数", "percentunit", 1, bad_from(0.05, 0.15)),
    ("failed", "流标率", "流标的标段数 ÷ 中标、成交和流标的标段数", "percentunit", 1, bad_from(0.1, 0.2)),
    ("first_attempt", "一次成功率", "首次招标即中标(成交)的标段数 ÷ 中标、成交和流标的标段数", "percentunit", 1, good_from(0.9, 0.75)),
    ("rejected", "否决率", "被否决的投标数 ÷ 开标时未撤回的投标数", "percentunit", 1, bad_from(0.1, 0.25)),
    ("concentration_hhi", "市场集中度 HHI", "各供应商中标额占比的平方和,按类别、地区计算后取均值;0.25 以上为高度集中", "none", 3, bad_from(0.15, 0.25)),
    ("non_local_award", "外地企业中标率", "登记机关不在项目所在市的中标人数 ÷ 登记机关和项目所在地已知的中标数", "percentunit", 1, None),
    ("guarantee_share", "电子保函占比", "以保函或者保险提供的保证金笔数 ÷ 写明形式的保证金笔数", "percentunit", 1, None),
]
MORE = [
    ("top_ten_share", "前十大供应商占比", "中标额最大的十家供应商的中标额 ÷ 中标额", "percentunit", 1, None),
    ("buyer_concentration_hhi", "招标人采购集中度", "各招标人的供应商中标额占比的平方和,取招标人的均值", "none", 3, None),
    ("electronic", "全流程电子化率", "全流程电子化的标段数 ÷ 写明是否电子化的标段数", "percentunit", 1, good_from(0.95, 0.8)),
    ("decrypt_seconds", "平均解密时长", "从开标开始到解密成功的时间之和 ÷ 解密成功的投标数", "s", 0, None),
    ("evaluation_hours", "平均评标时长", "从评标开始到结束的时间之和 ÷ 评标已结束的标段数", "h", 1, None),
    ("expert_on_time", "专家按时到场率", "评标开始前签到的专家数 ÷ 抽取且未被替换的专家数", "percentunit", 1, good_from(0.98, 0.9)),
]
TERMS = [
    ("announce_to_open_days", "公告至开标", DAYS_BID), ("open_to_award_days", "开标至定标", "平均天数。"),
    ("award_to_contract_days", "定标至签约", DAYS_SIGN),
]
CONDUCT = [
    ("contract_signed_on_time", "合同按期签订率", f"三十日内签约的标段数 ÷ 已签约的和签约期限已过的中标数。{DAYS_SIGN}"),
    ("margin_returned_on_time", "保证金按期退还率", f"签约后五日内退还的转账保证金数 ÷ 已退还的和退还期限已过的转账保证金数。{MARGIN}"),
    ("decrypted_first", "首次解密成功率", "首次解密即成功的投标数 ÷ 解密过的投标数。"),
]


def _tile(indicator: str, word: str, formula: str, unit: str, decimals: int, thresholds: dict | None) -> dict:
    field = {"thresholds": thresholds} if thresholds else {}
    return stat(word, f"{word} = {formula}。{NOTE}", [now(ratio(indicator, where=WHERE))], unit=unit, decimals=decimals, **field)


def _industries() -> dict:
    columns = [("标段", count("bidders_per_section", "industry", WHERE, "denominator"), cells(width=80))]
    for indicator, word, _, unit, decimals, thresholds in TILES:
        columns.append((word, ratio(indicator, "industry", WHERE), cells(unit, thresholds, 125, decimals)))
    return table("各交易类别", f"各交易类别的价格和竞争指标,公式同上方各图。{NOTE}", columns, "industry", "交易类别", INDUSTRIES,
                 sort="标段", first_width=110)


def _regions() -> dict:
    shown = [tile for tile in TILES if tile[0] in ("savings", "bidders_per_section", "single_bid", "failed", "non_local_award")]
    columns = [("标段", count("bidders_per_section", "region", WHERE, "denominator"), cells(width=80))]
    columns += [(word, ratio(i, "region", WHERE), cells(unit, thresholds, 125, decimals)) for i, word, _, unit, decimals, thresholds in shown]
    return table("各区", f"各区的价格和竞争指标,公式同上方各图。{NOTE}", columns, "region", "行政区划", REGIONS, sort="标段", first_width=110)


def _by_industry(indicator: str, word: str, about: str, **field) -> dict:
    return bars(word, about + NOTE, [now(ratio(indicator, "industry", WHERE), "{{industry}}")], overrides=named(INDUSTRIES), **field)


def board() -> Board:
    page = Board("xiezhi-market", "价格与市场分析", "价格、竞争、集中度和交易周期(通知第六(十五)条 价格分析、市场研判)。",
                 variables=(PERIOD, INDUSTRY, REGION), refresh="5m", since="now-7d")
    page.title("价格与竞争")
    page.band(4, *[(4, _tile(*tile)) for tile in TILES[:6]])
    page.band(4, *[(4, _tile(*tile)) for tile in TILES[6:]])
    page.band(4, *[(4, _tile(*tile)) for tile in MORE])
    page.title("分类别、分区")
    page.band(8, (24, _industries()))
    page.band(8, (12, _regions()), (12, _by_industry("savings", "各类别节资率", "节资率 =(预算或最高限价 − 中标价)÷ 预算或最高限价。",
                                                   unit="percentunit", decimals=1)))
    page.title("周期与履行")
    page.band(8, *[(8, _by_industry(i, f"{word}天数", f"{word}的平均天数。{source}", unit="d", decimals=1)) for i, word, source in TERMS])
    page.band(8, *[(8, _by_industry(i, word, f"{word} = {formula}", unit="percentunit", decimals=1, max=1)) for i, word, formula in CONDUCT])
    return page
