//! The demonstration with the real functions: its counts add up, and killing processes changes none of them.

use super::{Counts, DemoConfig, run};

/// The folder with the release binaries, if there is one.
fn binaries() -> Option<std::path::PathBuf> {
    let folder = std::env::var_os("GUARDSIFT_BINARIES").map(Into::into);
    if folder.is_none() {
        println!(
            "skipped: GUARDSIFT_BINARIES names no folder with the functions' release binaries"
        );
    }
    folder
}

/// The command line, which lies beside the functions once it is built.
fn guardsift() -> Option<std::path::PathBuf> {
    let executable = binaries()?.join("guardsift");
    if !executable.exists() {
        println!("skipped: there is no {}", executable.display());
        return None;
    }
    Some(executable)
}

async fn demonstrate(with_kills: bool) -> Option<Counts> {
    let folder = tempfile::tempdir().unwrap();
    let config = DemoConfig {
        state: folder.path().join("state"),
        binaries: binaries()?,
        port: 0,
        guardsift: guardsift()?,
        with_kills,
    };
    let report = run(config, |step| println!("{step}")).await.unwrap();
    println!("{report:#?}");
    report.verdict().unwrap();
    Some(report.counts)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_and_killing_every_process_changes_no_count() {
    let Some(undisturbed) = demonstrate(false).await else { return };
    let disturbed = demonstrate(true).await;
    assert_eq!(disturbed, Some(undisturbed));
    assert_eq!((undisturbed.lost, undisturbed.quarantined, undisturbed.dead_lettered), (0, 1, 1));
}
