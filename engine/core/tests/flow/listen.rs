//! `listen`: one, any, all, until; filters, correlation, what is read.

use super::{Run, check};

#[test]
fn one_gives_an_array_of_one_and_ignores_what_it_does_not_want() {
    check(
        "do: [ { l: { listen: { to: { one: { with: { type: a, data: '${ .n > 1 }' } } } } } } ]",
        r#"
        start {}
        > started l#1 {}
        > listening l#1
        event b 1 {"n":5}
        > rejected: nothing waits for this
        event a 2 {"n":1}
        > rejected: nothing waits for this
        event a 3 {"n":2}
        > consumed 3 by 0 of l#1
        > completed l#1 [{"n":2}]
        > COMPLETED [{"n":2}]
        "#,
    );
}

#[test]
fn all_wants_one_event_for_each_filter_in_any_order() {
    check(
        "do: [ { l: { listen: { to: { all: [ { with: { type: a } }, { with: { type: b } } ] } } } } ]",
        r#"
        start {}
        > started l#1 {}
        > listening l#1
        event b 1 "b"
        > consumed 1 by 1 of l#1
        event b 2 "b2"
        > rejected: nothing waits for this
        event a 3 "a"
        > consumed 3 by 0 of l#1
        > completed l#1 ["b","a"]
        > COMPLETED ["b","a"]
        "#,
    );
}

#[test]
fn any_without_until_takes_the_first_event() {
    check(
        "do: [ { l: { listen: { to: { any: [ { with: { type: a } }, { with: { type: b } } ] } } } } ]",
        r#"
        start {}
        > started l#1 {}
        > listening l#1
        event b 1 "b"
        > consumed 1 by 1 of l#1
        > completed l#1 ["b"]
        > COMPLETED ["b"]
        "#,
    );
}

#[test]
fn any_until_a_condition_collects_and_takes_no_event_twice() {
    check(
        "do: [ { l: { listen: { to: { any: [ { with: { type: a } } ], until: 'length == 2' } } } } ]",
        r#"
        start {}
        > started l#1 {}
        > listening l#1
        event a 1 "x"
        > consumed 1 by 0 of l#1
        event a 1 "x"
        > rejected: nothing waits for this
        event a 2 "y"
        > consumed 2 by 0 of l#1
        > completed l#1 ["x","y"]
        > COMPLETED ["x","y"]
        "#,
    );
}

#[test]
fn events_of_until_end_the_listener_and_are_not_in_the_output() {
    check(
        "do: [ { l: { listen: { to: { any: [], until: { one: { with: { type: stop } } } } } } } ]",
        r#"
        start {}
        > started l#1 {}
        > listening l#1
        event a 1 "x"
        > consumed 1 by 0 of l#1
        event stop 2 "s"
        > until 0 of l#1
        > completed l#1 ["x"]
        > COMPLETED ["x"]
        "#,
    );
    check(
        "
do:
  - l: { listen: { to: { any: [ { with: { type: a } } ], until: { all: [ { with: { type: s } }, { with: { type: t } } ] } } } }
",
        r#"
        start {}
        > started l#1 {}
        > listening l#1
        event t 1 "t"
        > until 1 of l#1
        event t 2 "t"
        > rejected: nothing waits for this
        event s 3 "s"
        > until 0 of l#1
        > completed l#1 []
        > COMPLETED []
        "#,
    );
}

#[test]
fn a_correlation_without_expect_binds_its_first_value() {
    check(
        "
do:
  - l:
      listen:
        to:
          all:
            - { with: { type: a }, correlate: { room: { from: .data.room } } }
            - { with: { type: b }, correlate: { room: { from: .data.room } } }
",
        r#"
        start {}
        > started l#1 {}
        > listening l#1
        event a 1 {}
        > rejected: nothing waits for this
        event a 2 {"room":7}
        > consumed 2 by 0 of l#1
        event b 3 {"room":8}
        > rejected: nothing waits for this
        event b 4 {"room":7}
        > consumed 4 by 1 of l#1
        > completed l#1 [{"room":7},{"room":7}]
        > COMPLETED [{"room":7},{"room":7}]
        "#,
    );
}

#[test]
fn expected_values_and_compared_attributes_come_from_the_input() {
    check(
        "
do:
  - l:
      listen:
        to: { one: { with: { type: '${ $input.type }' }, correlate: { room: { from: .data.room, expect: '${ .room }' } } } }
        read: envelope
      output: { as: '.[0] | [ .id, .type, .data.room ]' }
",
        r#"
        start {"type":"a","room":7}
        > started l#1 {"type":"a","room":7}
        > listening l#1
        event a 1 {"room":8}
        > rejected: nothing waits for this
        event b 2 {"room":7}
        > rejected: nothing waits for this
        event a 3 {"room":7}
        > consumed 3 by 0 of l#1
        > completed l#1 ["3","a",7]
        > COMPLETED ["3","a",7]
        "#,
    );
}

#[test]
fn an_event_goes_to_every_listener_that_was_there_when_it_came() {
    check(
        "
do:
  - both:
      fork:
        branches:
          - x: { listen: { to: { one: { with: { type: a } } } } }
          - y: { listen: { to: { one: { with: { type: a } } } } }
  - next: { listen: { to: { one: { with: { type: a } } } } }
",
        r#"
        start {}
        > started both#1 {}
        > started both#1/x {}
        > started both#1/y {}
        > listening both#1/x
        > listening both#1/y
        event a 1 1
        > consumed 1 by 0 of both#1/x
        > completed both#1/x [1]
        > branch 0 ended
        > consumed 1 by 0 of both#1/y
        > completed both#1/y [1]
        > branch 1 ended
        > completed both#1 [[1],[1]]
        > started next#1 [[1],[1]]
        > listening next#1
        "#,
    );
}

#[test]
fn s35_an_event_on_which_a_filter_or_until_fails_is_not_the_one_that_is_waited_for() {
    check(
        "do: [ { l: { listen: { to: { any: [ { with: { type: a, data: '${ .n | tonumber > 0 }' } } ], until: '.[-1].n.deep' } } } } ]",
        r#"
        start {}
        > started l#1 {}
        > listening l#1
        event b 1 {"n":"x"}
        > rejected: nothing waits for this
        event a 2 {"n":"x"}
        > rejected: nothing waits for this
        event a 3 {"n":"7"}
        > consumed 3 by 0 of l#1
        "#,
    );
}

#[test]
fn s38_of_an_event_and_a_timeout_the_one_that_is_decided_first_wins_for_ever() {
    let flow = "do: [ { l: { listen: { to: { one: { with: { type: a } } } }, timeout: { after: PT5S } } } ]";
    let mut event_first = Run::new(flow);
    event_first.line("start {}");
    event_first.line("later 9");
    assert_eq!(event_first.line("event a 1 1").last().map(String::as_str), Some("COMPLETED [1]"));
    assert_eq!(event_first.line("after 9"), ["rejected: the instance has ended"]);
    let mut timeout_first = Run::new(flow);
    timeout_first.line("start {}");
    assert_eq!(timeout_first.line("after 9").last().map(String::as_str), Some("FAULTED [l] timeout 408 /do/0/l"));
    assert_eq!(timeout_first.line("event a 1 1"), ["rejected: the instance has ended"]);
}
