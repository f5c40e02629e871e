//! `fork`: all branches or the first, faults of branches, contexts.

use super::{check, check_output};

#[test]
fn a_fork_gives_the_outputs_in_the_order_of_declaration() {
    check(
        "
do:
  - both:
      fork:
        branches:
          - slow: { call: f }
          - fast: { call: g }
",
        r#"
        start {"n":1}
        > started both#1 {"n":1}
        > started both#1/slow {"n":1}
        > started both#1/fast {"n":1}
        > call both#1/slow f {"n":1}
        > call both#1/fast g {"n":1}
        answer both#1/fast 2
        > completed both#1/fast 2
        > branch 1 ended
        answer both#1/slow 1
        > completed both#1/slow 1
        > branch 0 ended
        > completed both#1 [1,2]
        > COMPLETED [1,2]
        "#,
    );
}

#[test]
fn the_first_branch_of_a_competing_fork_wins_and_the_others_are_cancelled_before_it_completes() {
    check(
        "
do:
  - race:
      fork:
        compete: true
        branches:
          - person: { do: [ { ask: { call: human-task } } ] }
          - late: { wait: { seconds: 60 } }
",
        r#"
        start {"n":1}
        > started race#1 {"n":1}
        > started race#1/person {"n":1}
        > started race#1/person/ask#1 {"n":1}
        > started race#1/late {"n":1}
        > timer 0 Wait at 60 of race#1/late
        > call race#1/person/ask#1 human-task {"n":1}
        after 60
        > timer 0 fired
        > completed race#1/late {"n":1}
        > branch 1 ended
        > cancelled race#1/person/ask#1
        > cancelled race#1/person
        > completed race#1 {"n":1}
        > withdraw race#1/person/ask#1
        > COMPLETED {"n":1}
        "#,
    );
}

#[test]
fn of_branches_that_end_together_the_lower_one_wins() {
    check_output(
        "
do:
  - race:
      fork:
        compete: true
        branches:
          - long: { do: [ { a: { set: { x: 1 } } }, { b: { set: { x: 2 } } }, { c: { set: { won: long } } } ] }
          - short: { set: { won: short } }
",
        "{}",
        r#"{"won": "long"}"#,
    );
    check(
        "
do: [ { race: { fork: { compete: true, branches: [ { a: { wait: PT5S, output: { as: '1' } } }, { b: { wait: PT5S } } ] } } } ]
",
        "
        start {}
        > started race#1 {}
        > started race#1/a {}
        > timer 0 Wait at 5 of race#1/a
        > started race#1/b {}
        > timer 1 Wait at 5 of race#1/b
        after 9
        > timer 0 fired
        > completed race#1/a 1
        > branch 0 ended
        > timer 1 cleared
        > cancelled race#1/b
        > completed race#1 1
        > COMPLETED 1
        ",
    );
}

#[test]
fn of_branches_due_together_the_lower_one_wins_though_it_came_to_rest_later() {
    check(
        "
do:
  - race:
      fork:
        compete: true
        branches:
          - a: { do: [ { x: { wait: PT2S } }, { y: { wait: PT3S } } ] }
          - b: { wait: PT5S }
",
        "
        start {}
        > started race#1 {}
        > started race#1/a {}
        > started race#1/a/x#1 {}
        > timer 0 Wait at 2 of race#1/a/x#1
        > started race#1/b {}
        > timer 1 Wait at 5 of race#1/b
        after 2
        > timer 0 fired
        > completed race#1/a/x#1 {}
        > started race#1/a/y#1 {}
        > timer 2 Wait at 5 of race#1/a/y#1
        after 5
        > timer 2 fired
        > completed race#1/a/y#1 {}
        > completed race#1/a {}
        > branch 0 ended
        > timer 1 cleared
        > cancelled race#1/b
        > completed race#1 {}
        > COMPLETED {}
        ",
    );
}

