//! The description of the API. It is kept by hand, and the tests here hold it to the table of routes and to the types.

use axum::http::header;
use axum::response::{IntoResponse, Response};

const DOCUMENT: &str = include_str!("openapi.json");

pub async fn show() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT).into_response()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use crate::problem::Code;
    use crate::routes::{Guard, ROUTES};

    fn document() -> Value {
        serde_json::from_str(DOCUMENT).expect("the document is JSON")
    }

    #[test]
    fn the_document_and_the_table_of_routes_say_the_same() {
        let document = document();
        let mut described = BTreeSet::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap().iter().filter(|(name, _)| *name != "parameters") {
                let open = operation["security"] == serde_json::json!([]);
                described.insert((method.to_uppercase(), path.clone(), open));
                assert!(operation["summary"].is_string(), "{method} {path}");
                assert!(operation["operationId"].is_string(), "{method} {path}");
            }
        }
        let served: BTreeSet<_> = ROUTES
            .iter()
            .filter(|route| route.path.starts_with("/api/"))
            .map(|route| (route.method.to_owned(), route.path.to_owned(), route.guard == Guard::Open))
            .collect();
        assert_eq!(described, served);
    }

    #[test]
    fn every_reference_and_every_path_parameter_is_there() {
        let document = document();
        fn walk(value: &Value, found: &mut Vec<String>) {
            match value {
                Value::Object(members) => {
                    found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
                    members.values().for_each(|value| walk(value, found));
                }
                Value::Array(items) => items.iter().for_each(|value| walk(value, found)),
                _ => {}
            }
        }
        let mut references = Vec::new();
        walk(&document, &mut references);
        assert!(references.len() > 20);
        for reference in references {
            let pointer = reference.strip_prefix('#').expect("references stay within the document");
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
        for (path, item) in document["paths"].as_object().unwrap() {
            for name in path.split(['{', '}']).skip(1).step_by(2) {
                let parameters = item["parameters"].as_array().unwrap();
                assert!(parameters.iter().any(|p| p["name"] == name && p["in"] == "path"), "{path} {name}");
            }
        }
    }

    #[test]
    fn the_document_names_every_code_of_a_problem() {
        let document = document();
        let listed: BTreeSet<_> = document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]
            .as_array()
            .unwrap()
            .iter()
            .map(|code| code.as_str().unwrap().to_owned())
            .collect();
        let known: BTreeSet<_> = Code::all().map(|code| code.id().to_owned()).collect();
        assert_eq!(listed, known);
    }

    /// The members that the schema names are the ones that the type has.
    fn check(schema: &str, sample: Value) {
        let document = document();
        let properties = document["components"]["schemas"][schema]["properties"].as_object().unwrap();
        let named: BTreeSet<_> = properties.keys().collect();
        let has: BTreeSet<_> = sample.as_object().unwrap().keys().collect();
        assert_eq!(named, has, "{schema}");
    }

    #[test]
    fn schemas_have_the_members_of_the_types() {
        use crate::console::samples;
        let json = |value: Result<Value, serde_json::Error>| value.unwrap();
        check("NewMessage", json(serde_json::to_value(samples::message())));
        check("Party", json(serde_json::to_value(samples::party())));
        check("Submitted", json(serde_json::to_value(samples::submitted())));
        check("CaseSummary", json(serde_json::to_value(samples::summary())));
        check("CaseView", json(serde_json::to_value(samples::case())));
        check("TaskView", json(serde_json::to_value(samples::task())));
        check("FormView", json(serde_json::to_value(samples::task().form)));
        check("FieldView", json(serde_json::to_value(&samples::task().form.fields[0])));
        check("FlowView", json(serde_json::to_value(&samples::case().flows[0])));
        check("JournalLine", json(serde_json::to_value(&samples::case().timeline[0])));
        check("OutboxLine", json(serde_json::to_value(samples::outbox_line())));
        check("IncidentView", json(serde_json::to_value(samples::incident())));
        let webhook = peygir_runtime::desk::WebhookView {
            name: String::new(),
            status: String::new(),
            delivered: 0,
            delivered_at: None,
            behind: 0,
            failing_since: None,
            fault: None,
            next_at: None,
        };
        check("WebhookView", json(serde_json::to_value(webhook)));
        check("WebhookCount", json(serde_json::to_value(peygir_runtime::desk::WebhookCount::default())));
        let report = super::super::health::HealthReport::new(
            String::new(),
            vec![
                peygir_runtime::health::Finding::new("x", peygir_runtime::health::Weight::Fine, "", "")
                    .mend_told("", ""),
            ],
        );
        let report = json(serde_json::to_value(report));
        check("Finding", report["findings"][0].clone());
        check("HealthReport", report);
        check(
            "ReceiptChecked",
            json(serde_json::to_value(crate::console::samples_health::checked(crate::instruments::Verdict::Holds))),
        );
        check("InstanceView", json(serde_json::to_value(samples::instance())));
        check("InstanceSummary", json(serde_json::to_value(samples::restarted_instance().summary)));
        check("InstanceTask", json(serde_json::to_value(&samples::instance().tasks[0])));
        check("WorkflowName", json(serde_json::to_value(samples::instance().summary.workflow)));
        check("Named", json(serde_json::to_value(samples::agency())));
        let mut track = json(serde_json::to_value(samples::track()));
        track["stage"]["text"] = Value::Null;
        check("Stage", track["stage"].clone());
        check("Milestone", track["history"][0].clone());
        check("TrackDeadline", track["deadlines"][0].clone());
        check("Track", track);
    }

    #[test]
    fn schemas_of_calendars_and_deadlines_have_the_members_of_the_types() {
        use crate::console::samples_time as samples;
        fn json(value: impl serde::Serialize) -> Value {
            serde_json::to_value(value).unwrap()
        }
        check("CalendarView", json(&samples::calendars()[0]));
        let month = samples::month().to_json();
        let notable = &month["weeks"][0][4];
        check("CalendarDay", notable.clone());
        check("CalendarNote", notable["notes"][0].clone());
        check("CalendarMonth", month);
        let closures = samples::closures().closures;
        check("ClosureView", json(&closures[0]));
        check("WithdrawnView", json(closures.iter().find_map(|closure| closure.withdrawn.as_ref())));
        let done = peygir_runtime::desk::ClosureDone { closure: String::new(), operation: String::new() };
        check("ClosureDone", json(done));
        check("OperationView", json(samples::operation()));
        check("OperationPage", json(samples::operations()));
        check("MovedView", json(&samples::moved().items[0]));
        check("MovedPage", json(samples::moved()));
        let deadline = samples::moved_deadline();
        check("Account", json(&deadline.account));
        check("Bilingual", json(&deadline.text));
        check("SuspensionView", json(&deadline.suspensions[0]));
        check("MoveView", json(&deadline.moves[0]));
        check("SetView", json(deadline.set.as_ref()));
        check("ReminderView", json(&deadline.reminders[0]));
        check("DeadlineView", json(deadline));
    }

    #[test]
    fn schemas_of_packs_have_the_members_of_the_types() {
        use crate::console::samples_packs as samples;
        fn json(value: impl serde::Serialize) -> Value {
            serde_json::to_value(value).unwrap()
        }
        let packs = json(samples::packs().packs);
        check("PackView", packs["packs"][0].clone());
        check("PackVersionView", json(samples::withdrawn_version()));
        check("EditionWithdrawn", json(samples::withdrawn()));
        check("PacksView", packs);
        let difference = json(samples::shown().difference.unwrap());
        check("FileDifference", difference["files"][0].clone());
        check("Hunk", difference["files"][0]["hunks"][0].clone());
        check("DifferenceLine", difference["files"][0]["hunks"][0]["lines"][0].clone());
        check("PackDifference", difference);
        check("EditionView", json(samples::editions().iter().find(|edition| edition.withdrawn.is_some())));
        let changes = json(samples::changes("past"));
        check("PackChange", changes["packs"][0].clone());
        check("PackVersion", changes["edition"]["packs"][0].clone());
        check("TableChange", changes["tables"][0].clone());
        check("RuleChange", changes["tables"][0]["rules"][0].clone());
        check("EditionChanges", changes);
        check("EditionDone", json(samples::done()));
        check("Diagnostic", samples::finding("error", 1));
        check("PackFiles", json(samples::version_files()));
    }

    /// A body of a deployment is read as its schema says, and what the schema does not name is refused.
    #[test]
    fn a_deployment_is_read_as_its_schema_says() {
        use peygir_runtime::desk::{NewEdition, NewPack};
        fn members(document: &Value, schema: &str, whole: &Value) {
            let named: BTreeSet<_> =
                document["components"]["schemas"][schema]["properties"].as_object().unwrap().keys().collect();
            assert_eq!(named, whole.as_object().unwrap().keys().collect(), "{schema}");
        }
        let document = document();
        let pack = serde_json::json!({ "name": "a", "version": "1.0.0", "files": { "pack.yaml": "" } });
        let edition = serde_json::json!({
            "packs": [pack], "remove": ["b"], "effectiveFrom": "1405/09/01", "note": "x", "dryRun": true,
            "keepPlanned": true,
        });
        members(&document, "NewEdition", &edition);
        members(&document, "NewPack", &pack);
        assert!(serde_json::from_value::<NewEdition>(edition.clone()).is_ok());
        for (whole, is_read) in [
            (edition, (|body| serde_json::from_value::<NewEdition>(body).is_ok()) as fn(Value) -> bool),
            (pack, |body| serde_json::from_value::<NewPack>(body).is_ok()),
        ] {
            let mut more = whole;
            more["colour"] = Value::Null;
            assert!(!is_read(more));
        }
    }

    /// What the schema of a body names is read, and what it does not name is refused.
    #[test]
    fn a_closure_is_read_as_its_schema_says() {
        let document = document();
        let schema = &document["components"]["schemas"]["NewClosure"];
        let whole = serde_json::json!({
            "calendar": "ir-working", "for": {"province": "a", "county": "b", "agency": "c"}, "date": "1405/09/01",
            "until": null, "from": null, "hours": ["06:00-10:00"], "name": {"fa": "برف", "en": "Snow"},
        });
        let named: BTreeSet<_> = schema["properties"].as_object().unwrap().keys().collect();
        assert_eq!(named, whole.as_object().unwrap().keys().collect());
        let read = |body: &Value| serde_json::from_value::<peygir_runtime::desk::NewClosure>(body.clone());
        assert!(read(&whole).is_ok());
        for name in whole.as_object().unwrap().keys() {
            let mut without = whole.clone();
            without.as_object_mut().unwrap().remove(name);
            let required = schema["required"].as_array().unwrap().contains(&Value::from(name.as_str()));
            assert_eq!(read(&without).is_err(), required, "{name}");
        }
        let mut more = whole;
        more["colour"] = Value::Null;
        assert!(read(&more).is_err());
    }
}
