//! Holds the tests that cross crates; see `integration/`.