#[test]
fn a_fault_of_a_branch_cancels_its_siblings_and_is_the_forks() {
    check(
        "
do:
  - t:
      try:
        - both: { fork: { branches: [ { a: { call: f } }, { b: { call: g } } ] } }
      catch: {}
",
        r#"
        start {}
        > started t#1 {}
        > started t#1/try {}
        > started t#1/try/both#1 {}
        > started t#1/try/both#1/a {}
        > started t#1/try/both#1/b {}
        > call t#1/try/both#1/a f {}
        > call t#1/try/both#1/b g {}
        fault t#1/try/both#1/b x 500
        > faulted t#1/try/both#1/b x 500 /do/0/t/try/0/both/fork/branches/1/b
        > cancelled t#1/try/both#1/a
        > faulted t#1/try/both#1 x 500 /do/0/t/try/0/both/fork/branches/1/b
        > faulted t#1/try x 500 /do/0/t/try/0/both/fork/branches/1/b
        > caught by t#1 x 500 /do/0/t/try/0/both/fork/branches/1/b
        > completed t#1 {}
        > withdraw t#1/try/both#1/a
        > COMPLETED {}
        "#,
    );
}

#[test]
fn a_competing_fork_faults_when_all_branches_have_with_the_first_one() {
    check(
        "do: [ { race: { fork: { compete: true, branches: [ { a: { call: f } }, { b: { call: g } } ] } } } ]",
        r#"
        start {}
        > started race#1 {}
        > started race#1/a {}
        > started race#1/b {}
        > call race#1/a f {}
        > call race#1/b g {}
        fault race#1/b of-b 500
        > faulted race#1/b of-b 500 /do/0/race/fork/branches/1/b
        > branch 1 ended
        fault race#1/a of-a 500
        > faulted race#1/a of-a 500 /do/0/race/fork/branches/0/a
        > faulted race#1 of-a 500 /do/0/race/fork/branches/0/a
        > FAULTED [race] of-a 500 /do/0/race/fork/branches/0/a
        "#,
    );
}

#[test]
fn branches_export_to_their_own_context_and_the_join_merges_what_each_changed() {
    let flow = |compete: bool| {
        format!(
            "
do:
  - first: {{ set: {{ x: 1 }}, export: {{ as: '{{ shared: 0, gone: 1 }}' }} }}
  - both:
      fork:
        compete: {compete}
        branches:
          - a: {{ do: [ {{ x: {{ set: {{ a: 1 }}, export: {{ as: '$context + {{ shared: 1, a: 1 }}' }} }} }},
                        {{ y: {{ set: '${{ $context }}' }} }} ] }}
          - b: {{ set: {{ b: 1 }}, export: {{ as: '($context | del(.gone)) + {{ b: 1 }}' }}, output: {{ as: '$context' }} }}
  - last: {{ set: '${{ [ ., $context ] }}' }}
"
        )
    };
    check_output(
        &flow(false),
        "{}",
        r#"[[{"shared": 1, "gone": 1, "a": 1}, {"shared": 0, "gone": 1}], {"shared": 1, "a": 1, "b": 1}]"#,
    );
    let won = r#"{"shared": 1, "gone": 1, "a": 1}"#;
    check_output(&flow(true), "{}", &format!("[{won}, {won}]"));
}

#[test]
fn a_skipped_branch_ends_with_the_input_and_end_in_a_branch_ends_the_workflow() {
    check_output(
        "do: [ { both: { fork: { branches: [ { a: { if: 'false', set: { x: 1 } } }, { b: { set: { b: 1 } } } ] } } } ]",
        r#"{"n": 1}"#,
        r#"[{"n": 1}, {"b": 1}]"#,
    );
    check(
        "
do:
  - both:
      fork: { branches: [ { a: { call: f } }, { b: { do: [ { x: { set: { b: 1 }, then: end } } ] } } ] }
  - after: { set: { never: true } }
",
        r#"
        start {}
        > started both#1 {}
        > started both#1/a {}
        > started both#1/b {}
        > started both#1/b/x#1 {}
        > completed both#1/b/x#1 {"b":1}
        > completed both#1/b {"b":1}
        > cancelled both#1/a
        > completed both#1 {"b":1}
        > call both#1/a f {}
        > withdraw both#1/a
        > COMPLETED {"b":1}
        "#,
    );
}
