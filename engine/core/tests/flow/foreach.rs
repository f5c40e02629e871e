//! `listen.foreach`: events one after the other (33).

use super::{Run, check};

const FLOW: &str = "
do:
  - l:
      listen: { to: { any: [ { with: { type: a } } ], until: 'length == 3' } }
      foreach:
        item: message
        at: place
        do: [ { tell: { call: f, with: { m: '${ $message }', i: '${ $place }', in: '${ . }' } } } ]
        output: { as: '{ r: ., m: $message, i: $place }' }
        export: { as: '{ last: $output }' }
  - after: { set: '${ [ ., $context ] }' }
";

#[test]
fn s33_the_next_event_waits_until_the_tasks_of_the_one_before_it_ended() {
    check(
        FLOW,
        r#"
        start {}
        > started l#1 {}
        > listening l#1
        event a 1 "x"
        > consumed 1 by 0 of l#1
        > round l#1[0] of "x" "x"
        > started l#1[0]/tell#1 "x"
        > call l#1[0]/tell#1 f {"i":0,"in":"x","m":"x"}
        event a 2 "y"
        > consumed 2 by 0 of l#1
        event a 2 "y"
        > rejected: nothing waits for this
        answer l#1[0]/tell#1 1
        > completed l#1[0]/tell#1 1
        > completed l#1[0] 1
        > context {"last":{"i":0,"m":"x","r":1}}
        > item 0 of l#1 {"i":0,"m":"x","r":1}
        > round l#1[1] of "y" "y"
        > started l#1[1]/tell#1 "y"
        > call l#1[1]/tell#1 f {"i":1,"in":"y","m":"y"}
        event a 3 "z"
        > consumed 3 by 0 of l#1
        > until 0 of l#1
        event a 4 "late"
        > rejected: nothing waits for this
        answer l#1[1]/tell#1 2
        > completed l#1[1]/tell#1 2
        > completed l#1[1] 2
        > context {"last":{"i":1,"m":"y","r":2}}
        > item 1 of l#1 {"i":1,"m":"y","r":2}
        > round l#1[2] of "z" "z"
        > started l#1[2]/tell#1 "z"
        > call l#1[2]/tell#1 f {"i":2,"in":"z","m":"z"}
        answer l#1[2]/tell#1 3
        > completed l#1[2]/tell#1 3
        > completed l#1[2] 3
        > context {"last":{"i":2,"m":"z","r":3}}
        > item 2 of l#1 {"i":2,"m":"z","r":3}
        > completed l#1 [{"i":0,"m":"x","r":1},{"i":1,"m":"y","r":2},{"i":2,"m":"z","r":3}]
        > started after#1 [{"i":0,"m":"x","r":1},{"i":1,"m":"y","r":2},{"i":2,"m":"z","r":3}]
        > completed after#1 [[{"i":0,"m":"x","r":1},{"i":1,"m":"y","r":2},{"i":2,"m":"z","r":3}],{"last":{"i":2,"m":"z","r":3}}]
        > COMPLETED [[{"i":0,"m":"x","r":1},{"i":1,"m":"y","r":2},{"i":2,"m":"z","r":3}],{"last":{"i":2,"m":"z","r":3}}]
        "#,
    );
}

#[test]
fn s33_an_error_of_an_event_is_the_listeners() {
    check(
        FLOW,
        r#"
        start {}
        > started l#1 {}
        > listening l#1
        event a 1 "x"
        > consumed 1 by 0 of l#1
        > round l#1[0] of "x" "x"
        > started l#1[0]/tell#1 "x"
        > call l#1[0]/tell#1 f {"i":0,"in":"x","m":"x"}
        event a 2 "y"
        > consumed 2 by 0 of l#1
        fault l#1[0]/tell#1 x 500
        > faulted l#1[0]/tell#1 x 500 /do/0/l/foreach/do/0/tell
        > FAULTED [l/foreach/tell] x 500 /do/0/l/foreach/do/0/tell
        retry
        > retried all
        > started l#1[0]/tell#1 "x"
        > call l#1[0]/tell#1 f {"i":0,"in":"x","m":"x"}
        > listening l#1
        answer l#1[0]/tell#1 1
        > completed l#1[0]/tell#1 1
        > completed l#1[0] 1
        > context {"last":{"i":0,"m":"x","r":1}}
        > item 0 of l#1 {"i":0,"m":"x","r":1}
        > round l#1[1] of "y" "y"
        > started l#1[1]/tell#1 "y"
        > call l#1[1]/tell#1 f {"i":1,"in":"y","m":"y"}
        "#,
    );
    check(
        "
do:
  - t:
      try:
        - l:
            listen: { to: { any: [ { with: { type: a } } ], until: 'false' } }
            foreach: { output: { as: '. | error' } }
      catch: {}
",
        r#"
        start {}
        > started t#1 {}
        > started t#1/try {}
        > started t#1/try/l#1 {}
        > listening t#1/try/l#1
        event a 1 "x"
        > consumed 1 by 0 of t#1/try/l#1
        > faulted t#1/try/l#1 expression 400 /do/0/t/try/0/l
        > faulted t#1/try expression 400 /do/0/t/try/0/l
        > caught by t#1 expression 400 /do/0/t/try/0/l
        > completed t#1 {}
        > COMPLETED {}
        "#,
    );
}

