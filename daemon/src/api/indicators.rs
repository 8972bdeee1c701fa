//! Indicators (效能评估): exact sums, as they are now.
//!
//! `GET /api/v1/indicators?month=2026-11&indicator=savings&industry=01&group_by=region`. `month` is a calendar month or a
//! year (`2026`), by default the present month. `group_by` names what items are told apart by: `department`, `industry`,
//! `region`, `month` (of a year), with commas between; what it does not name is summed up, and null in the items. Without it
//! there is one item for every indicator, those too of which nothing is known (不涉及).

use super::lists::{Asked, asked, limit};
use super::{App, Problem};
use crate::indicators::{Indicators, Row};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use xiezhi_dataflows::indicators::{Indicator, Measured, Month, Period, Sheet, Tally, Unit};

/// What is shown where there is nothing to divide by.
const NOT_INVOLVED: &str = "不涉及";

/// Decimal places of a value.
const PLACES: u32 = 6;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IndicatorQuery {
    cursor: Option<String>,
    limit: Option<usize>,
    month: Option<String>,
    department: Option<String>,
    industry: Option<String>,
    region: Option<String>,
    indicator: Option<String>,
    group_by: Option<String>,
}

/// By what items are told apart.
#[derive(Clone, Copy, Default)]
struct Grouping {
    department: bool,
    industry: bool,
    region: bool,
    month: bool,
}

/// An indicator as it is listed.
#[derive(Serialize)]
pub(super) struct Item {
    indicator: &'static str,
    part: &'static str,
    name_zh: &'static str,
    name_en: &'static str,
    /// A month, or a year.
    period: String,
    department: Option<String>,
    industry: Option<String>,
    region: Option<String>,
    /// Exact, in `numerator_unit`.
    numerator: String,
    denominator: String,
    numerator_unit: &'static str,
    /// Rounded to six places, in `unit`; null where the denominator is 0.
    value: Option<String>,
    unit: &'static str,
    /// As people read it; 不涉及 where there is no value.
    shown: String,
}

#[derive(Serialize)]
pub(super) struct Items {
    items: Vec<Item>,
    next: Option<String>,
}

/// What an item is about; the order is that of the list.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct About {
    indicator: Indicator,
    period: String,
    department: Option<String>,
    industry: Option<String>,
    region: Option<String>,
}

impl About {
    /// The cursor after an item: what it is about, in one word.
    fn cursor(&self) -> String {
        let part = |part: &Option<String>| part.as_ref().map_or_else(String::new, |part| format!("={part}"));
        format!(
            "{}|{}|{}|{}|{}",
            self.indicator.as_str(),
            self.period,
            part(&self.department),
            part(&self.industry),
            part(&self.region)
        )
    }

    fn read(cursor: &str) -> Option<About> {
        let mut parts = cursor.split('|');
        let indicator = Indicator::of(parts.next()?)?;
        let period = parts.next()?.to_owned();
        let mut part = || parts.next().map(|part| part.strip_prefix('=').map(str::to_owned));
        let (department, industry, region) = (part()?, part()?, part()?);
        Some(About { indicator, period, department, industry, region })
    }
}

fn grouping(text: Option<&str>) -> Result<Grouping, Problem> {
    let mut grouping = Grouping::default();
    for word in text.into_iter().flat_map(|text| text.split(',')).filter(|word| !word.is_empty()) {
        match word {
            "department" => grouping.department = true,
            "industry" => grouping.industry = true,
            "region" => grouping.region = true,
            "month" => grouping.month = true,
            other => {
                let why = format!("group_by: {other:?} is none of department, industry, region, month");
                return Err(Problem::bad_request("bad_query", why));
            }
        }
    }
    Ok(grouping)
}

fn period(text: Option<&str>, now: i64) -> Result<Period, Problem> {
    let Some(text) = text else { return Ok(Period::Month(Month::of(now))) };
    let year = || text.parse().ok().filter(|year| (1970..=2200).contains(year) && text.len() == 4);
    let period = Month::parse(text).map(Period::Month).or_else(|| year().map(Period::Year));
    period.ok_or_else(|| {
        Problem::bad_request(
            "bad_query",
            format!("month: {text:?} is neither 2026-11 nor a year such as 2026"),
        )
    })
}

fn word(period: Period) -> String {
    match period {
        Period::Standing => String::new(),
        Period::Month(month) => month.to_string(),
        Period::Year(year) => year.to_string(),
    }
}

