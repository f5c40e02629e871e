//! Flows under test, read as any flow is.

use peygir_dsl::model::Workflow;
use peygir_dsl::read::AnyNames;

/// Head of every flow here; what follows in a test is the rest of the document.
const HEAD: &str = "document: { dsl: '1.0.3', namespace: test, name: flow, version: '1.0.0' }\n";

pub fn workflow(rest: &str) -> Workflow {
    let text = format!("{HEAD}{}\n", rest.trim_matches('\n'));
    let read = peygir_source::yaml::parse(&text).map_err(|problem| format!("{problem:?}"));
    let read = read.and_then(|root| peygir_dsl::read::workflow(&root, &AnyNames).map_err(|all| format!("{all:#?}")));
    read.unwrap_or_else(|problems| panic!("the flow\n{text}\nis refused: {problems}")).0
}
