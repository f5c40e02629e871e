Feature: Mailboxes, restarts and timeouts of listeners (statements 36 to 38)

  Background:
    Given the clock stands at 2026-11-21T10:00:00Z

  @S36
  Scenario: 36.1 An event that names the instance waits for its listener
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: kept, version: '1.0.0' }
      do:
        - rest: { wait: PT1M }
        - hear: { listen: { to: { one: { with: { type: org.example.word } } } } }
      """
    When the workflow is executed
    And an event arrives:
      | field   | value            |
      | type    | org.example.word |
      | subject | the workflow     |
      | data    | { n: 1 }         |
    And an event arrives:
      | field   | value            |
      | type    | org.example.word |
      | subject | the workflow     |
      | data    | { n: 2 }         |
    And the runtime is killed
    And PT1M passes
    Then the workflow should complete with output:
      """yaml
      [ { n: 1 } ]
      """
    And the workflow should end at 2026-11-21T10:01:00Z

  @S36
  Scenario: 36.2 An event that names nobody is not kept for who listens later
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: not-kept, version: '1.0.0' }
      do:
        - rest: { wait: PT1M }
        - hear: { listen: { to: { one: { with: { type: org.example.word } } } } }
      """
    When the workflow is executed
    And an event of type org.example.word arrives with data:
      """yaml
      early
      """
    And PT1M passes
    Then hear should be waiting
    When an event of type org.example.word arrives with data:
      """yaml
      in time
      """
    Then the workflow should complete with output:
      """yaml
      [ in time ]
      """

  @S36
  Scenario: 36.3 What an instance emits it can listen for afterwards, and others can't take it from there
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: to-itself, version: '1.0.0' }
      do:
        - tell: { emit: { event: { with: { type: org.example.word, data: { n: '${ .n }' } } } } }
        - rest: { wait: PT1M }
        - hear: { listen: { to: { one: { with: { type: org.example.word } } } } }
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: stranger, version: '1.0.0' }
      do: [ { ears: { listen: { to: { one: { with: { type: org.example.word } } } } } } ]
      """
    And the workflow input is:
      """yaml
      n: 4
      """
    And the runtime is killed after tell
    When the workflow to-itself is executed
    And PT1M passes
    Then the workflow should complete with output:
      """yaml
      [ { n: 4 } ]
      """
    When the workflow stranger is executed
    Then ears should be waiting

  @S36
  Scenario: 36.4 The same event counts once for a listener, and another one with its id from elsewhere counts too
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: once, version: '1.0.0' }
      do: [ { hear: { listen: { to: { any: [], until: 'length == 3' } } } } ]
      """
    When the workflow is executed
    And an event arrives:
      | field  | value               |
      | type   | org.example.word    |
      | source | https://a.example/  |
      | id     | 1                   |
      | data   | { from: a }         |
    And the same event arrives again
    And the runtime is killed
    And the same event arrives again
    Then the journal has 1 event of kind event-consumed
    When an event arrives:
      | field  | value               |
      | type   | org.example.word    |
      | source | https://b.example/  |
      | id     | 1                   |
      | data   | { from: b }         |
    Then hear should be waiting
    When an event arrives:
      | field  | value               |
      | type   | org.example.word    |
      | source | https://a.example/  |
      | id     | 2                   |
      | data   | { from: a, n: 2 }   |
    Then the workflow should complete with output:
      """yaml
      [ { from: a }, { from: b }, { from: a, n: 2 } ]
      """

  @S36
  Scenario: 36.5 One event reaches every listener that wants it, each once
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: both, version: '1.0.0' }
      do:
        - beside:
            fork:
              branches:
                - left: { listen: { to: { one: { with: { type: org.example.word } } } } }
                - right: { listen: { to: { any: [ { with: { type: org.example.word } } ], until: 'length == 2' } } }
      """
    When the workflow is executed
    And an event of type org.example.word arrives with data:
      """yaml
      1
      """
    And the runtime is killed
    And the same event arrives again
    Then left should complete
    And right should be waiting
    When an event of type org.example.word arrives with data:
      """yaml
      2
      """
    Then the workflow should complete with output:
      """yaml
      [ [ 1 ], [ 1, 2 ] ]
      """

  @S36
  Scenario: 36.6 An event is given to one activation of a listener: behind a jump back it is not there again
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: used-up, version: '1.0.0' }
      do:
        - rest: { wait: PT1M }
        - hear: { listen: { to: { one: { with: { type: org.example.word } } } }, export: { as: '$context + { heard: (($context.heard // []) + .) }' } }
        - again: { switch: [ { once: { when: ($context.heard | length) < 2, then: hear } } ] }
      """
    When the workflow is executed
    And an event arrives:
      | field   | value            |
      | type    | org.example.word |
      | subject | the workflow     |
      | data    | 1                |
    And PT1M passes
    Then hear should run 2 times
    And the workflow should be waiting
    When the runtime is killed
    And an event of type org.example.word arrives with data:
      """yaml
      2
      """
    Then the workflow should complete
    And the context should be:
      """yaml
      heard: [ 1, 2 ]
      """

  @S37
  Scenario: 37.1 Instances that wait receive their events behind a restart, each its own
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: waiting, version: '1.0.0' }
      do:
        - hear:
            listen:
              to:
                one: { with: { type: org.example.word }, correlate: { who: { from: .data.who, expect: '${ .who }' } } }
        - done: { set: { who: '${ .[0].who }', text: '${ .[0].text }' } }
      """
    And the workflow input is:
      """yaml
      who: first
      """
    When the workflow is executed
    Given the workflow input is:
      """yaml
      who: second
      """
    When the workflow is executed
    And P3D passes
    And the runtime is killed
    And an event of type org.example.word arrives with data:
      """yaml
      { who: second, text: two }
      """
    And the runtime is killed
    Then instance 1 of waiting should be waiting
    And instance 2 of waiting should complete with output:
      """yaml
      { who: second, text: two }
      """
    When an event of type org.example.word arrives with data:
      """yaml
      { who: first, text: one }
      """
    Then instance 1 of waiting should complete with output:
      """yaml
      { who: first, text: one }
      """

  @S37
  Scenario: 37.2 What comes while an instance is suspended is there when it is resumed, restarted or not
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: suspended, version: '1.0.0' }
      do: [ { hear: { listen: { to: { all: [ { with: { type: org.example.a } }, { with: { type: org.example.b } } ] } } } } ]
      """
    When the workflow is executed
    And an event of type org.example.a arrives with data:
      """yaml
      a
      """
    And the workflow is suspended
    And an event of type org.example.b arrives with data:
      """yaml
      b
      """
    Then the workflow should be suspended
    When the runtime is killed
    And the workflow is resumed
    Then the workflow should complete with output:
      """yaml
      [ a, b ]
      """

  @S38
  Scenario: 38.1 Where the timeout came first, the event behind it changes nothing
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: timeout-first, version: '1.0.0' }
      do:
        - guarded:
            try: [ { hear: { timeout: { after: PT1M }, listen: { to: { one: { with: { type: org.example.word } } } } } } ]
            catch: { errors: { with: { status: 408 } }, do: [ { late: { set: { late: true } } } ] }
        - rest: { wait: PT1M }
      """
    When the workflow is executed
    And the clock reaches 2026-11-21T10:01:00Z
    And an event of type org.example.word arrives
    And the runtime is killed
    And PT1M passes
    Then the workflow should complete with output:
      """yaml
      late: true
      """
    And hear should fault
    And the journal has 0 events of kind event-consumed

  @S38
  Scenario: 38.2 Where the event came first, the timeout behind it changes nothing
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: event-first, version: '1.0.0' }
      do:
        - guarded:
            try: [ { hear: { timeout: { after: PT1M }, listen: { to: { one: { with: { type: org.example.word } } } } } } ]
            catch: { errors: { with: { status: 408 } }, do: [ { late: { set: { late: true } } } ] }
        - rest: { wait: PT1M }
      """
    And the runtime is killed after hear
    When the workflow is executed
    And PT59.999S passes
    And an event of type org.example.word arrives with data:
      """yaml
      in time
      """
    And PT2M passes
    Then the workflow should complete with output:
      """yaml
      [ in time ]
      """
    And late should not run
    And the journal has 0 events of kind task-faulted

  @S38
  Scenario: 38.3 An event of the same instant as the timeout is decided once, and stays so
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: same-instant, version: '1.0.0' }
      do:
        - beside:
            fork:
              branches:
                - ears:
                    try: [ { hear: { timeout: { after: PT1M }, listen: { to: { one: { with: { type: org.example.word } } } } } } ]
                    catch: { errors: { with: { status: 408 } }, do: [ { late: { set: { late: true } } } ] }
                - mouth: { do: [ { rest: { wait: PT1M } }, { tell: { emit: { event: { with: { type: org.example.word, data: told } } }, output: { as: .data } } } ] }
        - behind: { wait: PT1M }
      """
    And the runtime is killed after tell
    When the workflow is executed
    And PT5M passes
    Then the workflow should complete with output:
      """yaml
      [ { late: true }, told ]
      """
    And late should run 1 time
    And the journal has 0 events of kind event-consumed

  @S38
  Scenario: 38.4 An event that is told at the very instant of the timeout does not undo it, whoever stands first
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: told-first, version: '1.0.0' }
      do:
        - beside:
            fork:
              branches:
                - mouth: { do: [ { rest: { wait: PT1M } }, { tell: { emit: { event: { with: { type: org.example.word, data: told } } }, output: { as: .data } } } ] }
                - ears:
                    try: [ { hear: { timeout: { after: PT1M }, listen: { to: { one: { with: { type: org.example.word } } } } } } ]
                    catch: { errors: { with: { status: 408 } }, do: [ { late: { set: { late: true } } } ] }
        - behind: { wait: PT1M }
      """
    And the runtime is killed after tell
    When the workflow is executed
    And PT5M passes
    Then the workflow should complete with output:
      """yaml
      [ told, { late: true } ]
      """
    And the journal has 0 events of kind event-consumed

  @S36
  Scenario: 36.7 A listener that wants several reads its mailbox oldest first and leaves the rest for the next
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: oldest-first, version: '1.0.0' }
      do:
        - rest: { wait: PT1M }
        - hear: { listen: { to: { any: [ { with: { type: org.example.word } } ], until: 'length == 2' } }, export: { as: '{ first: . }' } }
        - next: { listen: { to: { one: { with: { type: org.example.word } } } } }
        - done: { set: { first: '${ $context.first }', next: '${ . }' } }
      """
    And the runtime is killed before hear
    When the workflow is executed
    And an event arrives:
      | field   | value            |
      | type    | org.example.word |
      | subject | the workflow     |
      | data    | 1                |
    And an event arrives:
      | field   | value             |
      | type    | org.example.other |
      | subject | the workflow      |
      | data    | 0                 |
    And an event arrives:
      | field   | value            |
      | type    | org.example.word |
      | subject | the workflow     |
      | data    | 2                |
    And an event arrives:
      | field   | value            |
      | type    | org.example.word |
      | subject | the workflow     |
      | data    | 3                |
    And PT1M passes
    Then the workflow should complete with output:
      """yaml
      { first: [ 1, 2 ], next: [ 3 ] }
      """

  @S36
  Scenario: 36.8 An event that names one instance is not for another that listens for the like later
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: mine, version: '1.0.0' }
      do:
        - rest: { wait: PT1M }
        - hear: { listen: { to: { one: { with: { type: org.example.word } } } } }
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: yours, version: '1.0.0' }
      do:
        - rest: { wait: PT1M }
        - ears: { listen: { to: { one: { with: { type: org.example.word } } } } }
      """
    When the workflow yours is executed
    And the workflow mine is executed
    And an event arrives:
      | field   | value            |
      | type    | org.example.word |
      | subject | the workflow     |
      | data    | { n: 1 }         |
    And PT1M passes
    Then the workflow should complete with output:
      """yaml
      [ { n: 1 } ]
      """
    And instance 1 of yours should be waiting
