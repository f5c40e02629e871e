Feature: Calls over HTTP (statements 56 to 58, 62)

  @S56
  Scenario: 56.1 An answer that is no 2xx is a communication error with its status
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: teapot, version: '1.0.0' }
      do:
        - ask: { call: http, with: { method: get, endpoint: 'http://pots.example/tea' } }
      """
    And the service at http://pots.example/tea answers 418
    When the workflow is executed
    Then the workflow should fault with error:
      """yaml
      type: https://open-workflow-specification.org/spec/1.0.0/errors/communication
      status: 418
      instance: /do/0/ask
      """

  @S56
  Scenario: 56.2 A service that does not answer in time is a timeout error
    Given the clock stands at 2026-11-21T10:00:00Z
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: silence, version: '1.0.0' }
      do:
        - ask: { call: http, with: { method: get, endpoint: 'http://pots.example/tea' } }
      """
    And the service at http://pots.example/tea never answers
    When the workflow is executed
    Then ask should be waiting
    When PT30S passes
    Then the workflow should fault with error:
      """yaml
      type: https://open-workflow-specification.org/spec/1.0.0/errors/timeout
      status: 408
      """
    And the workflow should end at 2026-11-21T10:00:30Z

  @S58 @S51
  Scenario: 58.1 A retry keeps the key of its call
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: retried, version: '1.0.0' }
      do:
        - attempt:
            try: [ { ask: { call: http, with: { method: post, endpoint: 'http://busy.example/', body: { n: 1 } } } } ]
            catch: { retry: { delay: PT10S, limit: { attempt: { count: 5 } } } }
      """
    And the first 2 times the service at http://busy.example/ answers 503
    And the service at http://busy.example/ answers 200 with:
      """yaml
      done: true
      """
    When the workflow is executed
    And PT1M passes
    Then the workflow should complete with output:
      """yaml
      done: true
      """
    And the service at http://busy.example/ was asked 3 times
    And the service at http://busy.example/ was asked with the same key each time
    And the journal has 2 events of kind task-retried

  @S62
  Scenario: 62.1 A service that was asked before the process ended is asked under the same key
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: slow-answer, version: '1.0.0' }
      do:
        - ask: { call: http, with: { method: post, endpoint: 'http://slow.example/', body: { n: 1 } } }
      """
    And the service at http://slow.example/ answers 200 with:
      """yaml
      done: true
      """
    And the service at http://slow.example/ takes PT20S
    When the workflow is executed
    And PT10S passes
    And the runtime is killed
    And PT10S passes
    Then the workflow should complete with output:
      """yaml
      done: true
      """
    And the service at http://slow.example/ was asked 1 time

  @S23 @WCP-29
  Scenario: 23.1 The first branch to complete wins, and the others are cancelled
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: race, version: '1.0.0' }
      do:
        - race:
            fork:
              compete: true
              branches:
                - slow: { call: http, with: { method: get, endpoint: 'http://race.example/slow' } }
                - quick: { call: http, with: { method: get, endpoint: 'http://race.example/quick' } }
      """
    And the service at http://race.example/slow answers 200 with:
      """yaml
      who: slow
      """
    And the service at http://race.example/slow takes PT20S
    And the service at http://race.example/quick answers 200 with:
      """yaml
      who: quick
      """
    And the service at http://race.example/quick takes PT5S
    When the workflow is executed
    And PT1M passes
    Then the workflow should complete with output:
      """yaml
      who: quick
      """
    And slow should cancel
