//! The firms: a population in trades, a few busy and many small, each with its own everything.
//!
//! What a firm owns (machines, locks, accounts, people) follows from its number, so nothing of it is
//! stored. Stored is only what its history changes: whether the register knows it, how often it won.

use crate::{
    codes::{OrgCode, OrgNo, PersonNo, org_code},
    dice::Dice,
    names,
};

/// A firm's number: its place in the population.
pub type FirmNo = u32;

/// Machines a firm may own.
pub const MACHINES: u64 = 4;

/// What is kept of a firm.
pub struct Firm {
    /// Its unified social credit code.
    pub code: OrgCode,
    /// Its name.
    pub name: Box<str>,
    /// Does the register of parties know it already?
    pub recorded: bool,
    /// Sections won so far; a winning manager is bound to the site, so the next bid names another.
    pub wins: u32,
    /// Bids in awarded sections before the first win: ten would be a lead (HIS-01).
    pub losses: u32,
    /// Withdrawals and declined awards so far: at most two, or HIS-14 would report them.
    pub quits: u8,
    /// Named by the witness desk already: once is enough, or WIT-19 would report it.
    pub witnessed: bool,
    /// What a scheme put into its entry in the register.
    pub entry: Option<Box<Entry>>,
}

/// Values that a scheme puts into a firm's entry in the register of parties.
#[derive(Default)]
pub struct Entry {
    /// The legal representative.
    pub legal_representative: Option<PersonNo>,
    /// One more director.
    pub director: Option<PersonNo>,
    /// The address.
    pub address: Option<Box<str>>,
    /// A holder and its share in per cent.
    pub holder: Option<(Owner, i64)>,
}

/// Who holds a share.
#[derive(Clone, Copy)]
pub enum Owner {
    /// An organisation.
    Organisation(OrgNo),
    /// A person.
    Person(PersonNo),
}

/// People of a firm by post.
#[derive(Clone, Copy)]
pub enum Post {
    /// The legal representative.
    Legal,
    /// The founder and only other holder.
    Founder,
    /// Authorised agents, by number.
    Agent(u64),
    /// Staff named in bids, by number.
    Staff(u64),
    /// Project managers, by the number of sections won before.
    Manager(u32),
}

/// A person of a firm. Wins are bounded by the 20 bits that a firm's people have.
pub fn person_of(firm: FirmNo, post: Post) -> PersonNo {
    let slot = match post {
        Post::Legal => 1,
        Post::Founder => 2,
        Post::Agent(n) => 10 + n,
        Post::Staff(n) => 20 + n,
        Post::Manager(wins) => 100 + u64::from(wins),
    };
    u64::from(firm) << 20 | slot
}

/// The firms of one trade with the sums of their weights.
#[derive(Default)]
struct Market {
    firms: Vec<FirmNo>,
    weights: Vec<u64>,
}

/// All firms.
pub struct Firms {
    seed: u64,
    list: Vec<Firm>,
    markets: Vec<Market>,
}

impl Firms {
    /// A population of this size.
    pub fn new(seed: u64, size: u32) -> Self {
        let markets = names::TRADES.iter().map(|_| Market::default()).collect();
        let mut firms = Self { seed, list: Vec::with_capacity(size as usize), markets };
        for number in 0..size {
            let trade = number as usize % names::TRADES.len();
            firms.found(trade);
            firms.markets[trade].firms.push(number);
        }
        for market in &mut firms.markets {
            market.weights = zipf_sums(market.firms.len() as u64);
        }
        firms
    }

    /// A firm outside the market, which bids only where a scheme sends it.
    pub fn found(&mut self, trade: usize) -> FirmNo {
        let number = self.list.len() as FirmNo;
        let name_number = u64::from(number) / names::TRADES.len() as u64;
        self.list.push(Firm {
            code: org_code(self.seed, u64::from(number)),
            name: names::firm(name_number, trade).into(),
            recorded: false,
            wins: 0,
            losses: 0,
            quits: 0,
            witnessed: false,
            entry: None,
        });
        number
    }

    /// A firm.
    pub fn get(&self, firm: FirmNo) -> &Firm {
        &self.list[firm as usize]
    }

    /// A firm, to change its history.
    pub fn get_mut(&mut self, firm: FirmNo) -> &mut Firm {
        &mut self.list[firm as usize]
    }

    /// How many firms a trade has.
    pub fn market_size(&self, trade: usize) -> usize {
        self.markets[trade].firms.len()
    }

    /// A firm of a trade, busy ones more often.
    pub fn draw(&self, trade: usize, dice: &mut Dice) -> FirmNo {
        let market = &self.markets[trade];
        let point = dice.below(market.weights[market.weights.len() - 1]);
        market.firms[market.weights.partition_point(|sum| *sum <= point)]
    }
}

/// Running sums of 1 / (rank + c), in integers. The shift c = size / 12 keeps the busiest firm at about
/// five times the mean: steeper, and chance meetings would look like a clique.
fn zipf_sums(size: u64) -> Vec<u64> {
    let shift = size / 12 + 1;
    let mut sum = 0;
    let add = |rank| {
        sum += 1_000_000_000 / (rank + shift);
        sum
    };
    (0..size).map(add).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Stream;

    #[test]
    fn draws_stay_in_the_trade_and_prefer_the_busy() {
        let firms = Firms::new(5, 700);
        let mut dice = Dice::new(5, Stream::Day, 0);
        let drawn: Vec<_> = (0..2000).map(|_| firms.draw(3, &mut dice)).collect();
        assert!(drawn.iter().all(|firm| *firm as usize % names::TRADES.len() == 3));
        let early = drawn.iter().filter(|firm| **firm < 350).count();
        assert!((1200..1900).contains(&early), "{early}");
    }
}
