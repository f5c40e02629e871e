//! Calls of scripts on a case, run again step by step with what they had then.

use axum::Json;
use axum::extract::{RawQuery, State};
use peygir_runtime::desk::ScriptRun;

use crate::console::track::clean_code;
use crate::gate::Caller;
use crate::options::App;
use crate::path::Path;
use crate::problem::{Code, Problem};
use crate::query::Params;

/// The case by its id or its tracking code.
pub async fn run(
    State(app): State<App>,
    Caller(caller): Caller,
    Path((case, script)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Json<ScriptRun>, Problem> {
    let mut params = Params::of(query.as_deref())?;
    let call = params.take("call")?.map(|text| number(&text)).transpose()?;
    params.finish()?;
    Ok(Json(app.desk.script_run(&caller, &clean_code(&case), &script, call).await?))
}

/// Calls are counted from 1.
fn number(text: &str) -> Result<usize, Problem> {
    let number = text.parse::<usize>().ok().filter(|number| *number > 0);
    number.ok_or_else(|| Problem::field(Code::QueryInvalid, "call", "out-of-range"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use peygir_runtime::desk::{Origin, Returned, ScriptCall, ScriptEnd, ScriptFault, ScriptStep, ScriptText};
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn calls_are_counted_from_one() {
        assert_eq!(number("3").unwrap(), 3);
        for text in ["0", "-1", "x", "1.5"] {
            let problem = number(text).unwrap_err();
            assert_eq!((problem.fields[0].pointer.as_str(), problem.fields[0].code.as_str()), ("call", "out-of-range"));
        }
    }

    fn sample() -> ScriptRun {
        let fault = ScriptFault { code: String::new(), line: 1, column: 1, en: String::new(), fa: String::new() };
        ScriptRun {
            script: String::new(),
            case_id: String::new(),
            tracking_code: None,
            call: 1,
            calls: vec![ScriptCall { at: String::new(), flow: String::new(), step: String::new(), failed: false }],
            now: String::new(),
            req: Value::Null,
            args: Value::Null,
            text: ScriptText {
                file: String::new(),
                source: String::new(),
                version: String::new(),
                origin: Origin::InForceThen,
                version_then: None,
                pack_then: None,
                edition_then: None,
            },
            steps: vec![ScriptStep {
                line: 1,
                column: 1,
                function: String::new(),
                depth: 1,
                variables: Vec::new(),
                gave: Vec::new(),
                returned: Some(Returned { value: Value::Null }),
            }],
            steps_dropped: 0,
            ended: ScriptEnd::Answer(Value::Null),
            ended_then: ScriptEnd::Fault(fault),
            agrees: false,
        }
    }

    #[test]
    fn the_schemas_have_the_members_of_the_types() {
        let document: Value = serde_json::from_str(include_str!("openapi.json")).unwrap();
        let check = |schema: &str, value: &Value| {
            let properties = document["components"]["schemas"][schema]["properties"].as_object();
            let named: BTreeSet<&String> = properties.unwrap_or_else(|| panic!("no {schema}")).keys().collect();
            assert_eq!(named, value.as_object().unwrap().keys().collect(), "{schema}");
        };
        let run = serde_json::to_value(sample()).unwrap();
        check("ScriptCall", &run["calls"][0]);
        check("ScriptText", &run["text"]);
        check("ScriptStep", &run["steps"][0]);
        check("ScriptFault", &run["endedThen"]["fault"]);
        check("ScriptEnd", &json!({ "answer": 1, "fault": 1 }));
        assert_eq!(run["ended"], json!({ "answer": null }));
        assert_eq!(run["text"]["origin"], "in-force-then");
        check("ScriptRun", &run);
    }
}
