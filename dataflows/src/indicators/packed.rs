//! A contribution in some tens of bytes: every section has one, kept until the next.
//!
//! Numbers are written in seven bits a byte, small ones first; most are small. Months are told against the first.
//!
//! *Laws.* `pack` then `unpack` gives the same contribution; equal contributions give equal bytes.

use super::measure::{Bought, Contribution, Measure, Month, Scope};
use super::sheet::Indicator;
use super::standing::Standing;
use crate::event::Industry;
use crate::symbols::Symbol;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A contribution, packed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Packed(Arc<[u8]>);

/// What is written.
#[derive(Default)]
struct Writer(Vec<u8>);

impl Writer {
    fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    /// Small numbers of either sign are short.
    fn signed(&mut self, value: i64) {
        self.number((value << 1 ^ value >> 63).cast_unsigned());
    }
}

/// What is read again.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn number(&mut self) -> u64 {
        let (mut value, mut shift) = (0, 0);
        while let Some((byte, rest)) = self.0.split_first() {
            self.0 = rest;
            value |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                break;
            }
            shift += 7;
        }
        value
    }

    fn signed(&mut self) -> i64 {
        let value = self.number();
        (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
    }

    fn symbol(&mut self) -> Symbol {
        Symbol(self.number() as u32)
    }
}

/// Which parts there are besides the measures.
const HAS_BOUGHT: u64 = 1;
/// What stands above that bit: the kind of standing, counted from 1.
const STANDING: u64 = 2;

impl Packed {
    /// Packs a contribution.
    pub fn pack(contribution: &Contribution) -> Packed {
        let mut to = Writer::default();
        let Contribution { scope, measures, bought, standing } = contribution;
        let (kind, value) = match standing {
            None => (0, None),
            Some(Standing::Announced(None)) => (1, None),
            Some(Standing::Announced(Some(day))) => (2, Some(i64::from(*day))),
            Some(Standing::Opened(at)) => (3, Some(*at)),
            Some(Standing::Evaluating) => (4, None),
            Some(Standing::Awarded) => (5, None),
            Some(Standing::Failed) => (6, None),
        };
        to.number(kind * STANDING + u64::from(bought.is_some()) * HAS_BOUGHT);
        value.into_iter().for_each(|value| to.signed(value));
        to.number(scope.department.0.into());
        to.number(scope.industry.map_or(0, |industry| industry as u64 + 1));
        to.number(scope.region.0.into());
        if let Some(bought) = bought {
            to.number(bought.month.0.into());
            to.number(bought.buyer.0.into());
            to.number(bought.supplier.0.into());
            to.signed(bought.fen);
        }
        let mut month = 0;
        for measure in measures {
            to.number(measure.indicator as u64);
            to.signed(i64::from(measure.month.0) - month);
            to.signed(measure.numerator);
            to.signed(measure.denominator);
            month = measure.month.0.into();
        }
        Packed(to.0.into())
    }

    /// The contribution.
    pub fn unpack(&self) -> Contribution {
        let mut from = Reader(&self.0);
        let head = from.number();
        let standing = match head / STANDING {
            1 => Some(Standing::Announced(None)),
            2 => Some(Standing::Announced(Some(from.signed() as i32))),
            3 => Some(Standing::Opened(from.signed())),
            4 => Some(Standing::Evaluating),
            5 => Some(Standing::Awarded),
            6 => Some(Standing::Failed),
            _ => None,
        };
        let scope = Scope {
            department: from.symbol(),
            industry: from.number().checked_sub(1).and_then(|at| Industry::ALL.get(at as usize)).copied(),
            region: from.symbol(),
        };
        let bought = (head & HAS_BOUGHT != 0).then(|| Bought {
            month: Month(from.number() as u16),
            buyer: from.symbol(),
            supplier: from.symbol(),
            fen: from.signed(),
        });
        let (mut measures, mut month) = (Vec::new(), 0);
        while !from.0.is_empty() {
            let Some(indicator) = Indicator::ALL.get(from.number() as usize).copied() else { break };
            month += from.signed();
            let (numerator, denominator) = (from.signed(), from.signed());
            measures.push(Measure { indicator, month: Month(month as u16), numerator, denominator });
        }
        Contribution { scope, measures, bought, standing }
    }

    /// How many bytes it takes, without the pointer to them.
    pub fn bytes(&self) -> usize {
        // Two counters stand before the bytes.
        self.0.len() + 2 * size_of::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn standings() -> impl Strategy<Value = Option<Standing>> {
        prop_oneof![
            Just(None),
            Just(Some(Standing::Announced(None))),
            any::<i32>().prop_map(|day| Some(Standing::Announced(Some(day)))),
            any::<i64>().prop_map(|at| Some(Standing::Opened(at))),
            Just(Some(Standing::Evaluating)),
            Just(Some(Standing::Awarded)),
            Just(Some(Standing::Failed)),
        ]
    }

    proptest! {
        #[test]
        fn what_is_packed_comes_out_the_same(
            scope in (any::<u32>(), proptest::option::of(0..Industry::ALL.len()), any::<u32>()),
            measures in proptest::collection::vec(
                (0..Indicator::ALL.len(), any::<u16>(), any::<i64>(), any::<i64>()), 0..30),
            bought in proptest::option::of((any::<u16>(), any::<u32>(), any::<u32>(), any::<i64>())),
            standing in standings(),
        ) {
            let contribution = Contribution {
                scope: Scope {
                    department: Symbol(scope.0),
                    industry: scope.1.map(|at| Industry::ALL[at]),
                    region: Symbol(scope.2),
                },
                measures: measures
                    .into_iter()
                    .map(|(at, month, numerator, denominator)| Measure {
                        indicator: Indicator::ALL[at],
                        month: Month(month),
                        numerator,
                        denominator,
                    })
                    .collect(),
                bought: bought.map(|(month, buyer, supplier, fen)| Bought {
                    month: Month(month),
                    buyer: Symbol(buyer),
                    supplier: Symbol(supplier),
                    fen,
                }),
                standing,
            };
            prop_assert_eq!(Packed::pack(&contribution).unpack(), contribution);
        }
    }
}
