Feature: Timeouts (statements 41 and 42)

  Background:
    Given the clock stands at 2026-11-21T10:00:00Z

  @S41
  Scenario: 41.1 A timeout interrupts its task with an error that names it
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: interrupts, version: '1.0.0' }
      do:
        - outer:
            timeout: { after: PT10M }
            do:
              - inner: { do: [ { rest: { wait: PT1H } }, { never: { set: { never: true } } } ] }
      """
    When the workflow is executed
    And PT5M passes
    And the runtime is killed
    And PT4M59S passes
    Then rest should be waiting
    When PT1S passes
    Then the workflow should fault with error:
      """yaml
      type: https://open-workflow-specification.org/spec/1.0.0/errors/timeout
      status: 408
      instance: /do/0/outer
      """
    And the workflow should end at 2026-11-21T10:10:00Z
    And rest should cancel
    When PT2H passes
    Then never should not run

  @S41
  Scenario: 41.2 A timeout can be caught around its task, and the flow goes on
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: caught, version: '1.0.0' }
      do:
        - guarded:
            try: [ { rest: { wait: PT1H, timeout: { after: { minutes: 1 } } } } ]
            catch:
              errors: { with: { type: 'https://serverlessworkflow.io/spec/1.0.0/errors/timeout', status: 408 } }
              do: [ { told: { set: { at: '${ $error.instance }' } } } ]
        - behind: { wait: PT2H }
      """
    And the runtime is killed before told
    When the workflow is executed
    And PT1M passes
    Then told should complete
    And rest should fault
    And guarded should end at 2026-11-21T10:01:00Z
    When PT2H passes
    Then the workflow should complete with output:
      """yaml
      at: /do/0/guarded/try/0/rest
      """

  @S41
  Scenario: 41.3 A task that ends in time leaves no timeout behind
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: in-time, version: '1.0.0' }
      do:
        - quick: { timeout: { after: PT10M }, wait: PT9M }
        - behind: { wait: PT1H }
        - done: { set: { done: true } }
      """
    And the runtime is killed after quick
    When the workflow is executed
    And PT2H passes
    Then the workflow should complete with output:
      """yaml
      done: true
      """
    And the workflow should end at 2026-11-21T11:09:00Z
    And the journal has 0 events of kind task-faulted

  @S41
  Scenario: 41.4 The timeout of a try covers all its attempts together
    Given the service at http://broken.example/ answers 503
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: all-attempts, version: '1.0.0' }
      do:
        - around:
            try:
              - guarded:
                  timeout: { after: PT25S }
                  try: [ { ask: { call: http, with: { method: get, endpoint: 'http://broken.example/' } } } ]
                  catch:
                    retry: { delay: PT10S, limit: { attempt: { count: 10 } } }
                    do: [ { inner: { set: { inner: true } } } ]
            catch: { do: [ { outer: { set: { status: '${ $error.status }', at: '${ $error.instance }' } } } ] }
      """
    When the workflow is executed
    And PT15S passes
    And the runtime is killed
    And PT1M passes
    Then the workflow should complete with output:
      """yaml
      { status: 408, at: /do/0/around/try/0/guarded }
      """
    And outer should end at 2026-11-21T10:00:25Z
    And inner should not run
    And ask should run 3 times

  @S41
  Scenario: 41.5 The timeout of a try covers its catch too
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: catch-too, version: '1.0.0' }
      do:
        - around:
            try:
              - guarded:
                  timeout: { after: PT25S }
                  try: [ { rest: { wait: PT20S } }, { broken: { raise: { error: { type: 'https://example.org/broken', status: 500 } } } } ]
                  catch: { do: [ { mend: { wait: PT20S } } ] }
            catch: { do: [ { outer: { set: { status: '${ $error.status }' } } } ] }
      """
    And the runtime is killed before mend
    When the workflow is executed
    And PT1M passes
    Then the workflow should complete with output:
      """yaml
      status: 408
      """
    And mend should cancel
    And outer should end at 2026-11-21T10:00:25Z

  @S41
  Scenario: 41.6 The timeout of a task within a try is that of one run: the next attempt has its own
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: one-run, version: '1.0.0' }
      do:
        - guarded:
            try: [ { hear: { timeout: { after: PT10S }, listen: { to: { one: { with: { type: org.example.word } } } } } } ]
            catch:
              errors: { with: { status: 408 } }
              retry: { delay: PT5S, limit: { attempt: { count: 5 } } }
      """
    When the workflow is executed
    And PT12S passes
    And the runtime is killed
    Then hear should fault
    When PT12S passes
    Then hear should run 2 times
    And hear should be waiting
    When an event of type org.example.word arrives with data:
      """yaml
      heard
      """
    Then the workflow should complete with output:
      """yaml
      [ heard ]
      """
    And the workflow should end at 2026-11-21T10:00:24Z

  @S41
  Scenario: 41.7 The timeout of a round's task begins with each round
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: each-round, version: '1.0.0' }
      do:
        - walk:
            for: { each: n, in: '[ 1, 2, 3 ]' }
            do: [ { rest: { timeout: { after: PT10S }, wait: PT8S } } ]
        - done: { set: { done: true } }
      """
    When the workflow is executed
    And PT1M passes
    Then the workflow should complete
    And the workflow should end at 2026-11-21T10:00:24Z

  @S41
  Scenario: 41.8 A call that is timed out is given up: its answer changes nothing any more
    Given the service at http://slow.example/ takes PT20S
    And the service at http://slow.example/ answers 200 with:
      """yaml
      late: true
      """
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: call, version: '1.0.0' }
      use: { timeouts: { short: { after: PT5S } } }
      do:
        - guarded:
            try: [ { ask: { timeout: short, call: http, with: { method: get, endpoint: 'http://slow.example/' } } } ]
            catch: { do: [ { told: { set: { status: '${ $error.status }' } } } ] }
        - behind: { wait: PT1M }
      """
    When the workflow is executed
    And PT5S passes
    Then told should end at 2026-11-21T10:00:05Z
    When PT2M passes
    Then the workflow should complete with output:
      """yaml
      status: 408
      """
    And ask should fault

  @S41
  Scenario: 41.9 A timeout that passes while nothing runs takes hold as soon as the runtime is there again
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: was-down, version: '1.0.0' }
      do:
        - guarded:
            try: [ { outer: { timeout: { after: PT10M }, do: [ { rest: { wait: PT20M } }, { never: { set: { never: true } } } ] } } ]
            catch: { do: [ { told: { set: { status: '${ $error.status }' } } } ] }
      """
    When the workflow is executed
    And PT1H passes while the runtime is down
    Then the workflow should complete with output:
      """yaml
      status: 408
      """
    And never should not run
    And rest should cancel

  @S42
  Scenario: 42.1 The timeout of the workflow can't be caught within, and cancels everything
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: whole, version: '1.0.0' }
      timeout: { after: PT10M }
      do:
        - guarded:
            try:
              - beside:
                  fork:
                    branches:
                      - rest: { wait: PT1H }
                      - ears: { listen: { to: { one: { with: { type: org.example.word } } } } }
                      - parent: { run: { workflow: { namespace: conformance, name: child, version: '1.0.0' } } }
            catch: { do: [ { never: { set: { never: true } } } ] }
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: child, version: '1.0.0' }
      do: [ { long: { wait: PT1H } } ]
      """
    When the workflow is executed
    And PT5M passes
    And the runtime is killed
    And PT5M passes
    Then the workflow should fault with error:
      """yaml
      type: https://open-workflow-specification.org/spec/1.0.0/errors/timeout
      status: 408
      """
    And the workflow should end at 2026-11-21T10:10:00Z
    And rest should cancel
    And parent should cancel
    And instance 1 of child should be cancelled
    And never should not run
    When an event of type org.example.word arrives
    And PT2H passes
    Then the workflow should fault
    And the journal has 0 events of kind event-consumed

  @S42
  Scenario: 42.2 A workflow that ends in time is not faulted behind its end
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: ends-in-time, version: '1.0.0' }
      timeout: { after: '${ .limit }' }
      do: [ { rest: { wait: PT9M } }, { done: { set: { done: true } } } ]
      """
    And the workflow input is:
      """yaml
      limit: PT10M
      """
    And the runtime is killed after rest
    When the workflow is executed
    And PT1H passes
    Then the workflow should complete with output:
      """yaml
      done: true
      """
    And the workflow should end at 2026-11-21T10:09:00Z
    And the journal has 0 events of kind instance-faulted

  @S42
  Scenario: 42.3 The timeout of a workflow that another runs is an error there, which can be caught
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: caller, version: '1.0.0' }
      do:
        - guarded:
            try: [ { parent: { run: { workflow: { namespace: conformance, name: child, version: '1.0.0' } } } } ]
            catch: { errors: { with: { status: 408 } }, do: [ { told: { set: { late: true } } } ] }
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: child, version: '1.0.0' }
      timeout: { after: PT1M }
      do: [ { long: { wait: PT1H } } ]
      """
    And the runtime is killed before told
    When the workflow is executed
    And PT1M passes
    Then the workflow should complete with output:
      """yaml
      late: true
      """
    And instance 1 of child should be faulted
    And the workflow should end at 2026-11-21T10:01:00Z

  @S41
  Scenario Outline: 41.11 Whatever a task is made of, its timeout ends all of it
    Given the service at http://slow.example/ never answers
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: all-of-it, version: '1.0.0' }
      do:
        - guarded:
            try:
              - it: { timeout: { after: PT10S }, <task> }
            catch: { do: [ { told: { set: { status: '${ $error.status }', at: '${ $error.instance }' } } } ] }
        - behind: { wait: PT1H }
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: child, version: '1.0.0' }
      do: [ { long: { wait: PT30M } } ]
      """
    And the runtime is killed before told
    When the workflow is executed
    And PT5S passes
    And the runtime is killed
    And PT2H passes
    Then the workflow should complete with output:
      """yaml
      { status: 408, at: /do/0/guarded/try/0/it }
      """
    And told should end at 2026-11-21T10:00:10Z
    And it should fault

    Examples:
      | task                                                                                          |
      | wait: PT1M                                                                                    |
      | for: { in: '[ 1, 2, 3 ]' }, do: [ { rest: { wait: PT4S } } ]                                   |
      | fork: { branches: [ { a: { wait: PT1S } }, { b: { wait: PT1M } } ] }                          |
      | fork: { compete: true, branches: [ { a: { wait: PT1M } }, { b: { wait: PT2M } } ] }           |
      | listen: { to: { one: { with: { type: org.example.word } } } }                                 |
      | run: { workflow: { namespace: conformance, name: child, version: '1.0.0' } }                  |
      | call: http, with: { method: get, endpoint: 'http://slow.example/' }                           |

  @S41
  Scenario: 41.12 A child that is timed out in its parent is cancelled
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: parent, version: '1.0.0' }
      do:
        - guarded:
            try: [ { child: { timeout: { after: PT10S }, run: { workflow: { namespace: conformance, name: child, version: '1.0.0' } } } } ]
            catch: {}
        - behind: { wait: PT1H }
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: child, version: '1.0.0' }
      do: [ { long: { wait: PT30M } } ]
      """
    When the workflow is executed
    And PT10S passes
    Then instance 1 of child should be cancelled
    And the workflow should be waiting

  @S41 @S39
  Scenario: 41.13 Of a wait and a timeout that both passed while the workflow was suspended, the earlier one counts
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: both-passed, version: '1.0.0' }
      do:
        - outer: { timeout: { after: PT20M }, do: [ { rest: { wait: PT10M } }, { behind: { set: { behind: true } } } ] }
      """
    When the workflow is executed
    And the workflow is suspended
    And PT1H passes
    And the workflow is resumed
    Then the workflow should complete with output:
      """yaml
      behind: true
      """

  @S42 @S39
  Scenario: 42.4 The workflow's timeout goes on while it is suspended, and takes hold when it is resumed
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: while-suspended, version: '1.0.0' }
      timeout: { after: PT10M }
      do: [ { rest: { wait: PT1H } }, { never: { set: { never: true } } } ]
      """
    When the workflow is executed
    And PT1M passes
    And the workflow is suspended
    And PT30M passes
    And the runtime is killed
    Then the workflow should be suspended
    When the workflow is resumed
    Then the workflow should fault with error:
      """yaml
      status: 408
      """
    And never should not run
