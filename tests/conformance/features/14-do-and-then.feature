Feature: Lists of tasks and where they lead (statements 14 to 18)

  @S14 @WCP-01
  Scenario: 14.1 The first task starts, and the others follow in the order of declaration
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: sequence, version: '1.0.0' }
      do:
        - one: { set: { seen: [ 1 ] } }
        - two: { set: { seen: '${ .seen + [2] }' } }
        - three: { set: { seen: '${ .seen + [3] }' } }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      seen: [ 1, 2, 3 ]
      """
    And one should run first
    And two should run after one
    And three should run last

  @S14 @WCP-10
  Scenario: 14.2 A task may lead back to one before it
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: backward, version: '1.0.0' }
      do:
        - count: { set: { n: '${ (.n // 0) + 1 }' } }
        - enough: { switch: [ { more: { when: .n < 3, then: count } } ], then: end }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      n: 3
      """
    And count should run 3 times

  @S14
  Scenario: 14.3 A task of another list can't be led to
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: other-list, version: '1.0.0' }
      do:
        - outer: { do: [ { inner: { set: { x: 1 }, then: later } } ] }
        - later: { set: { y: 1 } }
      """
    Then the definition should be refused with PG-D006

  @S15
  Scenario: 15.1 "continue" goes on with the next task, and at the end of its list behind its owner
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: continue, version: '1.0.0' }
      do:
        - outer:
            do:
              - one: { set: { seen: [ one ] }, then: continue }
              - two: { set: { seen: '${ .seen + ["two"] }' }, then: continue }
        - after: { set: { seen: '${ .seen + ["after"] }' } }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      seen: [ one, two, after ]
      """

  @S15
  Scenario: 15.2 "exit" leaves its list and goes on behind its owner
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: exit, version: '1.0.0' }
      do:
        - outer:
            do:
              - one: { set: { seen: [ one ] }, then: exit }
              - two: { set: { seen: '${ .seen + ["two"] }' } }
        - after: { set: { seen: '${ .seen + ["after"] }' } }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      seen: [ one, after ]
      """
    And two should not run
    And outer should complete

  @S15 @WCP-43
  Scenario: 15.3 "end" completes the whole workflow from any depth, with the output of its task
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: end, version: '1.0.0' }
      do:
        - outer: { do: [ { inner: { do: [ { stop: { set: { stopped: true }, then: end } } ] } } ] }
        - never: { set: { never: true } }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      stopped: true
      """
    And never should not run

  @S15
  Scenario: 15.4 "end" in a branch cancels the other branches
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: end-of-branch, version: '1.0.0' }
      do:
        - split:
            fork:
              branches:
                - slow: { wait: P1D }
                - stop: { do: [ { rest: { wait: PT1M } }, { done: { set: { stopped: true }, then: end } } ] }
      """
    When the workflow is executed
    And PT1M passes
    Then the workflow should complete with output:
      """yaml
      stopped: true
      """
    And slow should cancel

  @S16
  Scenario: 16.1 "exit" in a loop ends this round
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: exit-round, version: '1.0.0' }
      do:
        - each:
            for: { each: n, in: '[1, 2, 3]' }
            do:
              - odd: { switch: [ { even: { when: $n == 2, then: exit } } ] }
              - add: { set: { sum: '${ (.sum // 0) + $n }' } }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      sum: 4
      """

  @S16
  Scenario: 16.2 "end" in a catch completes the whole workflow
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: end-in-catch, version: '1.0.0' }
      do:
        - attempt:
            try: [ { fail: { raise: { error: { type: 'https://example.org/e', status: 418 } } } } ]
            catch: { do: [ { give-up: { set: { given: up }, then: end } } ] }
        - never: { set: { never: true } }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      given: up
      """
    And never should not run

  @S17
  Scenario: 17.1 A name stands once in its list
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: twice, version: '1.0.0' }
      do:
        - one: { set: { x: 1 } }
        - one: { set: { x: 2 } }
      """
    Then the definition should be refused with PG-D005

  @S18 @S58
  Scenario: 18.1 A jump back is a new run of the task, with a key of its own for what it asks
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: new-run, version: '1.0.0' }
      do:
        - ask:
            call: http
            with: { method: post, endpoint: 'http://counter.example/', body: { n: '${ .n // 0 }' } }
            output: { as: '{ n: .n }' }
        - more: { switch: [ { again: { when: .n < 2, then: ask } } ] }
      """
    And first the service at http://counter.example/ answers 200 with:
      """yaml
      n: 1
      """
    And the service at http://counter.example/ answers 200 with:
      """yaml
      n: 2
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      n: 2
      """
    And the service at http://counter.example/ was asked 2 times
    And the service at http://counter.example/ was asked with another key each time

  @S18
  Scenario: 18.2 A jump back sets a timer of its own
    Given the clock stands at 2026-11-21T10:00:00Z
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: new-timer, version: '1.0.0' }
      do:
        - rest: { wait: PT10M }
        - count: { set: { n: '${ (.n // 0) + 1 }' } }
        - more: { switch: [ { again: { when: .n < 2, then: rest } } ] }
      """
    When the workflow is executed
    And PT15M passes
    Then rest should be waiting
    And rest should start at 2026-11-21T10:10:00Z
    When PT5M passes
    Then the workflow should end at 2026-11-21T10:20:00Z
