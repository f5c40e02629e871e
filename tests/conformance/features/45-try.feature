Feature: Try, catch and retry (statements 45 to 52)

  Background:
    Given the clock stands at 2026-11-21T10:00:00Z

  @S45
  Scenario Outline: 45.1 A filter catches what equals it in every member that it gives
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: filter, version: '1.0.0' }
      do:
        - attempt:
            try: [ { fail: { raise: { error: { type: 'https://example.org/busy', status: 503, title: Busy, detail: all lines } } } } ]
            catch: { errors: { with: <with> }, do: [ { caught: { set: { caught: true } } } ] }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      caught: true
      """
    And fail should fault

    Examples:
      | with                                                     |
      | { type: 'https://example.org/busy' }                     |
      | { status: 503 }                                          |
      | { type: 'https://example.org/busy', status: 503 }        |
      | { title: Busy, detail: all lines }                       |
      | { instance: /do/0/attempt/try/0/fail }                   |

  @S45
  Scenario Outline: 45.2 What differs from the filter in one member is not caught
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: filter-not, version: '1.0.0' }
      do:
        - attempt:
            try: [ { fail: { raise: { error: { type: 'https://example.org/busy', status: 503, title: Busy } } } } ]
            catch: { errors: { with: <with> }, do: [ { caught: { set: { caught: true } } } ] }
      """
    When the workflow is executed
    Then the workflow should fault with error:
      """yaml
      { type: 'https://example.org/busy', status: 503, instance: /do/0/attempt/try/0/fail }
      """
    And caught should not run
    And the journal has 0 events of kind error-caught

    Examples:
      | with                                               |
      | { type: 'https://example.org/busy', status: 500 }  |
      | { type: 'https://example.org/bus', status: 503 }   |
      | { type: 'https://example.org/busy/' }              |
      | { status: 503, title: busy }                       |
      | { status: 503, detail: Busy }                      |

  @S45
  Scenario Outline: 45.3 Behind the filter "when" must hold and "exceptWhen" must not, both with the error as "." and by its name
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: conditions, version: '1.0.0' }
      do:
        - attempt:
            try: [ { fail: { raise: { error: { type: 'https://example.org/busy', status: 503 } } } } ]
            catch: { as: problem, <conditions>, do: [ { caught: { set: { status: '${ $problem.status }' } } } ] }
      """
    When the workflow is executed
    Then caught should run <times> times

    Examples:
      | conditions                                                  | times |
      | when: .status == 503                                        | 1     |
      | when: $problem.status == 503                                | 1     |
      | when: $error.status == 503                                  | 1     |
      | when: '${ .status >= 500 }'                                 | 1     |
      | when: .status == 500                                        | 0     |
      | exceptWhen: .status == 503                                  | 0     |
      | exceptWhen: .status == 500                                  | 1     |
      | when: .status > 500, exceptWhen: $problem.status == 503     | 0     |
      | when: .status > 500, exceptWhen: .status == 500             | 1     |
      | errors: { with: { status: 500 } }, when: 'true'             | 0     |

  @S45
  Scenario: 45.4 What an inner try does not catch, an outer one may; what it catches, the outer one never sees
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: nested, version: '1.0.0' }
      do:
        - outer:
            try:
              - first:
                  try: [ { a: { raise: { error: { type: 'https://example.org/a', status: 401 } } } } ]
                  catch: { errors: { with: { status: 401 } }, do: [ { inner1: { set: { inner: 1 } } } ] }
              - second:
                  try: [ { b: { raise: { error: { type: 'https://example.org/b', status: 402 } } } } ]
                  catch: { errors: { with: { status: 401 } }, do: [ { inner2: { set: { inner: 2 } } } ] }
              - never: { set: { never: true } }
            catch: { do: [ { caught: { set: { at: '${ $error.instance }', had: '${ . }' } } } ] }
      """
    And the workflow input is:
      """yaml
      n: 1
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      { at: /do/0/outer/try/1/second/try/0/b, had: { n: 1 } }
      """
    And inner1 should run 1 time
    And inner2 should not run
    And never should not run
    And caught should run 1 time

  @S45
  Scenario: 45.5 An error of "catch.do" is not caught by its own try
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: in-catch, version: '1.0.0' }
      do:
        - attempt:
            try: [ { fail: { raise: { error: { type: 'https://example.org/one', status: 500 } } } } ]
            catch:
              retry: { delay: PT1S, limit: { attempt: { count: 1 } } }
              do: [ { again: { raise: { error: { type: 'https://example.org/two', status: 501 } } } } ]
      """
    When the workflow is executed
    And PT1M passes
    Then the workflow should fault with error:
      """yaml
      { type: 'https://example.org/two', status: 501, instance: /do/0/attempt/catch/do/0/again }
      """
    And fail should run 2 times
    And again should run 1 time

  @S45
  Scenario: 45.6 A condition of a catch that can't be evaluated is an error of its own, and can be caught around
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: bad-condition, version: '1.0.0' }
      do:
        - outer:
            try:
              - inner:
                  try: [ { fail: { raise: { error: { type: 'https://example.org/one', status: 418 } } } } ]
                  catch: { when: '.type + 1', do: [ { never: { set: { never: true } } } ] }
            catch: { do: [ { caught: { set: { type: '${ $error.type }', status: '${ $error.status }' } } } ] }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      { type: 'https://open-workflow-specification.org/spec/1.0.0/errors/expression', status: 400 }
      """
    And never should not run

  @S45
  Scenario: 45.7 A filter compares with values, it does not compute them
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: computed-filter, version: '1.0.0' }
      do:
        - attempt:
            try: [ { one: { set: { x: 1 } } } ]
            catch: { errors: { with: { type: '${ .type }' } } }
      """
    Then the definition should be refused with PG-D013

  @S46
  Scenario: 46.1 "catch.do" runs once, behind the last retry, and not at each failed attempt
    Given the service at http://broken.example/ answers 503
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: retry-first, version: '1.0.0' }
      do:
        - attempt:
            try: [ { ask: { call: http, with: { method: get, endpoint: 'http://broken.example/' } } } ]
            catch:
              retry: { delay: PT10S, limit: { attempt: { count: 2 } } }
              do: [ { instead: { set: { status: '${ $error.status }' } } } ]
      """
    When the workflow is executed
    And PT15S passes
    Then instead should not run
    And ask should run 2 times
    When PT5S passes
    Then the workflow should complete with output:
      """yaml
      status: 503
      """
    And instead should run 1 time
    And instead should run last
    And instead should start at 2026-11-21T10:00:20Z
    And the service at http://broken.example/ was asked 3 times

  @S46
  Scenario: 46.2 A retry that succeeds leaves "catch.do" out
    Given the service at http://flaky.example/ answers 200 with:
      """yaml
      fine: true
      """
    And first the service at http://flaky.example/ answers 500
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: no-catch, version: '1.0.0' }
      do:
        - attempt:
            try: [ { ask: { call: http, with: { method: get, endpoint: 'http://flaky.example/' } } } ]
            catch:
              retry: { delay: PT10S, limit: { attempt: { count: 5 } } }
              do: [ { instead: { set: { instead: true } } } ]
              then: end
        - behind: { set: { fine: '${ .fine }', behind: true } }
      """
    When the workflow is executed
    And PT10S passes
    Then the workflow should complete with output:
      """yaml
      { fine: true, behind: true }
      """
    And instead should not run
    And attempt should end at 2026-11-21T10:00:10Z

  @S46
  Scenario: 46.3 Where the policy refuses a retry, "catch.do" runs at once
    Given the service at http://gone.example/ answers 410
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: refused, version: '1.0.0' }
      do:
        - attempt:
            try: [ { ask: { call: http, with: { method: get, endpoint: 'http://gone.example/' } } } ]
            catch:
              retry: { when: .status >= 500, delay: PT10S, limit: { attempt: { count: 5 } } }
              do: [ { instead: { set: { status: '${ $error.status }' } } } ]
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      status: 410
      """
    And the workflow should end at 2026-11-21T10:00:00Z
    And ask should run 1 time
    And the journal has 0 events of kind retry-scheduled

  @S46
  Scenario: 46.4 With neither "do" nor "then" the last error goes on when the retries are used up
    Given the service at http://broken.example/ answers 503
    And first the service at http://broken.example/ answers 500
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: raised-again, version: '1.0.0' }
      do:
        - attempt:
            try: [ { ask: { call: http, with: { method: get, endpoint: 'http://broken.example/' } } } ]
            catch: { retry: { delay: PT10S, limit: { attempt: { count: 1 } } } }
        - never: { set: { never: true } }
      """
    When the workflow is executed
    Then the workflow should be waiting
    When PT10S passes
    Then the workflow should fault with error:
      """yaml
      type: https://open-workflow-specification.org/spec/1.0.0/errors/communication
      status: 503
      instance: /do/0/attempt/try/0/ask
      """
    And the workflow should end at 2026-11-21T10:00:10Z
    And never should not run

  @S46
  Scenario: 46.5 "catch.then" leads on where an error was caught, with "do" and without, and not otherwise
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: catch-then, version: '1.0.0' }
      do:
        - one:
            try: [ { fail1: { raise: { error: { type: 'https://example.org/e', status: 500 } } } } ]
            catch: { do: [ { d1: { set: { seen: [ d1 ] } } } ], then: two }
        - over1: { set: { seen: [ over1 ] } }
        - two:
            try: [ { fail2: { raise: { error: { type: 'https://example.org/e', status: 500 } } } } ]
            catch: { then: three }
            then: over2
        - over2: { set: { seen: [ over2 ] } }
        - three:
            try: [ { fine: { set: { seen: '${ .seen + ["fine"] }' } } } ]
            catch: { then: over3 }
            then: four
        - over3: { set: { seen: [ over3 ] } }
        - four: { set: { seen: '${ .seen + ["four"] }' } }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      seen: [ d1, fine, four ]
      """
    And over1 should not run
    And over2 should not run
    And over3 should not run

  @S46
  Scenario Outline: 46.6 "retry.exceptWhen" refuses a retry, and sees which error it is this time
    Given the service at http://mixed.example/ answers 429
    And first the service at http://mixed.example/ answers 503
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: except, version: '1.0.0' }
      do:
        - attempt:
            try: [ { ask: { call: http, with: { method: get, endpoint: 'http://mixed.example/' } } } ]
            catch:
              as: problem
              retry: { exceptWhen: <condition>, delay: PT1S, limit: { attempt: { count: 5 } } }
              do: [ { instead: { set: { status: '${ $problem.status }' } } } ]
      """
    When the workflow is executed
    And PT1M passes
    Then the workflow should complete with output:
      """yaml
      status: 429
      """
    And ask should run <runs> times

    Examples:
      | condition              | runs |
      | .status == 429         | 2    |
      | $problem.status == 429 | 2    |
      | .status == 400         | 6    |

  @S47
  Scenario Outline: 47.1 The count is that of retries: the first run is not one of them
    Given the service at http://broken.example/ answers 503
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: count, version: '1.0.0' }
      do:
        - attempt:
            try: [ { ask: { call: http, with: { method: post, endpoint: 'http://broken.example/', body: {} } } } ]
            catch: { retry: { delay: PT1S, limit: { attempt: { count: <count> } } } }
      """
    When the workflow is executed
    And PT1H passes
    Then the workflow should fault
    And the service at http://broken.example/ was asked <runs> times
    And the journal has <count> events of kind task-retried
    And the journal has <count> events of kind retry-scheduled

    Examples:
      | count | runs |
      | 0     | 1    |
      | 1     | 2    |
      | 5     | 6    |

  @S47
  Scenario Outline: 47.2 A retry without an end is refused
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: no-limit, version: '1.0.0' }
      do: [ { attempt: { try: [ { one: { set: { x: 1 } } } ], catch: { retry: <retry> } } } ]
      """
    Then the definition should be refused with <code>

    Examples:
      | retry                                                         | code    |
      | { delay: PT1S }                                               | PG-D011 |
      | { delay: PT1S, limit: { attempt: { duration: PT5S } } }       | PG-D011 |
      | { delay: PT1S, limit: { } }                                   | PG-D011 |
      | { delay: often, limit: { attempt: { count: 1 } } }            | PG-D012 |
      | { dealy: PT1S, limit: { attempt: { count: 1 } } }             | PG-D003 |
      | unheard                                                       | PG-D010 |
      | { limit: { attempt: { count: -1 } } }                         | PG-D001 |

  @S47
  Scenario: 47.3 A limit of duration alone is limit enough
    Given the service at http://broken.example/ answers 503
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: by-duration, version: '1.0.0' }
      do:
        - attempt:
            try: [ { ask: { call: http, with: { method: get, endpoint: 'http://broken.example/' } } } ]
            catch: { retry: { delay: PT10S, limit: { duration: PT35S } }, do: [ { instead: { set: { instead: true } } } ] }
      """
    When the workflow is executed
    And PT1H passes
    Then ask should run 4 times
    And instead should start at 2026-11-21T10:00:30Z

  @S47
  Scenario: 47.4 A policy by name is that under "use.retries"
    Given the service at http://broken.example/ answers 503
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: named, version: '1.0.0' }
      use: { retries: { twice: { delay: PT10S, limit: { attempt: { count: 2 } } }, never: { limit: { attempt: { count: 0 } } } } }
      do:
        - attempt:
            try: [ { ask: { call: http, with: { method: get, endpoint: 'http://broken.example/' } } } ]
            catch: { retry: twice, do: [ { instead: { set: { instead: true } } } ] }
      """
    When the workflow is executed
    And PT1H passes
    Then ask should run 3 times
    And instead should start at 2026-11-21T10:00:20Z

  @S48
  Scenario: 48.1 The duration of an attempt holds for each attempt, and its end is a timeout error
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: each-attempt, version: '1.0.0' }
      do:
        - attempt:
            try: [ { rest: { wait: PT20S } }, { never: { set: { never: true } } } ]
            catch:
              retry: { delay: PT5S, limit: { attempt: { count: 2, duration: PT10S } } }
              do: [ { instead: { set: { type: '${ $error.type }', status: '${ $error.status }' } } } ]
      """
    When the workflow is executed
    And PT12S passes
    Then the journal has 1 event of kind retry-scheduled
    When the runtime is killed
    And PT3S passes
    Then rest should be waiting
    And rest should start at 2026-11-21T10:00:15Z
    When PT1H passes
    Then the workflow should complete with output:
      """yaml
      { type: 'https://open-workflow-specification.org/spec/1.0.0/errors/timeout', status: 408 }
      """
    And rest should run 3 times
    And instead should start at 2026-11-21T10:00:40Z
    And never should not run

  @S48
  Scenario: 48.2 An attempt that ends in time leaves no limit behind, neither for what follows nor for the catch
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: in-time, version: '1.0.0' }
      do:
        - fine:
            try: [ { rest: { wait: PT9S } } ]
            catch: { retry: { limit: { attempt: { count: 2, duration: PT10S } } } }
        - caught:
            try: [ { rest2: { wait: PT9S } }, { fail: { raise: { error: { type: 'https://example.org/e', status: 500 } } } } ]
            catch: { retry: { limit: { attempt: { count: 0, duration: PT10S } } }, do: [ { long: { wait: PT1M } } ] }
        - behind: { wait: PT1M }
      """
    When the workflow is executed
    And PT1H passes
    Then the workflow should complete
    And the workflow should end at 2026-11-21T10:02:18Z
    And rest should run 1 time
    And long should run 1 time

  @S48
  Scenario: 48.3 No attempt starts later than the whole duration behind the first failure
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: whole, version: '1.0.0' }
      do:
        - attempt:
            try: [ { rest: { wait: PT1M } }, { fail: { raise: { error: { type: 'https://example.org/e', status: 500 } } } } ]
            catch:
              retry: { delay: PT1M, limit: { duration: PT4M } }
              do: [ { instead: { set: { instead: true } } } ]
      """
    When the workflow is executed
    And PT1H passes
    Then the workflow should complete
    And rest should run 3 times
    And rest should start at 2026-11-21T10:04:00Z
    And instead should start at 2026-11-21T10:05:00Z

  @S49
  Scenario Outline: 49.1 The delay stays, grows in line or doubles
    Given the service at http://broken.example/ answers 503
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: backoff, version: '1.0.0' }
      do:
        - attempt:
            try: [ { ask: { call: http, with: { method: get, endpoint: 'http://broken.example/' } } } ]
            catch:
              retry: { delay: PT10S, <backoff> limit: { attempt: { count: 4 } } }
              do: [ { instead: { set: { instead: true } } } ]
      """
    When the workflow is executed
    And PT1H passes
    Then ask should run 5 times
    And ask should start at <last>
    And instead should start at <last>

    Examples:
      | backoff                        | last                 |
      |                                | 2026-11-21T10:00:40Z |
      | backoff: { constant: {} },     | 2026-11-21T10:00:40Z |
      | backoff: { linear: {} },       | 2026-11-21T10:01:40Z |
      | backoff: { exponential: {} },  | 2026-11-21T10:02:30Z |

  @S49
  Scenario: 49.2 A delay that doubles does not grow past an hour
    Given the service at http://broken.example/ answers 503
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: cap, version: '1.0.0' }
      do:
        - attempt:
            try: [ { ask: { call: http, with: { method: get, endpoint: 'http://broken.example/' } } } ]
            catch: { retry: { delay: PT20M, backoff: { exponential: {} }, limit: { attempt: { count: 4 } } } }
      """
    When the workflow is executed
    And P1D passes
    Then ask should run 5 times
    And the workflow should end at 2026-11-21T13:00:00Z

  @S49
  Scenario: 49.3 Jitter is added, and what was drawn stays drawn where the runtime is killed
    Given the service at http://broken.example/ answers 503
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: jitter, version: '1.0.0' }
      do:
        - exact:
            try: [ { ask: { call: http, with: { method: get, endpoint: 'http://broken.example/' } } } ]
            catch: { retry: { delay: PT10S, jitter: { from: PT5S, to: PT5S }, limit: { attempt: { count: 2 } } }, do: [ { first: { set: { first: true } } } ] }
        - drawn:
            try: [ { ask2: { call: http, with: { method: get, endpoint: 'http://broken.example/two' } } } ]
            catch: { retry: { delay: PT10S, jitter: { from: PT1M, to: PT2M }, limit: { attempt: { count: 1 } } }, do: [ { second: { set: { waited: '${ (now | floor) - 1795255230 }' } } } ] }
      """
    And the service at http://broken.example/two answers 503
    When the workflow is executed
    And PT30S passes
    Then first should start at 2026-11-21T10:00:30Z
    And ask2 should run 1 time
    When the runtime is killed
    And PT1M9S passes
    Then ask2 should run 1 time
    When the runtime is killed
    And PT1M2S passes
    Then ask2 should run 2 times
    And second should complete

  @S49
  Scenario: 49.4 Jitter from the longer to the shorter is refused
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: jitter-backwards, version: '1.0.0' }
      do: [ { attempt: { try: [ { one: { set: { x: 1 } } } ], catch: { retry: { jitter: { from: PT2S, to: PT1S }, limit: { attempt: { count: 1 } } } } } } ]
      """
    Then the definition should be refused with PG-D013

  @S50
  Scenario: 50.1 A retry runs the whole list again, with the input that the try had at first
    Given the service at http://flaky.example/ answers 200 with:
      """yaml
      fine: true
      """
    And first the service at http://flaky.example/ answers 503
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: whole-list, version: '1.0.0' }
      do:
        - attempt:
            input: { from: '{ n: .raw }' }
            try:
              - add: { set: { n: '${ .n + 1 }' } }
              - ask: { call: http, with: { method: post, endpoint: 'http://flaky.example/', body: { n: '${ .n }' } }, output: { as: '{ n: $input.n }' } }
              - more: { set: { n: '${ .n + 1 }' } }
            catch: { retry: { delay: PT10S, limit: { attempt: { count: 3 } } } }
      """
    And the workflow input is:
      """yaml
      raw: 1
      """
    When the workflow is executed
    And PT10S passes
    Then the workflow should complete with output:
      """yaml
      n: 3
      """
    And add should run 2 times
    And more should run 1 time
    And the service at http://flaky.example/ was asked with body:
      """yaml
      n: 2
      """

  @S50
  Scenario: 50.2 What failed attempts exported stays
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: exports-kept, version: '1.0.0' }
      do:
        - attempt:
            try:
              - count: { set: { tried: true }, export: { as: '{ tries: (($context.tries // 0) + 1) }' } }
              - enough: { if: $context.tries < 3, raise: { error: { type: 'https://example.org/e', status: 500 } } }
            catch: { retry: { delay: PT10S, limit: { attempt: { count: 9 } } } }
      """
    And the runtime is killed after count
    When the workflow is executed
    And PT1H passes
    Then the workflow should complete
    And the context should be:
      """yaml
      tries: 3
      """
    And count should run 3 times

  @S51
  Scenario: 51.1 The number of retries and the instant of the next one survive restarts
    Given the service at http://broken.example/ answers 503
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: survives, version: '1.0.0' }
      do:
        - attempt:
            try: [ { ask: { call: http, with: { method: get, endpoint: 'http://broken.example/' } } } ]
            catch: { retry: { delay: PT1H, limit: { attempt: { count: 2 } } }, do: [ { instead: { set: { instead: true } } } ] }
      """
    When the workflow is executed
    And PT50M passes
    And the runtime is killed
    And PT9M passes
    Then ask should run 1 time
    When PT1M passes
    Then ask should start at 2026-11-21T11:00:00Z
    When the runtime is killed
    And PT30M passes while the runtime is down
    And PT29M passes
    Then ask should run 2 times
    And instead should not run
    When PT1M passes
    Then ask should run 3 times
    And instead should start at 2026-11-21T12:00:00Z
    And the workflow should complete

  @S51
  Scenario: 51.2 A retry that fell due while the runtime was down is made when it is there again, once
    Given the service at http://broken.example/ answers 503
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: overdue, version: '1.0.0' }
      do:
        - attempt:
            try: [ { ask: { call: http, with: { method: get, endpoint: 'http://broken.example/' } } } ]
            catch: { retry: { delay: PT1M, limit: { attempt: { count: 3 } } } }
      """
    When the workflow is executed
    And PT10M passes while the runtime is down
    Then ask should run 2 times
    And the journal has 1 event of kind task-retried
    And the workflow should be waiting
    When PT1M passes
    Then ask should run 3 times

  @S51 @S66
  Scenario: 51.3 Each retry is told to the outside as one of the try
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: told, version: '1.0.0' }
      do:
        - attempt:
            try: [ { fail: { raise: { error: { type: 'https://example.org/e', status: 500 } } } } ]
            catch: { retry: { delay: PT1S, limit: { attempt: { count: 1 } } } }
      """
    When the workflow is executed
    And PT1S passes
    Then the workflow should fault
    And the lifecycle events are:
      | type             | task    |
      | workflow.started |         |
      | task.created     | attempt |
      | task.started     | attempt |
      | task.created     | fail    |
      | task.started     | fail    |
      | task.faulted     | fail    |
      | task.retried     | attempt |
      | task.created     | fail    |
      | task.started     | fail    |
      | task.faulted     | fail    |
      | workflow.faulted |         |

  @S51 @S58
  Scenario: 51.4 A list that is run again asks with the keys that its calls had at first
    Given the service at http://first.example/ answers 200
    And the service at http://second.example/ answers 200
    And the first 2 times the service at http://second.example/ answers 503
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: keys, version: '1.0.0' }
      do:
        - attempt:
            try:
              - one: { call: http, with: { method: post, endpoint: 'http://first.example/', body: { n: 1 } }, output: { as: $input } }
              - two: { call: http, with: { method: post, endpoint: 'http://second.example/', body: { n: 2 } } }
            catch: { retry: { delay: PT10S, limit: { attempt: { count: 5 } } } }
      """
    When the workflow is executed
    And PT5S passes
    And the runtime is killed
    And PT1M passes
    Then the workflow should complete
    And the service at http://second.example/ was asked 3 times
    And the service at http://second.example/ was asked with the same key each time
    And one should run 3 times
    And the service at http://first.example/ was asked 3 times
    And the service at http://first.example/ was asked with the same key each time

  @S52
  Scenario: 52.1 A try that caught an error completes with what "catch.do" put out
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: catch-output, version: '1.0.0' }
      do:
        - attempt:
            input: { from: .inner }
            try: [ { change: { set: { n: 9 } } }, { fail: { raise: { error: { type: 'https://example.org/e', status: 500 } } } } ]
            catch: { do: [ { one: { set: { n: '${ .n + 1 }' } } }, { two: { set: { n: '${ .n * 2 }' } } } ] }
            output: { as: '{ result: .n }' }
      """
    And the workflow input is:
      """yaml
      inner: { n: 4 }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      result: 10
      """
    And attempt should complete
    And fail should fault

  @S52
  Scenario: 52.2 Without "do" it completes with its own input
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: swallowed, version: '1.0.0' }
      do:
        - attempt:
            input: { from: .inner }
            try: [ { change: { set: { n: 9 } } }, { fail: { raise: { error: { type: 'https://example.org/e', status: 500 } } } } ]
            catch: { errors: { with: { status: 500 } } }
      """
    And the workflow input is:
      """yaml
      inner: { n: 4 }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      n: 4
      """

  @S52
  Scenario: 52.3 The error is known to the tasks of its catch, and to no task behind it
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: scope-of-error, version: '1.0.0' }
      do:
        - attempt:
            try: [ { fail: { raise: { error: { type: 'https://example.org/e', status: 500 } } } } ]
            catch: { as: problem, do: [ { inside: { set: { status: '${ $problem.status }' } } } ] }
        - behind: { set: { status: '${ $problem.status }' } }
      """
    Then the definition should be refused with PG-D008
