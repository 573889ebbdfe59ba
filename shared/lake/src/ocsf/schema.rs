//! The columns of OCSF's Detection Finding, as far as findings have something to say in them.

use crate::shape::{
    Column,
    Kind::{self, Boolean, Float, Integer, Integer32, Moment, Text},
    Shape,
};

/// Every attribute that [`findings::ocsf::detection_finding`] makes, and no other.
///
/// The types are OCSF's: `integer_t` has 32 bits, `long_t` and `timestamp_t` have 64, and `datetime_t`
/// is a timestamp, as in the tables of Security Lake's own sources. A `json_t` (`data`) and the object
/// `unmapped` have no attributes that are known beforehand: they are the text of their JSON, so that
/// what GuardDuty adds tomorrow changes no column. All may be null, and no column depends on the
/// findings: all files have the same schema.
pub(crate) fn columns() -> Vec<Column> {
    let mut fields = Vec::new();
    fields.extend(integers(&["category_uid"]));
    fields.extend(texts(&["category_name"]));
    fields.extend(integers(&["class_uid"]));
    fields.extend(texts(&["class_name"]));
    fields.push(value("type_uid", Integer));
    fields.extend(texts(&["type_name"]));
    for (number, caption) in [
        ("activity_id", "activity_name"),
        ("severity_id", "severity"),
        ("status_id", "status"),
        ("action_id", "action"),
        ("disposition_id", "disposition"),
    ] {
        fields.extend(integers(&[number]));
        fields.extend(texts(&[caption]));
    }
    fields.extend(times(&["time"]));
    fields.extend(texts(&["message"]));
    fields.extend(integers(&["count", "confidence_score"]));
    fields.push(metadata());
    let account = account(&[]);
    fields.push(object("cloud", [texts(&["provider", "region"]), vec![account]].concat()));
    fields.push(finding_info());
    fields.push(malware());
    fields.push(observables());
    fields.push(resources());
    fields.push(evidences());
    fields.extend(texts(&["unmapped"]));
    fields
}

fn texts(names: &[&str]) -> Vec<Column> {
    names.iter().map(|name| value(name, Text)).collect()
}

fn integers(names: &[&str]) -> Vec<Column> {
    names.iter().map(|name| value(name, Integer32)).collect()
}

/// Each in milliseconds, and as the profile `datetime` has it.
fn times(names: &[&str]) -> Vec<Column> {
    let both = |name: &&str| [value(name, Integer), value(&format!("{name}_dt"), Moment)];
    names.iter().flat_map(both).collect()
}

fn value(name: &str, kind: Kind) -> Column {
    Column::new(name, Shape::Value(kind))
}

fn object(name: &str, fields: Vec<Column>) -> Column {
    Column::new(name, Shape::Object(fields))
}

fn list(name: &str, kind: Kind) -> Column {
    Column::new(name, Shape::List(Box::new(Shape::Value(kind))))
}

fn objects(name: &str, fields: Vec<Column>) -> Column {
    Column::new(name, Shape::List(Box::new(Shape::Object(fields))))
}

/// A number of an enumeration and its caption.
fn choice(name: &str) -> Vec<Column> {
    [integers(&[&format!("{name}_id")]), texts(&[name])].concat()
}

fn account(more: &[&str]) -> Column {
    object("account", [texts(&["uid"]), choice("type"), texts(more)].concat())
}

fn metadata() -> Column {
    let feature = object("feature", texts(&["name"]));
    let product = object("product", [texts(&["name", "vendor_name"]), vec![feature]].concat());
    let mut fields = texts(&["version"]);
    fields.push(product);
    fields.push(list("profiles", Text));
    fields.extend(texts(&["uid", "event_code", "log_provider", "log_version", "original_time"]));
    fields.push(list("labels", Text));
    object("metadata", fields)
}

fn finding_info() -> Column {
    let mut fields = texts(&["uid", "title", "desc"]);
    fields.push(list("types", Text));
    let analytic = [texts(&["name", "category"]), choice("type")].concat();
    fields.push(object("analytic", analytic));
    fields.push(attacks());
    fields.extend(texts(&["product_uid"]));
    let related = [texts(&["uid", "type"]), vec![attacks()]].concat();
    fields.push(objects("related_events", related));
    fields.extend(texts(&["src_url"]));
    fields.extend(times(&["created_time", "modified_time", "first_seen_time", "last_seen_time"]));
    object("finding_info", fields)
}

fn attacks() -> Column {
    let named = |name: &&str| object(name, texts(&["uid", "name"]));
    let fields = ["tactic", "technique", "sub_technique"];
    objects("attacks", fields.iter().map(named).collect())
}

fn malware() -> Column {
    let mut fields = texts(&["name"]);
    fields.push(list("classification_ids", Integer32));
    fields.push(list("classifications", Text));
    fields.extend(texts(&["provider"]));
    objects("malware", fields)
}

fn observables() -> Column {
    objects("observables", [texts(&["name"]), choice("type"), texts(&["value"])].concat())
}

fn resources() -> Column {
    let mut fields = texts(&["uid", "name", "type", "version", "namespace"]);
    fields.push(list("labels", Text));
    let owner = [texts(&["name", "uid", "credential_uid"]), choice("type"), vec![account(&[])]];
    fields.push(object("owner", owner.concat()));
    fields.extend(texts(&["region", "cloud_partition", "data"]));
    objects("resources", fields)
}

fn evidences() -> Column {
    let service = object("service", texts(&["name"]));
    let response = object("response", [texts(&["error"]), integers(&["code"])].concat());
    let api = [texts(&["operation"]), vec![service, response]].concat();
    let connection =
        [choice("direction"), texts(&["protocol_name"]), integers(&["protocol_num"])].concat();
    let fields = vec![
        actor(),
        object("api", api),
        endpoint("src_endpoint", &["svc_name", "hostname", "uid"]),
        endpoint("dst_endpoint", &["hostname", "uid"]),
        object("connection_info", connection),
        object("query", texts(&["hostname"])),
        process(),
        file(),
    ];
    objects("evidences", [fields, texts(&["data"])].concat())
}

fn actor() -> Column {
    let mut user = texts(&["name", "uid", "credential_uid"]);
    user.extend(choice("type"));
    user.push(account(&["name"]));
    user.push(objects("groups", texts(&["name"])));
    let mut session = texts(&["uid", "issuer"]);
    session.push(value("is_mfa", Boolean));
    session.extend(times(&["created_time"]));
    object("actor", vec![object("user", user), object("session", session), process()])
}

fn endpoint(name: &str, more: &[&str]) -> Column {
    let mut location = texts(&["city", "country"]);
    location.push(list("coordinates", Float));
    location.extend(texts(&["desc", "isp"]));
    let own = [texts(&["ip"]), integers(&["port"]), vec![object("location", location)]].concat();
    object(name, [own, texts(&["interface_uid", "instance_uid"]), texts(more)].concat())
}

fn process() -> Column {
    let mut fields = integers(&["pid"]);
    fields.extend(texts(&["uid", "name"]));
    fields.push(object("user", texts(&["name", "uid"])));
    fields.push(object("parent_process", texts(&["uid"])));
    fields.push(list("lineage", Text));
    fields.push(file());
    fields.extend(times(&["created_time"]));
    object("process", fields)
}

fn file() -> Column {
    let mut fields = texts(&["name", "path"]);
    fields.push(objects("hashes", [choice("algorithm"), texts(&["value"])].concat()));
    fields.extend(choice("type"));
    object("file", fields)
}
