//! Who acted: identities of AWS, of Kubernetes, of databases.

use serde_json::{Value as Json, json};

use super::{
    attributes::{Attributes, Choice},
    remainder::Remainder,
};

const KEY: &str = "resource.accessKeyDetails";
const KUBERNETES_USER: &str = "resource.kubernetesDetails.kubernetesUserDetails";

/// The identity behind the access key that the finding is about. It stays in the finding, since the
/// key is a resource as well.
pub(super) fn key_user(finding: &Json) -> Option<Json> {
    let key = finding.seen(KEY)?;
    let user = Attributes::new()
        .with("name", key.seen_text("userName"))
        .with("uid", key.seen_text("principalId"));
    if user.is_empty() {
        return None;
    }
    user.with("credential_uid", key.seen_text("accessKeyId"))
        .choice("type_id", "type", key.seen_text("userType").map(Choice::other))
        .object()
}

/// Takes the user of a Kubernetes cluster.
pub(super) fn kubernetes_user(finding: &mut Json) -> Option<Json> {
    let details = finding.part(KUBERNETES_USER)?;
    let user = Attributes::new()
        .with("name", details.take_text("username"))
        .with("uid", details.take_text("uid"));
    if user.is_empty() {
        return None;
    }
    let groups = details.take_as("groups", |groups| {
        let names: Option<Vec<_>> = groups.as_array()?.iter().map(Json::as_str).collect();
        let names = names?.into_iter().filter(|name| !name.is_empty());
        Some(names.map(|name| json!({"name": name})).collect::<Vec<_>>())
    });
    user.with("groups", groups).object()
}

/// An actor that is known as a user only.
pub(super) fn actor(user: Option<Json>) -> Option<Json> {
    Attributes::new().with("user", user).object()
}
