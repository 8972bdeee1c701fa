//! Does the alert core keep its laws, whatever happens in whatever order? Nothing is lost, nothing is told twice,
//! nothing changes but by the table, and the same inputs again make the same desk. `PROPTEST_CASES` asks for more.

mod laws;

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
    fn restarts_change_nothing_and_tell_nothing(inputs in inputs()) {
        let once = run(&inputs, false);
        let restless = run(&inputs, true);
        prop_assert_eq!(once.alerts(), restless.alerts());
        prop_assert_eq!(once.told, restless.told);
    }
}
