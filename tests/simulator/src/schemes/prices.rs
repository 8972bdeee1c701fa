//! Prices: what the prices were planted for is told here.

use super::Field;
use crate::{prices::LADDER, scheme::Scheme};

/// Plants a scheme of this family.
pub fn plant(field: &mut Field<'_>) {
    let (rule, parties, note) = match field.scheme {
        Scheme::EqualPrice => ("PRI-01", 2, "报价相同"),
        Scheme::PriceLadder => ("PRI-02", LADDER, "报价呈等差排列"),
        Scheme::PriceRatio => ("PRI-03", LADDER, "报价呈等比排列"),
        Scheme::CopiedItems => return copied_items(field),
        Scheme::TightPrices => ("PRI-06", usize::MAX, "报价离散程度异常低"),
        Scheme::LonelyPrice => ("PRI-07", usize::MAX, "最低价与其余报价相距异常远"),
        Scheme::CoverPrices => ("PRI-11", usize::MAX, "最低价之外的报价聚集在高位"),
        Scheme::OverCeiling => ("PRI-13", 1, "报价高于最高投标限价"),
        Scheme::Bargain => return awarded(field, "PRI-14", "中标价低于最高投标限价的百分之八十五"),
        _ => return awarded(field, "PRI-19", "中标价接近最高投标限价"),
    };
    let (at, parties) = (field.section.closed(), field.codes(parties));
    field.truth(rule, at, parties, note);
}

fn copied_items(field: &mut Field<'_>) {
    let value = field.value;
    field.section.bids[..2].iter_mut().for_each(|bid| bid.twist().items = Some(value));
    field.pair("PRI-05", "清单单价大面积相同");
}

fn awarded(field: &mut Field<'_>, rule: &'static str, note: &str) {
    let (at, parties) = (field.awarded(), field.codes(1));
    field.truth(rule, at, parties, note);
}
