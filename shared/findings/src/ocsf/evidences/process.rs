//! Processes that Runtime Monitoring saw, and the files that they ran or touched.

use serde_json::Value as Json;

use super::file::{file, fingerprint};
use crate::ocsf::{
    attributes::{Attributes, Choice},
    remainder::Remainder,
};

/// Where the context names the file that matters, the most telling first.
const FILES: [&str; 5] =
    ["threatFilePath", "filePath", "scriptPath", "libraryPath", "moduleFilePath"];

/// `runtimeDetails`. `process` is the process that was seen; an actor's process is one that did
/// something to it, or the process itself where it did something to another one.
pub(super) fn runtime(details: &mut Json) -> Vec<Attributes> {
    let modifying = details.part("context.modifyingProcess").and_then(process);
    let target = details.part("context.targetProcess").and_then(process);
    let own = details.part("process").and_then(process);
    let touched = details.part("context").and_then(touched_file);
    let acting = |process: Option<Json>| Attributes::new().with("process", process).object();
    let on_another = target.map(|target| {
        Attributes::new().with("actor", acting(own.clone())).with("process", Some(target))
    });
    let seen = Attributes::new()
        .with("actor", acting(modifying))
        .with("process", own)
        .with("file", touched)
        .data("runtimeDetails", details.rest());
    std::iter::once(seen).chain(on_another).collect()
}

/// A process that can be told from others, by its number or by GuardDuty's own id of it.
fn process(details: &mut Json) -> Option<Json> {
    let process = Attributes::new()
        .with("pid", details.take_integer("pid"))
        .with("uid", details.take_text("uuid"));
    if process.is_empty() {
        return None;
    }
    let user = Attributes::new()
        .with("name", details.take_text("user"))
        .with("uid", details.take_text("userId"));
    let parent = Attributes::new().with("uid", details.take_text("parentUuid"));
    let lineage = details.seen("lineage").and_then(Json::as_array);
    let lineage = lineage.map(|ancestors| {
        let paths = ancestors.iter().filter_map(|own| own.seen_text("executablePath"));
        paths.collect::<Vec<_>>()
    });
    let executable = details.take_text("executablePath").map(|path| {
        let hash = details.take_as("executableSha256", fingerprint);
        file(path, None, hash, Choice::new(1, "Regular File"))
    });
    process
        .with("name", details.take_text("name"))
        .with("user", user.object())
        .with("parent_process", parent.object())
        .with("lineage", lineage)
        .with("file", executable)
        .time("created_time", details.take_time("startTime"))
        .object()
}

/// The file that the context is about. It may be a folder or a socket as well.
fn touched_file(context: &mut Json) -> Option<Attributes> {
    let (name, path) = FILES.iter().find_map(|name| Some((*name, context.take_text(name)?)))?;
    let hash =
        if name == "moduleFilePath" { context.take_as("moduleSha256", fingerprint) } else { None };
    Some(file(path, None, hash, Choice::UNKNOWN))
}
