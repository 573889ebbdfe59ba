//! The export protocol as a model: every order of two workers, lost answers, conflicts, crashes and duplicates.
//!
//! The protocol that is built holds; each way to build it with one step less is caught.

use stateright::{Checker, Model};

use self::protocol::{Build, Export};

mod protocol;

/// The properties that do not hold.
fn broken(build: Build, foreign: bool) -> Vec<&'static str> {
    let checker = Export { build, foreign }.checker().threads(2).spawn_bfs().join();
    assert!(checker.unique_state_count() > 200, "{build:?}");
    checker.assert_any_discovery("what is overwritten is read as well");
    let mut found: Vec<_> = checker.discoveries().into_keys().collect();
    found.retain(|name| *name != "what is overwritten is read as well");
    found.sort_unstable();
    found
}

#[test]
fn the_export_protocol_loses_nothing_and_doubles_nothing() {
    for foreign in [false, true] {
        assert_eq!(broken(Build::AsItIs, foreign), [""; 0]);
    }
}

#[test]
fn each_shortcut_of_the_export_protocol_is_caught() {
    let lost = "at rest nothing is lost";
    for (build, foreign, expected) in [
        (Build::KeyPerDelivery, false, "no row is there twice"),
        (Build::AcknowledgesFirst, false, lost),
        (Build::TrustsPreconditionFailed, true, lost),
        (Build::TrustsConflict, false, lost),
        (Build::QuarantinesLast, false, lost),
        (Build::IgnoresTheETag, false, "an object is what its key says"),
    ] {
        assert!(broken(build, foreign).contains(&expected), "{build:?}");
    }
}