#[test]
fn s33_without_tasks_the_events_are_only_filtered() {
    check(
        "
do:
  - l:
      listen: { to: { all: [ { with: { type: a } }, { with: { type: b } } ] }, read: envelope }
      foreach: { output: { as: '[ $item.id, $index, . == $item ]' } }
",
        r#"
        start {}
        > started l#1 {}
        > listening l#1
        event b 1 "x"
        > consumed 1 by 1 of l#1
        > item 0 of l#1 ["1",0,true]
        event a 2 "y"
        > consumed 2 by 0 of l#1
        > item 1 of l#1 ["2",1,true]
        > completed l#1 [["1",0,true],["2",1,true]]
        > COMPLETED [["1",0,true],["2",1,true]]
        "#,
    );
}

#[test]
fn s33_s32_the_condition_of_until_is_asked_again_when_the_tasks_changed_the_context() {
    check(
        "
do:
  - l:
      listen: { to: { any: [ { with: { type: a } } ], until: $context.enough } }
      timeout: { after: PT9S }
      foreach: { do: [ { tell: { call: f } } ], export: { as: '{ enough: (. == \"stop\") }' } }
",
        r#"
        start {}
        > started l#1 {}
        > timer 0 Timeout at 9 of l#1
        > listening l#1
        event a 1 "x"
        > consumed 1 by 0 of l#1
        > round l#1[0] of "x" "x"
        > started l#1[0]/tell#1 "x"
        > call l#1[0]/tell#1 f "x"
        event a 2 "y"
        > consumed 2 by 0 of l#1
        answer l#1[0]/tell#1 "stop"
        > completed l#1[0]/tell#1 "stop"
        > completed l#1[0] "stop"
        > context {"enough":true}
        > item 0 of l#1 "stop"
        > until 0 of l#1
        > round l#1[1] of "y" "y"
        > started l#1[1]/tell#1 "y"
        > call l#1[1]/tell#1 f "y"
        event a 3 "z"
        > rejected: nothing waits for this
        answer l#1[1]/tell#1 "go"
        > completed l#1[1]/tell#1 "go"
        > completed l#1[1] "go"
        > context {"enough":false}
        > item 1 of l#1 "go"
        > timer 0 cleared
        > completed l#1 ["stop","go"]
        > COMPLETED ["stop","go"]
        "#,
    );
}

#[test]
fn s33_s32_events_of_until_end_the_queue_behind_what_is_in_it() {
    check(
        "
do:
  - l:
      listen: { to: { any: [ { with: { type: a } } ], until: { one: { with: { type: stop } } } } }
      foreach: { do: [ { tell: { call: f } } ] }
",
        r#"
        start {}
        > started l#1 {}
        > listening l#1
        event a 1 "x"
        > consumed 1 by 0 of l#1
        > round l#1[0] of "x" "x"
        > started l#1[0]/tell#1 "x"
        > call l#1[0]/tell#1 f "x"
        event a 2 "y"
        > consumed 2 by 0 of l#1
        event stop 3 1
        > until 0 of l#1
        event a 4 "z"
        > rejected: nothing waits for this
        answer l#1[0]/tell#1 1
        > completed l#1[0]/tell#1 1
        > completed l#1[0] 1
        > item 0 of l#1 1
        > round l#1[1] of "y" "y"
        > started l#1[1]/tell#1 "y"
        > call l#1[1]/tell#1 f "y"
        answer l#1[1]/tell#1 2
        > completed l#1[1]/tell#1 2
        > completed l#1[1] 2
        > item 1 of l#1 2
        > completed l#1 [1,2]
        > COMPLETED [1,2]
        "#,
    );
}

#[test]
fn s16_exit_ends_the_tasks_of_an_event_and_end_ends_the_workflow() {
    let flow = |then: &str| {
        format!(
            "
do:
  - l:
      listen: {{ to: {{ any: [ {{ with: {{ type: a }} }} ], until: 'length == 2' }} }}
      foreach: {{ do: [ {{ one: {{ set: '${{ [ . ] }}', then: {then} }} }}, {{ two: {{ set: {{ never: true }} }} }} ] }}
"
        )
    };
    let mut run = Run::new(&flow("exit"));
    run.line("start {}");
    run.line("event a 1 1");
    assert_eq!(run.line("event a 2 2").last().map(String::as_str), Some("COMPLETED [[1],[2]]"));
    let mut run = Run::new(&flow("end"));
    run.line("start {}");
    assert_eq!(run.line("event a 1 1").last().map(String::as_str), Some("COMPLETED [1]"));
}

#[test]
fn s33_what_one_listener_consumes_is_limited() {
    let mut run = Run::new("do: [ { l: { listen: { to: { any: [], until: 'false' } } } } ]");
    run.surroundings.limits.consumed_events_max = 2;
    run.line("start {}");
    run.line("event a 1 1");
    run.line("event a 2 1");
    assert_eq!(run.line("event a 3 1").last().map(String::as_str), Some("FAULTED [l] runtime 500 /do/0/l"));
}
