//! Does the alert core keep its laws, whatever happens in whatever order? Nothing is lost, nothing is told twice,
//! nothing changes but by the table, and the same inputs again make the same desk. `PROPTEST_CASES` asks for more.

mod laws;

use laws::counted::{Moving, Sums, plainly};
use laws::inputs::inputs;
use laws::run::run;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_step_keeps_the_laws_and_a_replay_tells_the_same(inputs in inputs()) {
        let once = run(&inputs, false);
        let again = run(&inputs, false);
        prop_assert_eq!(once.alerts(), again.alerts());
        prop_assert_eq!(once.told, again.told);
    }

    #[test]
    fn what_is_counted_of_alerts_is_what_the_record_of_decisions_says(inputs in inputs()) {
        let record = run(&inputs, true).record;
        let mut moving = Moving::default();
        for (at, moved) in record.iter().enumerate() {
            moving.take(moved);
            // The whole record is read again each time, so not after each of its lines.
            if at % 7 == 0 || at + 1 == record.len() {
                let plain = plainly(&record[..=at]);
                let only = |of: &Sums, other: &Sums| -> Vec<_> {
                    of.iter().filter(|(key, sums)| other.get(*key) != Some(sums)).map(|(k, s)| (k.clone(), *s)).collect()
                };
                let (wanted, counted) = (only(&plain, &moving.sums), only(&moving.sums, &plain));
                prop_assert!(wanted.is_empty() && counted.is_empty(), "after {:#?}\nthe record says {wanted:?}\nand it is {counted:?}", moved.decision);
            }
        }
    }

    #[test]
    fn restarts_change_nothing_and_tell_nothing(inputs in inputs()) {
        let once = run(&inputs, false);
        let restless = run(&inputs, true);
        prop_assert_eq!(once.alerts(), restless.alerts());
        prop_assert_eq!(once.told, restless.told);
    }
}
