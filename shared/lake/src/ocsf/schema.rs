//! The columns of OCSF's Detection Finding, as far as findings have something to say in them.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit};

/// Every attribute that [`findings::ocsf::detection_finding`] makes, and no other.
///
/// The types are OCSF's: `integer_t` has 32 bits, `long_t` and `timestamp_t` have 64, and `datetime_t`
/// is a timestamp, as in the tables of Security Lake's own sources. A `json_t` (`data`) and the object
/// `unmapped` have no attributes that are known beforehand: they are the text of their JSON, so that
/// what GuardDuty adds tomorrow changes no column. All may be null, and no column depends on the
/// findings: all files have the same schema.
pub(crate) fn schema() -> SchemaRef {
    let mut fields = Vec::new();
    fields.extend(integers(&["category_uid"]));
    fields.extend(texts(&["category_name"]));
    fields.extend(integers(&["class_uid"]));
    fields.extend(texts(&["class_name"]));
    fields.push(Field::new("type_uid", DataType::Int64, true));
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
    Arc::new(Schema::new(fields))
}

fn texts(names: &[&str]) -> Vec<Field> {
    names.iter().map(|name| Field::new(*name, DataType::Utf8, true)).collect()
}

fn integers(names: &[&str]) -> Vec<Field> {
    names.iter().map(|name| Field::new(*name, DataType::Int32, true)).collect()
}

/// Each in milliseconds, and as the profile `datetime` has it. A timestamp has microseconds, since
/// every engine over Parquet reads those; UTC is written as an offset, since arrow-json knows no
/// names of time zones. In Parquet both are the same.
fn times(names: &[&str]) -> Vec<Field> {
    let moment = DataType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into()));
    let both = names.iter().flat_map(|name| {
        let text = Field::new(format!("{name}_dt"), moment.clone(), true);
        [Field::new(*name, DataType::Int64, true), text]
    });
    both.collect()
}

fn object(name: &str, fields: Vec<Field>) -> Field {
    Field::new(name, DataType::Struct(Fields::from(fields)), true)
}

/// A list of what the one field is. Its name is that of Parquet's specification.
fn list(name: &str, kind: DataType) -> Field {
    Field::new_list(name, Field::new("element", kind, true), true)
}

fn objects(name: &str, fields: Vec<Field>) -> Field {
    list(name, DataType::Struct(Fields::from(fields)))
}

/// A number of an enumeration and its caption.
fn choice(name: &str) -> Vec<Field> {
    [integers(&[&format!("{name}_id")]), texts(&[name])].concat()
}

fn account(more: &[&str]) -> Field {
    object("account", [texts(&["uid"]), choice("type"), texts(more)].concat())
}

fn metadata() -> Field {
    let feature = object("feature", texts(&["name"]));
    let product = object("product", [texts(&["name", "vendor_name"]), vec![feature]].concat());
    let mut fields = texts(&["version"]);
    fields.push(product);
    fields.push(list("profiles", DataType::Utf8));
    fields.extend(texts(&["uid", "event_code", "log_provider", "log_version", "original_time"]));
    fields.push(list("labels", DataType::Utf8));
    object("metadata", fields)
}

fn finding_info() -> Field {
    let mut fields = texts(&["uid", "title", "desc"]);
    fields.push(list("types", DataType::Utf8));
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

fn attacks() -> Field {
    let named = |name: &&str| object(name, texts(&["uid", "name"]));
    let fields = ["tactic", "technique", "sub_technique"];
    objects("attacks", fields.iter().map(named).collect())
}

fn malware() -> Field {
    let mut fields = texts(&["name"]);
    fields.push(list("classification_ids", DataType::Int32));
    fields.push(list("classifications", DataType::Utf8));
    fields.extend(texts(&["provider"]));
    objects("malware", fields)
}

fn observables() -> Field {
    objects("observables", [texts(&["name"]), choice("type"), texts(&["value"])].concat())
}

fn resources() -> Field {
    let mut fields = texts(&["uid", "name", "type", "version", "namespace"]);
    fields.push(list("labels", DataType::Utf8));
    let owner = [texts(&["name", "uid", "credential_uid"]), choice("type"), vec![account(&[])]];
    fields.push(object("owner", owner.concat()));
    fields.extend(texts(&["region", "cloud_partition", "data"]));
    objects("resources", fields)
}

fn evidences() -> Field {
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

fn actor() -> Field {
    let mut user = texts(&["name", "uid", "credential_uid"]);
    user.extend(choice("type"));
    user.push(account(&["name"]));
    user.push(objects("groups", texts(&["name"])));
    let mut session = texts(&["uid", "issuer"]);
    session.push(Field::new("is_mfa", DataType::Boolean, true));
    session.extend(times(&["created_time"]));
    object("actor", vec![object("user", user), object("session", session), process()])
}

fn endpoint(name: &str, more: &[&str]) -> Field {
    let mut location = texts(&["city", "country"]);
    location.push(list("coordinates", DataType::Float64));
    location.extend(texts(&["desc", "isp"]));
    let own = [texts(&["ip"]), integers(&["port"]), vec![object("location", location)]].concat();
    object(name, [own, texts(&["interface_uid", "instance_uid"]), texts(more)].concat())
}

fn process() -> Field {
    let mut fields = integers(&["pid"]);
    fields.extend(texts(&["uid", "name"]));
    fields.push(object("user", texts(&["name", "uid"])));
    fields.push(object("parent_process", texts(&["uid"])));
    fields.push(list("lineage", DataType::Utf8));
    fields.push(file());
    fields.extend(times(&["created_time"]));
    object("process", fields)
}

fn file() -> Field {
    let mut fields = texts(&["name", "path"]);
    fields.push(objects("hashes", [choice("algorithm"), texts(&["value"])].concat()));
    fields.extend(choice("type"));
    object("file", fields)
}
