Feature: Extensions (statement 65)

  Background:
    Given the clock stands at 2026-11-21T10:00:00Z
    And the service at http://log.example/ answers 200

  @S65
  Scenario: 65.1 "before" and "after" stand around each task of their type, and what they put out is dropped
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: around, version: '1.0.0' }
      use:
        extensions:
          - count:
              extend: set
              before: [ { b: { do: [ { none: { wait: PT1S } } ], export: { as: '{ seen: (($context.seen // []) + ["before \($task.name)"]) }' } } } ]
              after: [ { a: { do: [ { nothing: { wait: PT1S } } ], export: { as: '{ seen: (($context.seen // []) + ["after \(.n)"]) }' } } } ]
      do:
        - one: { set: { n: 1 } }
        - rest: { wait: PT1S }
        - two: { set: { n: '${ .n + 1 }' } }
      """
    When the workflow is executed
    And PT1M passes
    Then the workflow should complete with output:
      """yaml
      n: 2
      """
    And none should run 2 times
    And nothing should run 2 times
    And the workflow should end at 2026-11-21T10:00:05Z

  @S65
  Scenario: 65.2 The tasks of an extension are not extended, by it or by another
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: not-themselves, version: '1.0.0' }
      use:
        extensions:
          - first: { extend: all, before: [ { f: { set: { f: 1 } } } ], after: [ { g: { set: { g: 1 } } } ] }
          - second: { extend: set, before: [ { s: { set: { s: 1 } } } ] }
      do: [ { one: { set: { n: 1 } } }, { two: { set: { n: 2 } } } ]
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      n: 2
      """
    And f should run 2 times
    And g should run 2 times
    And s should run 2 times
    And f should run before s
    And s should run before one
    And one should run before g

  @S65
  Scenario Outline: 65.3 "extend" chooses by the type of a task
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: types, version: '1.0.0' }
      use: { extensions: [ { e: { extend: <extend>, before: [ { told: { set: { x: 1 } } } ] } } ] }
      do:
        - call1: { call: http, with: { method: get, endpoint: 'http://log.example/' } }
        - do1: { do: [ { set1: { set: { n: 1 } } } ] }
        - emit1: { emit: { event: { with: { type: org.example.a } } } }
        - for1: { for: { in: '[1, 2]' }, do: [ { set2: { set: { n: 1 } } } ] }
        - fork1: { fork: { branches: [ { wait1: { wait: PT1S } }, { set3: { set: { n: 1 } } } ] } }
        - switch1: { switch: [ { go: { then: continue } } ] }
        - try1: { try: [ { raise1: { raise: { error: { type: 'https://example.org/e', status: 500 } } } } ], catch: {} }
        - wait2: { wait: PT1S }
      """
    When the workflow is executed
    And PT1M passes
    Then the workflow should complete
    And told should run <times> times

    Examples:
      | extend    | times |
      | call      | 1     |
      | composite | 2     |
      | emit      | 1     |
      | for       | 1     |
      | set       | 4     |
      | switch    | 1     |
      | try       | 1     |
      | raise     | 1     |
      | wait      | 2     |
      | listen    | 0     |
      | all       | 14    |

  @S65
  Scenario Outline: 65.4 "extend" can't name a do or a fork, and needs one of its words
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: no-extension, version: '1.0.0' }
      use: { extensions: [ { e: { <extension> } } ] }
      do: [ { one: { set: { n: 1 } } } ]
      """
    Then the definition should be refused with <code>

    Examples:
      | extension                                                   | code    |
      | extend: do, before: [ { b: { set: { x: 1 } } } ]            | PG-D013 |
      | extend: fork, before: [ { b: { set: { x: 1 } } } ]          | PG-D013 |
      | before: [ { b: { set: { x: 1 } } } ]                        | PG-D002 |
      | extend: all, beforehand: [ { b: { set: { x: 1 } } } ]       | PG-D003 |

  @S65
  Scenario Outline: 65.5 "when" sees the task that is about to run
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: when, version: '1.0.0' }
      use: { extensions: [ { e: { extend: all, when: '<when>', before: [ { told: { set: { x: 1 } } } ] } } ] }
      do:
        - first: { set: { n: 1 } }
        - ask: { call: http, with: { method: get, endpoint: { uri: 'http://log.example/' } }, output: { as: $input } }
        - last: { set: { n: '${ .n + 1 }' } }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      n: 2
      """
    And told should run <times> times
    And told should run before <task>

    Examples:
      | when                                                                                        | times | task |
      | $task.call == "http"                                                                        | 1     | ask  |
      | $task.definition.call == "http"                                                             | 1     | ask  |
      | $task.with.endpoint.uri != null and ($task.with.endpoint.uri \| startswith("http://log"))   | 1     | ask  |
      | $task.name == "last"                                                                        | 1     | last |
      | $task.reference == "/do/1/ask"                                                              | 1     | ask  |
      | .n == 1                                                                                     | 2     | ask  |

  @S65 @S16
  Scenario: 65.6 "exit" in "before" puts what it has in the place of the task, which does not run
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: mock, version: '1.0.0' }
      use:
        extensions:
          - mock:
              extend: call
              when: $task.with.endpoint == "http://real.example/"
              before: [ { instead: { set: { statusCode: 200, content: { mocked: true } }, then: exit } }, { never: { set: { never: true } } } ]
      do:
        - ask: { call: http, with: { method: get, endpoint: 'http://real.example/' }, output: { as: .content }, export: { as: '{ got: . }' }, then: last }
        - between: { set: { between: true } }
        - last: { set: { got: '${ . }', kept: '${ $context.got }' } }
      """
    And the service at http://real.example/ answers 500
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      { got: { mocked: true }, kept: { mocked: true } }
      """
    And the service at http://real.example/ was never asked
    And never should not run
    And between should not run

  @S65 @S7
  Scenario: 65.7 A task that is skipped has nothing around it
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: skipped, version: '1.0.0' }
      use: { extensions: [ { e: { extend: set, before: [ { b: { wait: PT1S } } ], after: [ { a: { wait: PT1S } } ] } } ] }
      do: [ { one: { if: 'false', set: { n: 1 } } }, { two: { set: { n: 2 } } } ]
      """
    When the workflow is executed
    And PT1M passes
    Then the workflow should complete with output:
      """yaml
      n: 2
      """
    And one should be skipped
    And a should run 1 time
    And b should run 1 time
    And the workflow should end at 2026-11-21T10:00:02Z

  @S65 @S62
  Scenario: 65.8 A log before and after asks once for each task, wherever the runtime is killed
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: log, version: '1.0.0' }
      use:
        extensions:
          - log:
              extend: wait
              before: [ { begin: { call: http, with: { method: post, endpoint: 'http://log.example/', body: { executing: '${ $task.reference }' } } } } ]
              after: [ { done: { call: http, with: { method: post, endpoint: 'http://log.example/', body: { executed: '${ $task.reference }' } } } } ]
      do: [ { first: { wait: PT1H } }, { second: { wait: PT1H } } ]
      """
    And the runtime is killed after begin
    And the runtime is killed before done
    When the workflow is executed
    And PT30M passes
    And the runtime is killed
    And PT1H passes
    And the runtime is killed
    Then the service at http://log.example/ was asked 3 times
    And the service at http://log.example/ was asked with body:
      """yaml
      executing: /do/1/second
      """
    When PT30M passes
    Then the workflow should complete
    And the service at http://log.example/ was asked 4 times
    And the service at http://log.example/ was asked with another key each time
    And the service at http://log.example/ was asked with body:
      """yaml
      executed: /do/1/second
      """

  @S65 @S53
  Scenario: 65.9 What faults in an extension faults in its task, and can be caught around it
    Given the service at http://broken.example/ answers 503
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: faulting, version: '1.0.0' }
      use: { extensions: [ { e: { extend: set, when: $task.name == "one", before: [ { b: { call: http, with: { method: get, endpoint: 'http://broken.example/' } } } ] } } ] }
      do:
        - attempt:
            try: [ { one: { set: { n: 1 } } } ]
            catch: { do: [ { seen: { set: { at: '${ $error.instance }', status: '${ $error.status }' } } } ] }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      { at: /do/0/attempt/try/0/one, status: 503 }
      """
