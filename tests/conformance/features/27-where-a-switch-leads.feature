Feature: Where a switch leads (statements 27 and 28)

  @S27
  Scenario Outline: 27.5 A case says where the flow goes on, before the task's own "then"
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: leads, version: '1.0.0' }
      do:
        - inside:
            do:
              - choose: { switch: [ { only: { when: 'true', then: <then> } } ], then: third }
              - second: { set: { path: '${ .path + [ 2 ] }' } }
              - third: { set: { path: '${ .path + [ 3 ] }' } }
        - outside: { set: { path: '${ .path + [ 4 ] }' } }
      """
    And the workflow input is:
      """yaml
      path: [ 1 ]
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      path: <path>
      """

    Examples:
      | then     | path           |
      | continue | [ 1, 2, 3, 4 ] |
      | second   | [ 1, 2, 3, 4 ] |
      | third    | [ 1, 3, 4 ]    |
      | exit     | [ 1, 4 ]       |
      | end      | [ 1 ]          |

  @S27
  Scenario: 27.6 Where no case holds and no "then" is said, the next task follows
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: falls-through, version: '1.0.0' }
      do:
        - choose: { switch: [ { no: { when: 'false', then: last } }, { neither: { when: .missing, then: last } } ] }
        - next: { set: { next: true } }
        - last: { set: { next: '${ .next }', last: true } }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      { next: true, last: true }
      """

  @S27
  Scenario: 27.7 Its output is its input after the transformation, and can be transformed itself
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: transformed, version: '1.0.0' }
      do:
        - choose:
            input: { from: .inner }
            switch: [ { yes: { when: .n == 1, then: plain } } ]
        - never: { set: { never: true } }
        - plain: { set: { n: '${ .n }' } }
        - filtered:
            switch: [ { yes: { when: .n == 1, then: continue } } ]
            output: { as: '{ m: .n }' }
            export: { as: '{ chosen: .m }' }
      """
    And the workflow input is:
      """yaml
      inner: { n: 1 }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      m: 1
      """
    And never should not run
    And the output of choose should be:
      """yaml
      n: 1
      """
    And the context should be:
      """yaml
      chosen: 1
      """

  @S27
  Scenario: 27.8 Cases behind the one that holds are not looked at
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: not-looked-at, version: '1.0.0' }
      do:
        - choose:
            switch:
              - holds: { when: .n == 1, then: good }
              - fails: { when: '.n + "text" == 1', then: bad }
        - bad: { set: { bad: true } }
        - good: { set: { good: true } }
      """
    And the workflow input is:
      """yaml
      n: 1
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      good: true
      """
    And bad should not run

  @S27
  Scenario: 27.9 Two defaults are refused
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: two-defaults, version: '1.0.0' }
      do:
        - choose: { switch: [ { one: { then: a } }, { two: { then: b } } ] }
        - a: { set: { a: 1 } }
        - b: { set: { b: 1 } }
      """
    Then the definition should be refused with PG-D018

  @S27 @S14
  Scenario: 27.10 A case can't lead out of its list
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: out-of-list, version: '1.0.0' }
      do:
        - inside: { do: [ { choose: { switch: [ { out: { when: 'true', then: outside } } ] } } ] }
        - outside: { set: { outside: true } }
      """
    Then the definition should be refused with PG-D006

  @S27 @S21
  Scenario: 27.11 What a switch decided is not decided again where the runtime is killed
    Given the clock stands at 2026-11-21T10:00:00Z
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: decided-once, version: '1.0.0' }
      do:
        - choose: { switch: [ { before: { when: '(now | floor) < 1795255201', then: early } }, { otherwise: { then: late } } ] }
        - early: { wait: PT1M, then: done }
        - late: { set: { late: true }, then: end }
        - done: { set: { early: true } }
      """
    And the runtime is killed before done
    When the workflow is executed
    And PT30S passes
    And the runtime is killed
    And PT30S passes
    Then the workflow should complete with output:
      """yaml
      early: true
      """
    And choose should run 1 time
    And late should not run

  @S28
  Scenario: 28.2 Conditions look at the task's input; the context has its own name
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: looks-at, version: '1.0.0' }
      do:
        - keep: { set: { n: 1 }, export: { as: '{ n: 2 }' } }
        - choose:
            switch:
              - wrong: { when: .n == 2, then: wrong }
              - right: { when: .n == 1 and $context.n == 2, then: right }
        - wrong: { set: { wrong: true }, then: end }
        - right: { set: { right: true } }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      right: true
      """

  @S28
  Scenario: 28.3 A condition that can't be evaluated is an error, and not merely false
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: broken, version: '1.0.0' }
      do:
        - choose:
            switch:
              - broken: { when: '${ .text < 1 and (.text + 1 > 0) or (.text | tonumber) }', then: end }
              - otherwise: { then: other }
        - other: { set: { other: true } }
      """
    And the workflow input is:
      """yaml
      text: a
      """
    When the workflow is executed
    Then the workflow should fault with error:
      """yaml
      type: https://open-workflow-specification.org/spec/1.0.0/errors/expression
      status: 400
      instance: /do/0/choose
      """
    And other should not run
