//! `raise`: the author's error (53, 54).

use peygir_dsl::expr::Template;
use peygir_dsl::model::Kind;

use super::{Run, check, check_output};

#[test]
fn s54_a_raised_error_has_what_its_author_wrote_and_the_place_of_the_task() {
    let flow = "
do:
  - group:
      try:
        - refuse:
            raise:
              error:
                type: https://example.ir/errors/late
                status: 422
                title: '${ \"late by \\(.days) days\" }'
                detail: 'case ${ .case }'
      catch: { as: problem, do: [ { show: { set: '${ $problem }' } } ] }
";
    check_output(
        flow,
        r#"{"days": 3, "case": "K-1"}"#,
        r#"{"type": "https://example.ir/errors/late", "status": 422, "title": "late by 3 days", "detail": "case K-1",
            "instance": "/do/0/group/try/0/refuse"}"#,
    );
}

#[test]
fn s54_the_instance_that_an_author_gives_to_a_raised_error_holds() {
    check(
        "do: [ { a: { raise: { error: { type: 'https://example.ir/e', status: 409, instance: /somewhere/else } } } } ]",
        r#"
        start {}
        > started a#1 {}
        > faulted a#1 e 409 /somewhere/else
        > FAULTED [a] e 409 /somewhere/else
        "#,
    );
}

#[test]
fn s54_a_status_is_an_integer_of_http() {
    for (status, holds) in
        [("100", true), ("599", true), ("99", false), ("600", false), ("400.5", false), ("\"400\"", false)]
    {
        let mut run = Run::new("do: [ { a: { raise: { error: { type: 'https://example.ir/e', status: 400 } } } } ]");
        // The text knows integers only; an expression would have to give one.
        let mut tasks = run.workflow.tasks.to_vec();
        let Kind::Raise(raise) = &mut tasks[0].kind else { panic!("the task raises") };
        raise.status = Template::compile_text("${ .status }", &[]).expect("it is jq");
        run.workflow.tasks = tasks.into();
        run.line(&format!("start {{\"status\":{status}}}"));
        let type_ = run.instance().fault.as_ref().map(|fault| fault.type_.clone()).unwrap_or_default();
        assert_eq!(type_ == "https://example.ir/e", holds, "{status}: {type_}");
        assert!(holds || type_.ends_with("/expression"), "{status}: {type_}");
    }
}

#[test]
fn s54_declared_errors_are_raised_by_name() {
    check(
        "
use: { errors: { late: { type: 'https://example.ir/late', status: 410 } } }
do: [ { a: { raise: { error: late } } } ]
",
        r#"
        start {}
        > started a#1 {}
        > faulted a#1 late 410 /do/0/a
        > FAULTED [a] late 410 /do/0/a
        "#,
    );
}
