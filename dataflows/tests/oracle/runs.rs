//! Prices that climb by equal steps or ratios.

use xiezhi_dataflows::normalise::Fen;

/// PRI-02: first and last price of each run of equal gaps, in prices that climb.
pub fn of_gaps(prices: &[Fen], least: usize) -> Vec<(Fen, Fen)> {
    runs(prices, least, |first, second, pair| {
        let step = second.0 - first.0;
        let off = (pair[1].0 - pair[0].0 - step).abs();
        // One fen, or a thousandth of the step.
        off <= 1 || off * 1000 <= step
    })
}

/// PRI-03: first and last price of each run of equal ratios, in prices that climb from above nought.
pub fn of_ratios(prices: &[Fen], least: usize) -> Vec<(Fen, Fen)> {
    runs(prices, least, |first, second, pair| {
        let [first, second, here, next] = [first.0, second.0, pair[0].0, pair[1].0].map(i128::from);
        // Within 0.001 %.
        (next * first - here * second).abs() * 100_000 <= here * second
    })
}

/// First and last price of each run of at least so many that goes on as it began.
fn runs(prices: &[Fen], least: usize, regular: impl Fn(Fen, Fen, &[Fen]) -> bool) -> Vec<(Fen, Fen)> {
    let mut found = Vec::new();
    let mut rest = prices;
    while let [first, second, ..] = rest {
        let steps = rest.windows(2).take_while(|pair| regular(*first, *second, pair)).count();
        if steps + 1 >= least {
            found.push((*first, rest[steps]));
            rest = &rest[steps..];
        } else {
            rest = &rest[1..];
        }
    }
    found
}
