//! The facts of a party's record: who represents, directs and holds it, and where it sits.

use super::gather::Facts;
use crate::event::{Holder, PartyRecorded, PersonEmployed};
use crate::normalise::Share;
use crate::row::FactKind;
use unicode_normalization::UnicodeNormalization;

/// An address as it is compared: folded, in upper case, without blanks and punctuation. None if nothing is left.
pub fn folded_address(address: &str) -> Option<String> {
    let folded: String =
        address.nfkc().flat_map(char::to_uppercase).filter(|character| character.is_alphanumeric()).collect();
    (!folded.is_empty()).then_some(folded)
}

fn code(holder: &Holder) -> Option<(bool, &str)> {
    let person = || Some((true, holder.person.as_ref()?.id.as_deref()?));
    holder.org.as_deref().map(|org| (false, org)).or_else(person)
}

impl Facts {
    pub fn party(&mut self, party: &PartyRecorded) {
        self.person(FactKind::LegalRepresentative, party.legal_representative.as_ref());
        for director in &party.directors {
            self.person(FactKind::Director, Some(director));
        }
        let address = party.address.as_ref().and_then(|address| folded_address(address));
        self.text(FactKind::Address, address.as_deref());
        // In the order of their codes: of several chains of one length the first is shown, and numbers follow the
        // order in which events came.
        let mut holders: Vec<_> = party.holders.iter().filter_map(|h| Some((code(h)?, h))).collect();
        holders.sort_by_key(|((_, code), holder)| (*code, holder.share, holder.controls));
        for ((is_person, code), holder) in holders {
            let kind = if is_person { FactKind::HolderPerson } else { FactKind::HolderOrg };
            self.text(kind, Some(code));
            self.number(FactKind::Share, holder.share.map(|Share(millionths)| millionths.into()));
            self.flag(FactKind::Controls, holder.controls);
        }
    }

    pub fn employed(&mut self, employed: &PersonEmployed) {
        self.text(FactKind::Employer, Some(&employed.org));
        self.day(FactKind::FromDay, Some(employed.from_on));
        self.day(FactKind::UntilDay, employed.until_on);
    }
}

#[cfg(test)]
mod tests {
    use super::folded_address;

    #[test]
    fn addresses_fold_what_people_write_differently() {
        let address = folded_address("海口市 龙华区,国贸路１-2号（Ａ座）").expect("an address");
        assert_eq!(address, "海口市龙华区国贸路12号A座");
        assert_eq!(folded_address(" -(),。 "), None);
    }
}