/// A decimal of whole numbers, rounded half away from zero, without trailing zeros.
fn decimal(above: i128, below: i128, places: u32) -> String {
    let one = 10_i128.pow(places);
    // Both are far below 10^30, so that nothing overflows with six places.
    let scaled = above * one;
    let rounded = (scaled.abs() * 2 + below.abs()) / (below.abs() * 2);
    let sign = if (scaled < 0) != (below < 0) && rounded != 0 { "-" } else { "" };
    let text = format!("{sign}{}.{:0width$}", rounded / one, rounded % one, width = places as usize);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn value(sheet: &Sheet, tally: Tally, places: u32) -> Option<String> {
    let (above, below) = (i128::from(sheet.scale_below()), i128::from(sheet.scale()));
    (tally.denominator != 0).then(|| decimal(tally.numerator * above, tally.denominator * below, places))
}

fn shown(sheet: &Sheet, tally: Tally) -> String {
    let hundred = Tally::new(tally.numerator * 100, tally.denominator);
    match sheet.unit {
        Unit::Share if sheet.measured != Measured::Billionths => {
            value(sheet, hundred, 2).map(|value| format!("{value}%"))
        }
        Unit::Share => value(sheet, tally, 4),
        Unit::Each => value(sheet, tally, 2),
        Unit::Seconds => value(sheet, tally, 1).map(|value| format!("{value} 秒")),
        Unit::Hours => value(sheet, tally, 1).map(|value| format!("{value} 小时")),
        Unit::Days => value(sheet, tally, 1).map(|value| format!("{value} 天")),
    }
    .unwrap_or_else(|| NOT_INVOLVED.to_owned())
}

fn item(about: About, tally: Tally) -> Item {
    let sheet = about.indicator.sheet();
    let (numerator, denominator, numerator_unit) = match sheet.measured {
        Measured::Count => (tally.numerator.to_string(), tally.denominator.to_string(), "count"),
        Measured::Fen => (decimal(tally.numerator, 100, 2), decimal(tally.denominator, 100, 2), "yuan"),
        Measured::Seconds => (tally.numerator.to_string(), tally.denominator.to_string(), "seconds"),
        Measured::Days => (tally.numerator.to_string(), tally.denominator.to_string(), "days"),
        Measured::Billionths => {
            (decimal(tally.numerator, 1_000_000_000, 9), tally.denominator.to_string(), "index")
        }
    };
    Item {
        indicator: sheet.id,
        part: sheet.part,
        name_zh: sheet.zh,
        name_en: sheet.en,
        period: about.period,
        department: about.department,
        industry: about.industry,
        region: about.region,
        numerator,
        denominator,
        numerator_unit,
        value: value(sheet, tally, PLACES),
        unit: sheet.unit.as_str(),
        shown: shown(sheet, tally),
    }
}

/// What is asked for, once it is understood.
struct Wanted {
    period: Period,
    now: Month,
    grouping: Grouping,
    indicator: Option<Indicator>,
    department: Option<String>,
    industry: Option<String>,
    region: Option<String>,
}

impl Wanted {
    fn read(query: &IndicatorQuery, now: i64) -> Result<Wanted, Problem> {
        let indicator = query.indicator.as_deref().map(|word| {
            let unknown = || {
                let why = format!("indicator: {word:?} is none; docs/indicators.md lists them");
                Problem::bad_request("bad_query", why)
            };
            Indicator::of(word).ok_or_else(unknown)
        });
        Ok(Wanted {
            period: period(query.month.as_deref(), now)?,
            now: Month::of(now),
            grouping: grouping(query.group_by.as_deref())?,
            indicator: indicator.transpose()?,
            department: query.department.clone(),
            industry: query.industry.clone(),
            region: query.region.clone(),
        })
    }

    fn wants(&self, row: &Row) -> bool {
        let is = |wanted: &Option<String>, given: &str| wanted.as_deref().is_none_or(|w| w == given);
        self.indicator.is_none_or(|indicator| indicator == row.indicator)
            && is(&self.department, &row.department)
            && is(&self.industry, row.industry)
            && is(&self.region, &row.region)
    }

    fn about(&self, indicator: Indicator, row: Option<&Row>) -> About {
        let of = |wanted: bool, text: fn(&Row) -> String| row.filter(|_| wanted).map(text);
        let period = row.filter(|_| self.grouping.month).map_or(self.period, |row| row.period);
        About {
            indicator,
            period: word(period),
            department: of(self.grouping.department, |row| row.department.clone()),
            industry: of(self.grouping.industry, |row| row.industry.to_owned()),
            region: of(self.grouping.region, |row| row.region.clone()),
        }
    }

    fn rows(&self, indicators: &Indicators) -> Vec<Row> {
        let mut periods = match (self.period, self.grouping.month) {
            (Period::Year(year), true) => {
                let months = indicators.months().into_iter().filter(|month| month.year() == year);
                months.map(Period::Month).collect()
            }
            (period, _) => vec![period],
        };
        // What stands now belongs to no month but the present one.
        let is_now = match self.period {
            Period::Month(month) => month == self.now,
            Period::Year(year) => year == self.now.year() && !self.grouping.month,
            Period::Standing => false,
        };
        periods.extend(is_now.then_some(Period::Standing));
        periods.into_iter().flat_map(|period| indicators.exact(period)).collect()
    }

    fn items(&self, indicators: &Indicators) -> BTreeMap<About, Tally> {
        let mut items: BTreeMap<About, Tally> = BTreeMap::new();
        let Grouping { department, industry, region, month } = self.grouping;
        if !(department || industry || region || month) {
            let all = Indicator::ALL.iter().filter(|i| self.indicator.is_none_or(|wanted| wanted == **i));
            items.extend(all.map(|indicator| (self.about(*indicator, None), Tally::default())));
        }
        for row in self.rows(indicators).iter().filter(|row| self.wants(row)) {
            let about = match row.period {
                Period::Standing => {
                    About { period: word(self.period), ..self.about(row.indicator, Some(row)) }
                }
                _ => self.about(row.indicator, Some(row)),
            };
            items.entry(about).or_default().add(row.tally);
        }
        items
    }
}

/// `GET /api/v1/indicators`.
pub(super) async fn list(
    State(app): State<App>,
    query: Asked<IndicatorQuery>,
) -> Result<Json<Items>, Problem> {
    let query = asked(query)?;
    let limit = limit(query.limit)?;
    let service = app.service()?;
    let wanted = Wanted::read(&query, service.now())?;
    let after = query.cursor.as_deref().map(|cursor| {
        let foreign = || Problem::bad_request("bad_query", "cursor: is none that this list gave");
        About::read(cursor).ok_or_else(foreign)
    });
    let after = after.transpose()?;
    let task = tokio::task::spawn_blocking(move || wanted.items(&service.indicators));
    let items = task.await.map_err(Problem::internal)?;
    let rest = items.into_iter().filter(|(about, _)| after.as_ref().is_none_or(|after| about > after));
    let mut page: Vec<(About, Tally)> = rest.take(limit + 1).collect();
    let more = page.len() > limit;
    page.truncate(limit);
    let next = more.then(|| page.last().map(|(about, _)| about.cursor())).flatten();
    Ok(Json(Items { items: page.into_iter().map(|(about, tally)| item(about, tally)).collect(), next }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_rounded_and_short() {
        for (above, below, places, text) in [
            (1, 3, 6, "0.333333"),
            (2, 3, 6, "0.666667"),
            (-2, 3, 6, "-0.666667"),
            (1, 2, 0, "1"),
            (-1, 1_000, 2, "0"),
            (12_345, 100, 2, "123.45"),
            (10_i128.pow(29), 10_i128.pow(28), 6, "10"),
            (0, 5, 6, "0"),
            (100, 1, 2, "100"),
        ] {
            assert_eq!(decimal(above, below, places), text, "{above} / {below}");
        }
    }

    #[test]
    fn a_cursor_says_what_the_last_item_was_about() {
        let about = About {
            indicator: Indicator::Savings,
            period: "2026".to_owned(),
            department: None,
            industry: Some(String::new()),
            region: Some("460100".to_owned()),
        };
        assert!(About::read(&about.cursor()).is_some_and(|read| read == about));
        for wrong in ["", "savings", "none|2026|||", "savings|2026|"] {
            assert!(About::read(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn nothing_to_divide_by_is_neither_nothing_nor_all() {
        let about = |indicator| About {
            indicator,
            period: "2026-11".to_owned(),
            department: None,
            industry: None,
            region: None,
        };
        let nothing = item(about(Indicator::Savings), Tally::default());
        assert_eq!((nothing.value, nothing.shown.as_str()), (None, NOT_INVOLVED));
        let savings = item(about(Indicator::Savings), Tally::new(1_250, 10_000));
        assert_eq!((savings.value.as_deref(), savings.shown.as_str()), (Some("0.125"), "12.5%"));
        assert_eq!((savings.numerator.as_str(), savings.numerator_unit), ("12.5", "yuan"));
        let hours = item(about(Indicator::CloseHours), Tally::new(5_400, 1));
        assert_eq!((hours.value.as_deref(), hours.shown.as_str()), (Some("1.5"), "1.5 小时"));
        let hhi = item(about(Indicator::ConcentrationHhi), Tally::new(680_000_000, 1));
        assert_eq!((hhi.value.as_deref(), hhi.numerator.as_str()), (Some("0.68"), "0.68"));
    }
}
