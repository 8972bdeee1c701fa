//! Relations: who stands behind two bidders. The firms are founded for it, so their entries in the
//! register can say what they like.

use super::Field;
use crate::{
    codes::{OrgNo, org, person},
    firms::{Entry, Owner},
    queue::What,
    scheme::Scheme,
};

/// A share that controls, in per cent.
const CONTROLS: i64 = 51;
/// A share that does not.
const PART: i64 = 20;

/// Plants a scheme of this family.
pub fn plant(field: &mut Field<'_>) {
    let known = person::EXTRAS + field.value;
    let holding: OrgNo = org::HOLDINGS + field.value % org::HOLDINGS;
    match field.scheme {
        Scheme::OneLegalRepresentative => {
            both(field, |entry, _| entry.legal_representative = Some(known));
            field.pair("REL-01", "法定代表人为同一人");
        }
        Scheme::Control => control(field, holding),
        Scheme::OneController => {
            let owner =
                if field.dice.per_mille(500) { Owner::Organisation(holding) } else { Owner::Person(known) };
            both(field, |entry, _| entry.holder = Some((owner, CONTROLS)));
            field.pair("REL-04", "受同一单位或自然人控制");
        }
        Scheme::OneHolder => {
            both(field, |entry, _| entry.holder = Some((Owner::Organisation(holding), PART)));
            field.pair("REL-05", "同一股东分别持股百分之二十");
        }
        Scheme::OneDirector => {
            both(field, |entry, _| entry.director = Some(known));
            field.pair("REL-06", "同一人担任两家董事");
        }
        Scheme::OneAddress => {
            let number = field.value;
            both(field, |entry, place| {
                let address = [format!("模拟市同楼路{number}号"), format!("模拟市 同楼路（{number}号）")];
                entry.address = Some(address[place].as_str().into());
            });
            field.pair("REL-07", "注册地址相同");
        }
        Scheme::TenderersFirm => {
            let tenderer = org::TENDERERS + field.section.project.tenderer;
            let entry = Entry { holder: Some((Owner::Organisation(tenderer), CONTROLS)), ..Entry::default() };
            field.firms.get_mut(field.section.bids[0].firm).entry = Some(Box::new(entry));
            let (at, parties) = (field.section.submitted(1), field.codes(1));
            field.truth("REL-09", at, parties, "投标人由招标人控股");
        }
        _ => two_consortia(field),
    }
}

/// Changes the entries of the first two bidders.
fn both(field: &mut Field<'_>, change: impl Fn(&mut Entry, usize)) {
    for place in 0..2 {
        let firm = field.firms.get_mut(field.section.bids[place].firm);
        change(firm.entry.get_or_insert_default(), place);
    }
}

/// The second bidder controls a holding, which holds 51 % of the first.
fn control(field: &mut Field<'_>, holding: OrgNo) {
    let (held, holder) = (field.section.bids[0].firm, field.section.bids[1].firm);
    let entry = Entry { holder: Some((Owner::Organisation(holding), CONTROLS)), ..Entry::default() };
    field.firms.get_mut(held).entry = Some(Box::new(entry));
    let line = field.writer.holding(field.firms, holding, holder, field.planned);
    field.queue.push(field.planned, What::Line(line.into()));
    field.pair("REL-02", "通过控股公司间接控制另一投标人");
}

/// A firm that does not bid alone is a member of two consortia.
fn two_consortia(field: &mut Field<'_>) {
    let partner = field.firms.found(field.section.project.trade);
    field.section.bids[..2].iter_mut().for_each(|bid| bid.twist().partner = Some(partner));
    let mut parties = field.codes(2);
    parties.push(field.code(partner));
    field.truth("REL-11", field.section.submitted(2), parties, "同一单位参加两个联合体投标");
}
