//! Whether what a pack puts in place of another's keeps its interface: flows call the name, and were checked with the one
//! below.
//!
//! Tables keep theirs by their form: an overlay can't change inputs and outputs. A script says its own in its header; one
//! that replaces another takes at least what that one took, and gives nothing that it did not give. Of JSON Schemas only
//! what can be compared word by word is: what is said in another way counts as changed.

use peygir_source::{Diagnostic, Diagnostics, Span};
use serde_json::{Map, Value};

use super::content::ScriptSource;
use super::layer::in_file;

const TOP: Span = Span { line: 1, column: 1, length: 0 };
/// Deepest part of a schema that is compared.
const DEPTH_MAX: usize = 16;
/// Words of a schema that restrict nothing.
const MERE_WORDS: [&str; 8] =
    ["title", "description", "default", "examples", "$comment", "$schema", "$id", "deprecated"];
/// Bounds from below, and bounds from above.
const LEAST: [&str; 5] = ["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"];
const MOST: [&str; 5] = ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"];

/// Says what is lost where a script takes the place of another.
pub(super) fn compare(below: &ScriptSource, above: &ScriptSource) -> Diagnostics {
    let mut found = Diagnostics::default();
    let schema =
        |script: &ScriptSource, member: &str| script.script.schema(member).map(|(schema, at)| (schema.clone(), at));
    for member in ["args", "output"] {
        let (old, new) = (schema(below, member), schema(above, member));
        let at = new.as_ref().map_or(TOP, |(_, at)| *at);
        let [old, new] = [old, new].map(|schema| schema.map_or(Value::Bool(true), |(schema, _)| schema));
        // What a caller gave goes on to be taken; what is given back is what a caller could take before.
        let (giver, taker) = if member == "args" { (&old, &new) } else { (&new, &old) };
        let mut lost = Vec::new();
        fits(giver, taker, "", DEPTH_MAX, &mut lost);
        found.list.extend(lost.iter().map(|place| in_file(changed(member, place, at, below), &above.file)));
    }
    found
}

fn changed(member: &str, place: &str, at: Span, below: &ScriptSource) -> Diagnostic {
    let (name, file) = (below.script.name(), &below.file);
    let place = if place.is_empty() { "/" } else { place };
    let (en, fa) = match member {
        "args" => ("takes less", "کمتر می‌پذیرد"),
        _ => ("gives something else", "چیز دیگری بازمی‌گرداند"),
    };
    let diagnostic = Diagnostic::error(
        "PG-P048",
        at,
        format!("\"{name}\" {en} than the script in {file}, whose place it takes: `{member}` at {place}"),
        format!("«{name}» نسبت به اسکریپت {file} که جای آن را می‌گیرد {fa}: ‎`{member}`‎ در \u{2066}{place}\u{2069}"),
    );
    diagnostic.with_help(
        "flows were checked with the one below; keep its schema, or give the script a name of its own",
        "گردش کارها با اسکریپت زیرین سنجیده شده‌اند؛ طرح‌وارهٔ آن را نگه دارید یا به این اسکریپت نام دیگری بدهید",
    )
}

/// Notes the places at which `taker` may refuse what `giver` allows.
fn fits(giver: &Value, taker: &Value, place: &str, depth: usize, lost: &mut Vec<String>) {
    if giver == taker || *giver == Value::Bool(false) {
        return;
    }
    let nothing = Map::new();
    let taker = match taker {
        Value::Bool(true) => return,
        Value::Object(taker) if depth > 0 => taker,
        _ => return lost.push(place.to_owned()),
    };
    let giver = giver.as_object().unwrap_or(&nothing);
    let asked = taker.iter().filter(|(word, _)| !MERE_WORDS.contains(&word.as_str()));
    let mut refused = false;
    for (word, asked) in asked {
        match word.as_str() {
            "properties" => properties(giver, asked, place, depth, lost),
            "items" => {
                fits(giver.get("items").unwrap_or(&Value::Bool(true)), asked, &format!("{place}/*"), depth - 1, lost)
            }
            word => refused |= !allows(word, giver, asked, taker),
        }
    }
    if refused {
        lost.push(place.to_owned());
    }
}

fn properties(giver: &Map<String, Value>, asked: &Value, place: &str, depth: usize, lost: &mut Vec<String>) {
    let given = giver.get("properties").and_then(Value::as_object);
    for (name, asked) in asked.as_object().into_iter().flatten() {
        // What was not spoken of before may be given in a form of its own from now on.
        if let Some(given) = given.and_then(|given| given.get(name)) {
            fits(given, asked, &format!("{place}/{name}"), depth - 1, lost);
        }
    }
}

