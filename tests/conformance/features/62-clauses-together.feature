Feature: Statements 45 to 68 together

  Background:
    Given the clock stands at 2026-11-21T10:00:00Z

  @S46 @S61
  Scenario: 46.8 A retry around a function runs the function again from its first task
    Given the service at http://flaky.example/ answers 200 with:
      """yaml
      fine: true
      """
    And first the service at http://flaky.example/ answers 503
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: function-again, version: '1.0.0' }
      use: { functions: { both: { do: [ { one: { set: { n: 1 } } }, { ask: { call: http, with: { method: post, endpoint: 'http://flaky.example/', body: { n: 1 } } } } ] } } }
      do:
        - attempt:
            try: [ { use: { call: both } } ]
            catch: { retry: { delay: PT10S, limit: { attempt: { count: 1 } } } }
      """
    When the workflow is executed
    And PT10S passes
    Then the workflow should complete with output:
      """yaml
      fine: true
      """
    And one should run 2 times
    And the service at http://flaky.example/ was asked with the same key each time

  @S46 @S42
  Scenario: 46.9 The timeout of the workflow ends retries, and no catch sees it
    Given the service at http://broken.example/ answers 503
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: ended, version: '1.0.0' }
      timeout: { after: PT25S }
      do:
        - attempt:
            try: [ { ask: { call: http, with: { method: get, endpoint: 'http://broken.example/' } } } ]
            catch: { retry: { delay: PT10S, limit: { attempt: { count: 9 } } }, do: [ { instead: { set: { instead: true } } } ] }
      """
    When the workflow is executed
    And PT15S passes
    And the runtime is killed
    And PT1H passes
    Then the workflow should fault with error:
      """yaml
      { type: 'https://open-workflow-specification.org/spec/1.0.0/errors/timeout', status: 408 }
      """
    And the workflow should end at 2026-11-21T10:00:25Z
    And ask should run 3 times
    And instead should not run

  @S54
  Scenario: 54.8 An error that was caught can be raised again as it was
    Given the service at http://broken.example/ answers 418
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: raised-again, version: '1.0.0' }
      do:
        - attempt:
            try: [ { ask: { call: http, with: { method: get, endpoint: 'http://broken.example/' } } } ]
            catch: { as: e, do: [ { again: { raise: { error: { type: '${ $e.type }', status: 418, title: again, instance: '${ $e.instance }' } } } } ] }
      """
    When the workflow is executed
    Then the workflow should fault with error:
      """yaml
      { type: 'https://open-workflow-specification.org/spec/1.0.0/errors/communication', status: 418, title: again, instance: /do/0/attempt/try/0/ask }
      """

  @S56 @S29
  Scenario Outline: 56.8 The body goes as it is given: data as JSON, text as text
    Given the service at http://echo.example/ answers 200
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: body, version: '1.0.0' }
      do: [ { ask: { call: http, with: { method: post, endpoint: 'http://echo.example/', body: <body> } } } ]
      """
    And the workflow input is:
      """yaml
      { n: 7, name: مریم }
      """
    When the workflow is executed
    Then the workflow should complete
    And the service at http://echo.example/ was asked with body:
      """yaml
      <got>
      """

    Examples:
      | body                              | got                  |
      | { a: '${ .n }', b: [ 1, null ] }  | { a: 7, b: [1, null] } |
      | '${ . }'                          | { n: 7, name: مریم } |
      | '${ [ .n ] }'                     | [ 7 ]                |

  @S58 @S9
  Scenario: 58.8 Who asked is known to "output" and "export" of the call, and forgotten behind it
    Given the service at http://closed.example/ answers 200
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: authorization, version: '1.0.0' }
      do:
        - ask:
            call: http
            with: { method: get, endpoint: { uri: 'http://closed.example/', authentication: { bearer: { token: abc } } } }
            output: { as: '{ scheme: $authorization.scheme }' }
            export: { as: '{ scheme: $authorization.scheme }' }
        - done: { set: { scheme: '${ .scheme | ascii_downcase }', same: '${ $context.scheme == .scheme }' } }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      { scheme: bearer, same: true }
      """

  @S61 @S22
  Scenario: 61.10 Branches that call one function at once do not disturb each other
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: at-once, version: '1.0.0' }
      use: { functions: { slowly: { do: [ { rest: { wait: '${ .for }' } }, { done: { set: { waited: '${ .for }' } } } ] } } }
      do:
        - both:
            fork:
              branches:
                - a: { call: slowly, with: { for: PT2M } }
                - b: { call: slowly, with: { for: PT1M } }
      """
    When the workflow is executed
    And PT1M passes
    And the runtime is killed
    Then b should complete
    And a should be waiting
    When PT1M passes
    Then the workflow should complete with output:
      """yaml
      [ { waited: PT2M }, { waited: PT1M } ]
      """

  @S63 @S19
  Scenario: 63.12 A loop over children awaits each before the next, and keeps its place where the runtime is killed
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: parent, version: '1.0.0' }
      do:
        - each:
            for: { each: n, in: '[1, 2, 3]' }
            do: [ { run: { run: { workflow: { namespace: conformance, name: child, version: '1.0.0', input: { sum: '${ .sum + $n }' } } } } } ]
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: child, version: '1.0.0' }
      do: [ { rest: { wait: PT1H } } ]
      """
    And the workflow input is:
      """yaml
      sum: 0
      """
    When the workflow parent is executed
    And PT90M passes
    And the runtime is killed
    Then 2 instances of child have been started
    When PT90M passes
    Then the workflow should complete with output:
      """yaml
      sum: 6
      """
    And 3 instances of child have been started

  @S63 @S24
  Scenario: 63.13 A branch that faults cancels the child that another branch awaits
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: parent, version: '1.0.0' }
      do:
        - both:
            fork:
              branches:
                - run: { run: { workflow: { namespace: conformance, name: child, version: '1.0.0' } } }
                - bad: { do: [ { rest: { wait: PT1M } }, { fail: { raise: { error: { type: 'https://example.org/e', status: 500 } } } } ] }
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: child, version: '1.0.0' }
      do: [ { nap: { wait: PT1H } } ]
      """
    When the workflow parent is executed
    And PT1M passes
    Then the workflow should fault
    And instance 1 of child should be cancelled

  @S65 @S46
  Scenario: 65.11 A retry extends the task again
    Given the service at http://flaky.example/ answers 200
    And first the service at http://flaky.example/ answers 503
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: extended-again, version: '1.0.0' }
      use: { extensions: [ { e: { extend: call, before: [ { b: { set: { x: 1 } } } ], after: [ { a: { set: { x: 2 } } } ] } } ] }
      do:
        - attempt:
            try: [ { ask: { call: http, with: { method: get, endpoint: 'http://flaky.example/' } } } ]
            catch: { retry: { delay: PT1S, limit: { attempt: { count: 1 } } } }
      """
    When the workflow is executed
    And PT1S passes
    Then the workflow should complete
    And b should run 2 times
    And a should run 1 time

  @S65 @S15
  Scenario: 65.12 "end" in an extension ends the whole workflow
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: end-in-extension, version: '1.0.0' }
      use: { extensions: [ { stop: { extend: set, when: .n > 1, before: [ { s: { wait: PT1S } }, { enough: { do: [ { leave: { wait: PT1S } } ], output: { as: '{ stopped: true }' }, then: end } } ] } } ] }
      do: [ { one: { set: { n: 1 } } }, { two: { set: { n: '${ .n + 1 }' } } }, { three: { set: { n: 3 } } } ]
      """
    When the workflow is executed
    And PT1M passes
    Then the workflow should complete with output:
      """yaml
      stopped: true
      """
    And two should run 1 time
