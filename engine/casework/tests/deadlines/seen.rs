//! What may be asked of a case by name is what a case has.

use std::collections::BTreeSet;

use peygir_casework::content::template::VARIABLES;
use peygir_casework::records::{Milestone, Party};
use peygir_casework::view::{CASE_FIELDS, FieldType, case_in_clear};
use peygir_core::Id;
use serde_json::Value;

use super::world::{World, at};

#[test]
fn the_fields_that_tables_may_ask_for_are_those_that_a_case_has() {
    let mut world = World::new();
    let case = world.records.case.as_mut().expect("a case");
    case.on_behalf_of = Some(Party { person: Id([4; 16]), national_id: None, mobile: None, name: None, number: None });
    case.milestones = vec![Milestone { name: "referred".to_owned(), at: at("2026-11-21T10:00Z") }];
    let seen = case_in_clear(&world.records, &world.content);
    let mut has = Vec::new();
    leaves("", &seen, &mut has);
    let told: BTreeSet<String> = CASE_FIELDS.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(has.iter().map(|(path, _)| path.clone()).collect::<BTreeSet<_>>(), told);
    for (path, value) in has.iter().filter(|(_, value)| !value.is_null()) {
        let kind = CASE_FIELDS.iter().find(|(known, _)| known == path).map(|(_, kind)| *kind);
        let is = match value {
            Value::Bool(_) => FieldType::Boolean,
            Value::Number(_) => FieldType::Integer,
            Value::Array(_) => FieldType::List,
            _ => FieldType::Text,
        };
        assert_eq!(kind, Some(is), "{path}");
    }
    // Templates name the same fields, and the mappings that hold some of them.
    let of_templates = VARIABLES.iter().filter_map(|name| name.strip_prefix("case."));
    let holds = |name: &str| told.iter().any(|path| path.starts_with(&format!("{name}.")));
    for name in of_templates {
        assert!(told.contains(name) || holds(name), "{name}");
    }
}

fn leaves(path: &str, value: &Value, found: &mut Vec<(String, Value)>) {
    match value.as_object() {
        Some(members) => {
            for (name, member) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                leaves(&path, member, found);
            }
        }
        None => found.push((path.to_owned(), value.clone())),
    }
}
