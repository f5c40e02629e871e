Feature: Lifecycle events and phases in their details (statements 66 to 68)

  Background:
    Given the clock stands at 2026-11-21T10:00:00Z

  @S66
  Scenario: 66.2 A fault is told of the task and of the workflow
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: faults, version: '1.0.0' }
      do:
        - fine: { set: { x: 1 } }
        - fail: { raise: { error: { type: 'https://example.org/e', status: 500 } } }
        - never: { set: { x: 2 } }
      """
    When the workflow is executed
    Then the workflow should fault
    And the lifecycle events are:
      | type             | task |
      | workflow.started |      |
      | task.created     | fine |
      | task.started     | fine |
      | task.completed   | fine |
      | task.created     | fail |
      | task.started     | fail |
      | task.faulted     | fail |
      | workflow.faulted |      |

  @S66
  Scenario: 66.3 A caught error is told of the tasks that faulted, and the try completes
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: caught, version: '1.0.0' }
      do:
        - attempt:
            try: [ { fail: { raise: { error: { type: 'https://example.org/e', status: 500 } } } } ]
            catch: { do: [ { mend: { set: { x: 1 } } } ] }
      """
    When the workflow is executed
    Then the workflow should complete
    And the lifecycle events are:
      | type               | task    |
      | workflow.started   |         |
      | task.created       | attempt |
      | task.started       | attempt |
      | task.created       | fail    |
      | task.started       | fail    |
      | task.faulted       | fail    |
      | task.created       | mend    |
      | task.started       | mend    |
      | task.completed     | mend    |
      | task.completed     | attempt |
      | workflow.completed |         |

  @S66
  Scenario: 66.4 Suspending and resuming are told of the workflow and of the task that waits
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: suspends, version: '1.0.0' }
      do: [ { rest: { wait: PT1H } } ]
      """
    When the workflow is executed
    And PT10M passes
    And the workflow is suspended
    And the runtime is killed
    And PT10M passes
    And the workflow is resumed
    And PT1H passes
    Then the workflow should complete
    And the lifecycle events are:
      | type               | task |
      | workflow.started   |      |
      | task.created       | rest |
      | task.started       | rest |
      | workflow.suspended |      |
      | task.suspended     | rest |
      | workflow.resumed   |      |
      | task.resumed       | rest |
      | task.completed     | rest |
      | workflow.completed |      |

  @S66
  Scenario: 66.5 A workflow that is cancelled tells of each task that was running, from within outwards
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: cancels, version: '1.0.0' }
      do: [ { outer: { do: [ { rest: { wait: PT1H } } ] } } ]
      """
    When the workflow is executed
    And the workflow is cancelled
    Then the workflow should be cancelled
    And the lifecycle events are:
      | type               | task  |
      | workflow.started   |       |
      | task.created       | outer |
      | task.started       | outer |
      | task.created       | rest  |
      | task.started       | rest  |
      | task.cancelled     | rest  |
      | task.cancelled     | outer |
      | workflow.cancelled |       |

  @S66
  Scenario: 66.6 Listening with a correlation is told when it begins and when it is done
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: correlates, version: '1.0.0' }
      do:
        - hear: { listen: { to: { one: { with: { type: org.example.word }, correlate: { who: { from: .data.who } } } } } }
      """
    When the workflow is executed
    And the runtime is killed
    And an event of type org.example.word arrives with data:
      """yaml
      who: me
      """
    Then the workflow should complete
    And the lifecycle events are:
      | type                           | task |
      | workflow.started               |      |
      | task.created                   | hear |
      | task.started                   | hear |
      | workflow.correlation-started   |      |
      | workflow.correlation-completed |      |
      | task.completed                 | hear |
      | workflow.completed             |      |

  @S66 @S19
  Scenario: 66.7 Each round of a loop tells of its tasks, and a task that is skipped tells nothing
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: rounds, version: '1.0.0' }
      do:
        - each:
            for: { each: n, in: '[1, 2]' }
            do: [ { step: { wait: PT1S } }, { skipped: { if: 'false', set: { x: 1 } } } ]
      """
    And the runtime is killed after step
    When the workflow is executed
    And PT1M passes
    Then the workflow should complete
    And the lifecycle events are:
      | type               | task |
      | workflow.started   |      |
      | task.created       | each |
      | task.started       | each |
      | task.created       | step |
      | task.started       | step |
      | task.completed     | step |
      | task.created       | step |
      | task.started       | step |
      | task.completed     | step |
      | task.completed     | each |
      | workflow.completed |      |

  @S67
  Scenario: 67.2 Branches that lose tell that they were cancelled before the fork completes
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: loses, version: '1.0.0' }
      do: [ { race: { fork: { compete: true, branches: [ { slow: { do: [ { rest: { wait: PT1H } } ] } }, { quick: { wait: PT1M } } ] } } } ]
      """
    When the workflow is executed
    And PT30S passes
    And the runtime is killed
    And PT30S passes
    Then the workflow should complete
    And the journal has 0 events of kind task-faulted
    And the lifecycle events are:
      | type               | task  |
      | workflow.started   |       |
      | task.created       | race  |
      | task.started       | race  |
      | task.created       | slow  |
      | task.started       | slow  |
      | task.created       | rest  |
      | task.started       | rest  |
      | task.created       | quick |
      | task.started       | quick |
      | task.completed     | quick |
      | task.cancelled     | rest  |
      | task.cancelled     | slow  |
      | task.completed     | race  |
      | workflow.completed |       |

  @S67 @S24
  Scenario: 67.3 A branch that is stopped because another faulted is cancelled, not faulted
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: sibling, version: '1.0.0' }
      do:
        - attempt:
            try:
              - both: { fork: { branches: [ { slow: { wait: PT1H } }, { bad: { do: [ { rest: { wait: PT1M } }, { fail: { raise: { error: { type: 'https://example.org/e', status: 500 } } } } ] } } ] } }
            catch: {}
      """
    When the workflow is executed
    And PT1M passes
    Then the workflow should complete
    And slow should cancel
    And fail should fault
    And both should fault
    And the journal has 1 event of kind task-cancelled

  @S67 @S51
  Scenario: 67.4 What is told does not change with restarts: each transition once, in order
    Given the service at http://flaky.example/ answers 200
    And first the service at http://flaky.example/ answers 503
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: restarts, version: '1.0.0' }
      do:
        - attempt:
            try: [ { ask: { call: http, with: { method: get, endpoint: 'http://flaky.example/' } } } ]
            catch: { retry: { delay: PT1M, limit: { attempt: { count: 2 } } } }
      """
    And the runtime is killed before ask
    When the workflow is executed
    And the runtime is killed
    And PT30S passes
    And the runtime is killed
    And PT30S passes
    And the runtime is killed
    Then the workflow should complete
    And the lifecycle events are:
      | type               | task    |
      | workflow.started   |         |
      | task.created       | attempt |
      | task.started       | attempt |
      | task.created       | ask     |
      | task.started       | ask     |
      | task.faulted       | ask     |
      | task.retried       | attempt |
      | task.created       | ask     |
      | task.started       | ask     |
      | task.completed     | ask     |
      | task.completed     | attempt |
      | workflow.completed |         |

  @S68
  Scenario: 68.2 A workflow that ended stays as it ended, whatever time and events bring
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: ended, version: '1.0.0' }
      timeout: { after: PT1H }
      do:
        - race:
            fork:
              compete: true
              branches:
                - slow: { wait: PT2H }
                - ears: { listen: { to: { one: { with: { type: org.example.word } } } } }
                - quick: { do: [ { rest: { wait: PT1M } }, { done: { set: { done: true } } } ] }
      """
    When the workflow is executed
    And PT1M passes
    And an event of type org.example.word arrives
    And P1D passes
    And the runtime is killed
    And P1D passes
    Then the workflow should complete with output:
      """yaml
      done: true
      """
    And the workflow should end at 2026-11-21T10:01:00Z
    And the journal has 1 event of kind instance-completed
    And the journal has 0 events of kind instance-faulted

  @S68
  Scenario: 68.3 A suspended workflow starts nothing: events are kept for it, and its timers wait
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: rests, version: '1.0.0' }
      do:
        - hear: { listen: { to: { one: { with: { type: org.example.word } } } } }
        - done: { set: { heard: '${ .[0] }' } }
      """
    When the workflow is executed
    And the workflow is suspended
    And an event of type org.example.word arrives with data:
      """yaml
      1
      """
    And the runtime is killed
    And PT1H passes
    Then the workflow should be suspended
    And done should not run
    When the workflow is resumed
    Then the workflow should complete with output:
      """yaml
      heard: 1
      """
    And done should start at 2026-11-21T11:00:00Z

  @S68
  Scenario: 68.4 A suspended workflow can be cancelled
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: given-up, version: '1.0.0' }
      do: [ { rest: { wait: PT1H } }, { never: { set: { never: true } } } ]
      """
    When the workflow is executed
    And the workflow is suspended
    And the workflow is cancelled
    And PT2H passes
    Then the workflow should be cancelled
    And never should not run
    And rest should cancel

  @S68 @S53
  Scenario: 68.5 A fault that nothing caught can be tried again from its task, with what was there
    Given the service at http://mended.example/ answers 503
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: again, version: '1.0.0' }
      do:
        - before: { set: { n: 1 } }
        - ask: { call: http, with: { method: post, endpoint: 'http://mended.example/', body: { n: '${ .n }' } }, output: { as: '{ n: $input.n, ok: .ok }' } }
        - behind: { set: { n: '${ .n + 1 }', ok: '${ .ok }' } }
      """
    When the workflow is executed
    Then the workflow should fault
    And behind should not run
    When the service at http://mended.example/ answers 200 with:
      """yaml
      ok: true
      """
    And PT1H passes
    And the runtime is killed
    And the workflow is retried
    Then the workflow should complete with output:
      """yaml
      { n: 2, ok: true }
      """
    And before should run 1 time
    And ask should run 2 times
    And the service at http://mended.example/ was asked with the same key each time
