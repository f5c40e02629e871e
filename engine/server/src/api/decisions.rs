//! Decisions on a case: why it went where it did.

use axum::Json;
use axum::extract::State;
use peygir_runtime::desk::DecisionView;

use crate::console::track::clean_code;
use crate::gate::Caller;
use crate::options::App;
use crate::path::Path;
use crate::problem::Problem;

/// The case by its id or its tracking code; the oldest decision first.
pub async fn of_case(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(case): Path<String>,
) -> Result<Json<Vec<DecisionView>>, Problem> {
    Ok(Json(app.desk.case_decisions(&caller, &clean_code(&case)).await?))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use crate::console::samples;

    #[test]
    fn the_schemas_have_the_members_of_the_types() {
        let document: Value = serde_json::from_str(include_str!("openapi.json")).unwrap();
        let check = |schema: &str, value: &Value| {
            let properties = document["components"]["schemas"][schema]["properties"].as_object();
            let named: BTreeSet<&String> = properties.unwrap_or_else(|| panic!("no {schema}")).keys().collect();
            assert_eq!(named, value.as_object().unwrap().keys().collect(), "{schema}");
        };
        let decision = serde_json::to_value(samples::decision()).unwrap();
        check("Decision", &decision);
        check("DecisionLayer", &decision["layers"][0]);
        check("DecisionRule", &decision["rules"][0]);
        check("DecisionInput", &decision["inputs"][0]);
        check("StoppedRule", &decision["notFired"][0]);
        assert_eq!((&decision["again"], &decision["notFired"][0]["why"]), (&"same".into(), &"cell".into()));
    }
}