/// Whether a word of the taker refuses nothing that the giver allows.
fn allows(word: &str, giver: &Map<String, Value>, asked: &Value, taker: &Map<String, Value>) -> bool {
    let given = giver.get(word);
    let listed = |value: &Value| -> Vec<Value> { value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]) };
    let number = |value: &Value| value.as_f64();
    match word {
        "required" => {
            let given = given.map(listed).unwrap_or_default();
            listed(asked).iter().all(|name| given.contains(name))
        }
        "type" => given.is_some_and(|given| {
            let taken = listed(asked);
            let number = Value::from("number");
            listed(given).iter().all(|kind| taken.contains(kind) || (kind == "integer" && taken.contains(&number)))
        }),
        "enum" => {
            let given = given.map(listed).or_else(|| giver.get("const").map(|only| vec![only.clone()]));
            given.is_some_and(|given| given.iter().all(|value| listed(asked).contains(value)))
        }
        "additionalProperties" if *asked == Value::Bool(false) => {
            let names = |of: &Map<String, Value>| -> Vec<String> {
                of.get("properties")
                    .and_then(Value::as_object)
                    .map(|all| all.keys().cloned().collect())
                    .unwrap_or_default()
            };
            let taken = names(taker);
            given == Some(asked) && names(giver).iter().all(|name| taken.contains(name))
        }
        word if LEAST.contains(&word) => {
            given.and_then(number).zip(number(asked)).is_some_and(|(given, asked)| given >= asked)
        }
        word if MOST.contains(&word) => {
            given.and_then(number).zip(number(asked)).is_some_and(|(given, asked)| given <= asked)
        }
        _ => given == Some(asked),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lost(giver: &Value, taker: &Value) -> Vec<String> {
        let mut lost = Vec::new();
        fits(giver, taker, "", DEPTH_MAX, &mut lost);
        lost
    }

    #[test]
    fn a_taker_that_takes_at_least_as_much_fits() {
        let giver = json!({ "type": "object", "required": ["a", "b"], "additionalProperties": false, "properties": {
            "a": { "type": "integer", "minimum": 2, "maximum": 5 }, "b": { "enum": ["x", "y"] },
            "c": { "type": "array", "items": { "type": "string", "maxLength": 9 } } } });
        let wider = json!({ "type": ["object", "null"], "required": ["a"], "description": "more", "properties": {
            "a": { "type": "number", "minimum": 1 }, "b": { "enum": ["x", "y", "z"] },
            "c": { "type": "array", "items": { "type": "string" } }, "d": { "type": "string" } } });
        for taker in [&giver, &wider, &json!({}), &json!(true)] {
            assert_eq!(lost(&giver, taker), [""; 0], "{taker}");
        }
    }

    #[test]
    fn what_a_taker_refuses_is_told_with_its_place() {
        let giver = json!({ "type": "object", "required": ["a"], "properties": {
            "a": { "type": "integer", "minimum": 2 }, "b": { "type": "array", "items": { "enum": ["x", "y"] } } } });
        let cases = [
            (json!({ "type": "object", "required": ["a", "b"] }), ""),
            (json!({ "type": "array" }), ""),
            (json!({ "type": "object", "additionalProperties": false, "properties": { "a": {}, "b": {} } }), ""),
            (json!({ "properties": { "a": { "type": "string" } } }), "/a"),
            (json!({ "properties": { "a": { "minimum": 3 } } }), "/a"),
            (json!({ "properties": { "a": { "maximum": 9 } } }), "/a"),
            (json!({ "properties": { "b": { "items": { "enum": ["x"] } } } }), "/b/*"),
            (json!({ "properties": { "a": { "multipleOf": 2 } } }), "/a"),
            (json!(false), ""),
        ];
        for (taker, place) in cases {
            assert_eq!(lost(&giver, &taker), [place], "{taker}");
        }
        assert_eq!(lost(&json!(true), &json!({ "type": "object" })), [""]);
        let deep =
            (0..DEPTH_MAX + 2).fold(json!({ "type": "string" }), |deep, _| json!({ "properties": { "a": deep } }));
        let other =
            (0..DEPTH_MAX + 2).fold(json!({ "type": "integer" }), |deep, _| json!({ "properties": { "a": deep } }));
        assert_eq!(lost(&deep, &other).len(), 1);
    }
}
