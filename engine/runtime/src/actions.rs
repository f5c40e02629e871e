//! What scripts may ask for: the built-in functions, by the schemas of their inputs.

use std::sync::{Arc, LazyLock};

use peygir_casework::functions;
use peygir_script::Actions;

static ACTIONS: LazyLock<Arc<Actions>> = LazyLock::new(|| {
    let schemas = functions::actions().map(|function| (function.name, function.input));
    Arc::new(Actions::new(schemas).expect("the schemas of the built-in functions are JSON Schemas"))
});

/// By which lists of actions are checked, in tests of scripts and when they are carried out.
pub fn actions() -> &'static Arc<Actions> {
    &ACTIONS
}

#[cfg(test)]
mod tests {
    use peygir_casework::functions::FUNCTIONS;

    use super::*;

    /// Built-in functions without a function of scripts: their answer is what they are for, and an action's answer reaches
    /// nobody; a script runs for a case that is open already.
    const WITHOUT: &[&str] = &["case-open", "wait-working", "calendar-next"];

    #[test]
    fn scripts_have_a_function_for_every_action_that_there_is() {
        let of_scripts = peygir_script::reference::actions();
        for (function, built_in) in of_scripts {
            assert_eq!(*function, built_in.replace('-', "_"));
            assert!(FUNCTIONS.iter().any(|known| known.name == *built_in), "there is no {built_in}");
        }
        for known in FUNCTIONS {
            let is_offered = of_scripts.iter().any(|(_, built_in)| *built_in == known.name);
            assert_ne!(is_offered, WITHOUT.contains(&known.name), "{}", known.name);
        }
    }

    #[test]
    fn schemas_say_what_is_wrong_with_an_action() {
        let check = |action: serde_json::Value| actions().check_one(&action);
        assert_eq!(check(serde_json::json!({ "action": "case-mark", "milestone": "late" })), Ok(()));
        let wrong = check(serde_json::json!({ "action": "notify", "to": "citizen", "by": ["sms"] })).unwrap_err();
        assert!(wrong.contains("template"), "{wrong}");
        // Terms are a table's to give: its limits don't hold for what a script computes.
        let refer = |to: serde_json::Value| check(serde_json::json!({ "action": "case-refer", "to": to }));
        let who = serde_json::json!({ "agency": "a", "unit": null, "manager": "m", "managerRole": "chief" });
        assert_eq!(refer(who), Ok(()));
        for (term, value) in [
            ("workingDays", serde_json::json!(60)),
            ("workingHours", serde_json::json!(600)),
            ("within", serde_json::json!("P60D")),
            ("max", serde_json::json!(90)),
            ("calendar", serde_json::json!("ir-24x7")),
            ("remindAt", serde_json::json!(59)),
        ] {
            let wrong = refer(serde_json::json!({ "agency": "a", term: value })).unwrap_err();
            assert!(wrong.contains("/to") && wrong.contains(term), "{wrong}");
        }
        // So is how many rounds there may be for the flow.
        assert_eq!(check(serde_json::json!({ "action": "case-new-round" })), Ok(()));
        let wrong = check(serde_json::json!({ "action": "case-new-round", "max": 99 })).unwrap_err();
        assert!(wrong.contains("max"), "{wrong}");
        let wrong = check(serde_json::json!({ "action": "case_mark", "milestone": "late" })).unwrap_err();
        assert!(wrong.contains("did you mean \"case-mark\""), "{wrong}");
    }

    #[test]
    fn terms_in_an_action_are_foreseen_where_they_are_written() {
        let source = "fn main(req, now, args) {\n  if req.round > 1 {\n    return case_refer(#{ to: #{ agency: req.agency, workingDays: 60 } });\n  }\n  case_refer(#{ to: #{ agency: req.agency } })\n}\n";
        let script = peygir_script::Script::compile("t", source).unwrap();
        let told = actions().foresee(&script.written_actions());
        let told: Vec<_> = told.iter().map(|one| (one.code, one.span.line, one.span.column)).collect();
        assert_eq!(told, [("PG-S110", 3, 53)]);
        let source = "fn main(req, now, args) {\n  [case_new_round(#{ max: args.rounds })]\n}\n";
        let script = peygir_script::Script::compile("t", source).unwrap();
        let told = actions().foresee(&script.written_actions());
        let told: Vec<_> = told.iter().map(|one| (one.code, one.span.line, one.span.column)).collect();
        assert_eq!(told, [("PG-S110", 2, 22)]);
    }
}
