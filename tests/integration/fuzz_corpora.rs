//! Every input that fuzzing started from or ever failed on is replayed.

use std::fs;

use crate::binary::root;

#[path = "../../fuzz/targets.rs"]
mod targets;

#[test]
fn every_corpus_is_replayed_without_a_failure() {
    for (name, target) in targets::ALL {
        let folder = root().join("fuzz/corpus").join(name);
        let mut inputs = 0;
        for entry in fs::read_dir(&folder).unwrap() {
            target(&fs::read(entry.unwrap().path()).unwrap());
            inputs += 1;
        }
        assert!(inputs >= 3, "{} holds only {inputs} inputs", folder.display());
    }
}
