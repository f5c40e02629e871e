Feature: Retries among other tasks (statements 46 to 51, 58)

  Background:
    Given the clock stands at 2026-11-21T10:00:00Z

  @S47 @S50
  Scenario: 47.5 A try within a try counts anew at each attempt of the outer one
    Given the service at http://broken.example/ answers 503
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: nested, version: '1.0.0' }
      do:
        - outer:
            try:
              - inner:
                  try: [ { ask: { call: http, with: { method: get, endpoint: 'http://broken.example/' } } } ]
                  catch: { retry: { delay: PT1S, limit: { attempt: { count: 2 } } } }
            catch:
              retry: { delay: PT1M, limit: { attempt: { count: 1 } } }
              do: [ { instead: { set: { at: '${ $error.instance }' } } } ]
      """
    When the workflow is executed
    And PT30S passes
    Then ask should run 3 times
    When the runtime is killed
    And PT1H passes
    Then the workflow should complete with output:
      """yaml
      at: /do/0/outer/try/0/inner/try/0/ask
      """
    And ask should run 6 times
    And instead should start at 2026-11-21T10:01:04Z
    And the service at http://broken.example/ was asked with the same key each time

  @S47 @S18
  Scenario: 47.6 A try that is jumped back to counts anew, and asks with a new key
    Given the service at http://broken.example/ answers 503
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: jump-to-try, version: '1.0.0' }
      do:
        - attempt:
            try: [ { ask: { call: http, with: { method: get, endpoint: 'http://broken.example/' } } } ]
            catch: { retry: { delay: PT1S, limit: { attempt: { count: 1 } } }, do: [ { count: { set: { n: '${ (.n // 0) + 1 }' } } } ] }
        - again: { switch: [ { once: { when: .n < 2, then: attempt } } ] }
      """
    When the workflow is executed
    And PT1M passes
    Then the workflow should complete with output:
      """yaml
      n: 2
      """
    And ask should run 4 times
    And count should run 2 times

  @S48
  Scenario: 48.4 The end of an attempt's time is an error of the attempt: a try within it does not see it
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: attempt-error, version: '1.0.0' }
      do:
        - outer:
            try:
              - inner:
                  try: [ { rest: { wait: PT1H } } ]
                  catch: { do: [ { wrong: { set: { wrong: true } } } ] }
            catch:
              retry: { delay: PT1S, limit: { attempt: { count: 1, duration: PT10S } } }
              do: [ { right: { set: { status: '${ $error.status }', at: '${ $error.instance }' } } } ]
      """
    When the workflow is executed
    And PT1M passes
    Then the workflow should complete with output:
      """yaml
      { status: 408, at: /do/0/outer }
      """
    And wrong should not run
    And rest should run 2 times
    And rest should cancel

  @S49
  Scenario: 49.5 The delay may be computed from the error
    Given the service at http://busy.example/ answers 200
    And first the service at http://busy.example/ answers 503
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: computed-delay, version: '1.0.0' }
      do:
        - attempt:
            try: [ { ask: { call: http, with: { method: get, endpoint: 'http://busy.example/' } } } ]
            catch: { as: problem, retry: { delay: '${ "PT\($problem.status - 500)M" }', limit: { attempt: { count: 1 } } } }
      """
    When the workflow is executed
    And PT2M59S passes
    Then ask should run 1 time
    When PT1S passes
    Then the workflow should complete
    And ask should start at 2026-11-21T10:03:00Z

  @S50 @S58
  Scenario: 50.3 A loop that is run again asks for each item with the key that it had
    Given the service at http://items.example/1 answers 200
    And the service at http://items.example/2 answers 200
    And first the service at http://items.example/2 answers 503
    And the service at http://items.example/3 answers 200
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: loop-again, version: '1.0.0' }
      do:
        - attempt:
            try:
              - each:
                  for: { each: n, in: '[1, 2, 3]' }
                  do: [ { ask: { input: { from: '{ n: $n }' }, call: http, with: { method: put, endpoint: 'http://items.example/{n}', body: {} }, output: { as: $input } } } ]
            catch: { retry: { delay: PT10S, limit: { attempt: { count: 1 } } } }
      """
    When the workflow is executed
    And PT10S passes
    Then the workflow should complete
    And ask should run 5 times
    And the service at http://items.example/1 was asked 2 times
    And the service at http://items.example/1 was asked with the same key each time
    And the service at http://items.example/2 was asked 2 times
    And the service at http://items.example/2 was asked with the same key each time
    And the service at http://items.example/3 was asked 1 time

  @S50 @S58 @S18
  Scenario: 50.4 What was jumped back to within an attempt has its keys again in the next one
    Given the service at http://items.example/1 answers 200
    And the service at http://items.example/2 answers 200
    And first the service at http://items.example/2 answers 503
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: jump-again, version: '1.0.0' }
      do:
        - attempt:
            try:
              - ask: { call: http, with: { method: put, endpoint: 'http://items.example/{n}', body: {} }, output: { as: '{ n: ($input.n + 1) }' } }
              - more: { switch: [ { again: { when: .n < 3, then: ask } } ] }
            catch: { retry: { delay: PT10S, limit: { attempt: { count: 1 } } } }
      """
    And the workflow input is:
      """yaml
      n: 1
      """
    When the workflow is executed
    And PT10S passes
    Then the workflow should complete with output:
      """yaml
      n: 3
      """
    And the service at http://items.example/1 was asked 2 times
    And the service at http://items.example/1 was asked with the same key each time
    And the service at http://items.example/2 was asked 2 times
    And the service at http://items.example/2 was asked with the same key each time

  @S50 @S24
  Scenario: 50.5 A fork that faulted is run again as a whole, its other branches having been cancelled
    Given the service at http://flaky.example/ answers 200 with:
      """yaml
      fine: true
      """
    And first the service at http://flaky.example/ answers 503
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: fork-again, version: '1.0.0' }
      do:
        - attempt:
            try: [ { both: { fork: { branches: [ { slow: { wait: PT1M } }, { ask: { call: http, with: { method: get, endpoint: 'http://flaky.example/' } } } ] } } } ]
            catch: { retry: { delay: PT10S, limit: { attempt: { count: 1 } } } }
        - done: { set: { fine: '${ .[1].fine }' } }
      """
    When the workflow is executed
    Then slow should cancel
    When PT10S passes
    Then slow should be waiting
    And ask should complete
    When PT1M passes
    Then the workflow should complete with output:
      """yaml
      fine: true
      """
    And slow should run 2 times
    And the workflow should end at 2026-11-21T10:01:10Z

  @S50 @S36
  Scenario: 50.6 A listener that is run again wants an event of its own
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: listen-again, version: '1.0.0' }
      do:
        - attempt:
            try:
              - hear: { listen: { to: { one: { with: { type: org.example.word } } } }, output: { as: '.[0]' } }
              - check: { if: .ok != true, raise: { error: { type: 'https://example.org/e', status: 422 } } }
            catch: { retry: { delay: PT10S, limit: { attempt: { count: 3 } } } }
      """
    When the workflow is executed
    And an event of type org.example.word arrives with data:
      """yaml
      ok: false
      """
    And PT10S passes
    Then hear should be waiting
    When the same event arrives again
    And the runtime is killed
    Then hear should run 2 times
    When an event of type org.example.word arrives with data:
      """yaml
      ok: true
      """
    And PT1H passes
    Then the workflow should complete with output:
      """yaml
      ok: true
      """

  @S50 @S30
  Scenario: 50.7 What an attempt emitted it emits again, with an id of its own, and a restart does not
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: emit-again, version: '1.0.0' }
      do:
        - attempt:
            try:
              - tell: { emit: { event: { with: { type: org.example.tried } } }, export: { as: '{ ids: (($context.ids // []) + [$output.id]) }' } }
              - enough: { if: ($context.ids | length) < 3, raise: { error: { type: 'https://example.org/e', status: 500 } } }
            catch: { retry: { delay: PT10S, limit: { attempt: { count: 5 } } } }
        - done: { set: { different: '${ $context.ids | unique | length }' } }
      """
    And the runtime is killed after tell
    When the workflow is executed
    And PT1M passes
    Then the workflow should complete with output:
      """yaml
      different: 3
      """
    And 3 events of type org.example.tried were emitted

  @S51 @S39
  Scenario: 51.5 A retry that falls due while the workflow is suspended is made when it goes on
    Given the service at http://broken.example/ answers 503
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: suspended, version: '1.0.0' }
      do:
        - attempt:
            try: [ { ask: { call: http, with: { method: get, endpoint: 'http://broken.example/' } } } ]
            catch: { retry: { delay: PT10M, limit: { attempt: { count: 1 } } }, do: [ { instead: { set: { instead: true } } } ] }
      """
    When the workflow is executed
    And the workflow is suspended
    And PT1H passes
    And the runtime is killed
    Then ask should run 1 time
    When the workflow is resumed
    Then the workflow should complete with output:
      """yaml
      instead: true
      """
    And ask should start at 2026-11-21T11:00:00Z
    And ask should run 2 times

  @S51
  Scenario: 51.6 A workflow that is cancelled between two attempts makes no other
    Given the service at http://broken.example/ answers 503
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: cancelled, version: '1.0.0' }
      do:
        - attempt:
            try: [ { ask: { call: http, with: { method: get, endpoint: 'http://broken.example/' } } } ]
            catch: { retry: { delay: PT10M, limit: { attempt: { count: 5 } } } }
      """
    When the workflow is executed
    And PT15M passes
    And the workflow is cancelled
    And P1D passes
    Then the workflow should be cancelled
    And the service at http://broken.example/ was asked 2 times
    And attempt should cancel

  @S58 @S56
  Scenario: 58.7 A request that was taken and never answered is tried again under its key
    Given the service at http://silent.example/ answers 200 with:
      """yaml
      fine: true
      """
    And first the service at http://silent.example/ never answers
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: silent, version: '1.0.0' }
      do:
        - attempt:
            try: [ { ask: { call: http, with: { method: post, endpoint: 'http://silent.example/', body: { n: 1 } } } } ]
            catch:
              errors: { with: { type: 'https://serverlessworkflow.io/spec/1.0.0/errors/timeout', status: 408 } }
              retry: { delay: PT10S, limit: { attempt: { count: 1 } } }
      """
    When the workflow is executed
    And PT39S passes
    Then ask should run 1 time
    When PT1S passes
    Then the workflow should complete with output:
      """yaml
      fine: true
      """
    And the service at http://silent.example/ was asked 2 times
    And the service at http://silent.example/ was asked with the same key each time

  @S54 @S10
  Scenario: 54.7 A secret in what is raised is seen by nobody
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: raised-secret, version: '1.0.0' }
      use: { secrets: [ parole ] }
      do: [ { fail: { raise: { error: { type: 'https://example.org/e', status: 500, detail: 'it was ${ $secrets.parole }' } } } } ]
      """
    And the secret parole is:
      """text
      'open-sesame-77'
      """
    When the workflow is executed
    Then the workflow should fault
    And the journal nowhere has «open-sesame-77»

  @S63 @S10
  Scenario: 63.11 A secret that is handed to a child reaches its peer and no journal
    Given the service at http://vault.example/ answers 200
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: parent, version: '1.0.0' }
      use: { secrets: [ parole ] }
      do: [ { run: { run: { workflow: { namespace: conformance, name: child, version: '1.0.0', input: { word: '${ $secrets.parole }' } } } } } ]
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: child, version: '1.0.0' }
      do: [ { ask: { call: http, with: { method: get, endpoint: 'http://vault.example/', headers: { X-Parole: '${ .word }' } } } } ]
      """
    And the secret parole is:
      """text
      'open-sesame-77'
      """
    When the workflow parent is executed
    Then the workflow should complete
    And the service at http://vault.example/ was asked with header X-Parole «open-sesame-77»
    And the journal nowhere has «open-sesame-77»
