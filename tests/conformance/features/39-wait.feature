Feature: Waits (statements 39 and 40)

  @S39
  Scenario: 39.2 However often the runtime is killed, a wait ends at the instant set when it began
    Given the clock stands at 2026-11-21T10:00:00Z
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: instant, version: '1.0.0' }
      do:
        - first: { wait: PT1H }
        - second: { wait: { hours: 2, minutes: 30 } }
        - done: { set: { done: true } }
      """
    And the runtime is killed after first
    When the workflow is executed
    And PT20M passes
    And the runtime is killed
    And PT20M passes
    And the runtime is killed
    And PT19M59S passes
    Then first should be waiting
    When PT1S passes
    Then first should end at 2026-11-21T11:00:00Z
    When PT1H passes
    And the runtime is killed
    And PT2H passes
    Then the workflow should complete
    And the workflow should end at 2026-11-21T13:30:00Z
    And the journal has 2 events of kind timer-set

  @S39
  Scenario: 39.3 A suspended wait keeps its instant: resumed before it, it ends in time
    Given the clock stands at 2026-11-21T10:00:00Z
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: resumed-early, version: '1.0.0' }
      do: [ { rest: { wait: PT1H } }, { done: { set: { done: true } } } ]
      """
    When the workflow is executed
    And PT10M passes
    And the workflow is suspended
    And PT30M passes
    And the runtime is killed
    And the workflow is resumed
    And PT20M passes
    Then the workflow should complete
    And the workflow should end at 2026-11-21T11:00:00Z

  @S39
  Scenario: 39.4 Resumed behind its instant, a wait ends at once
    Given the clock stands at 2026-11-21T10:00:00Z
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: resumed-late, version: '1.0.0' }
      do: [ { rest: { wait: PT1H } }, { done: { set: { done: true } } } ]
      """
    When the workflow is executed
    And the workflow is suspended
    And PT3H passes
    And the runtime is killed
    Then the workflow should be suspended
    And done should not run
    When the workflow is resumed
    Then the workflow should complete
    And rest should end at 2026-11-21T13:00:00Z

  @S39
  Scenario: 39.5 A wait whose instant passes while nothing runs ends as soon as the runtime is there again
    Given the clock stands at 2026-11-21T10:00:00Z
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: was-down, version: '1.0.0' }
      do:
        - rest: { wait: PT1H }
        - again: { wait: PT1H }
        - done: { set: { done: true } }
      """
    When the workflow is executed
    And PT30M passes
    And PT5H passes while the runtime is down
    Then rest should end at 2026-11-21T15:30:00Z
    And again should be waiting
    When PT1H passes
    Then the workflow should complete
    And the workflow should end at 2026-11-21T16:30:00Z

  @S39
  Scenario: 39.6 While it was down in the midst of a wait, nothing of the wait is lost
    Given the clock stands at 2026-11-21T10:00:00Z
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: down-within, version: '1.0.0' }
      do: [ { rest: { wait: PT1H } }, { done: { set: { done: true } } } ]
      """
    When the workflow is executed
    And PT10M passes
    And PT40M passes while the runtime is down
    Then rest should be waiting
    When PT10M passes
    Then the workflow should complete
    And the workflow should end at 2026-11-21T11:00:00Z

  @S39 @S18
  Scenario: 39.7 A jump back begins a new wait
    Given the clock stands at 2026-11-21T10:00:00Z
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: new-wait, version: '1.0.0' }
      do:
        - rest: { wait: '${ .pause }' }
        - count: { set: { pause: PT20M, rounds: '${ (.rounds // 0) + 1 }' } }
        - again: { switch: [ { more: { when: .rounds < 3, then: rest } } ] }
      """
    And the workflow input is:
      """yaml
      pause: PT10M
      """
    When the workflow is executed
    And PT15M passes
    And the runtime is killed
    And PT40M passes
    Then the workflow should complete
    And the workflow should end at 2026-11-21T10:50:00Z

  @S39
  Scenario: 39.8 A wait hands its input on
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: hands-on, version: '1.0.0' }
      do: [ { rest: { input: { from: .inner }, wait: { seconds: 5 }, output: { as: '. + { waited: true }' } } } ]
      """
    And the workflow input is:
      """yaml
      inner: { n: 1 }
      """
    When the workflow is executed
    And PT5S passes
    Then the workflow should complete with output:
      """yaml
      { n: 1, waited: true }
      """

  @S40
  Scenario Outline: 40.1 Days and weeks are hours, whatever the clocks of the zone do
    Given the clock stands at 2026-10-24T12:00:00Z
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: days, version: '1.0.0', metadata: { peygir: { zone: Europe/Berlin } } }
      do: [ { rest: { wait: <duration> } } ]
      """
    When the workflow is executed
    And PT1000H passes
    Then the workflow should complete
    And the workflow should end at <instant>

    Examples:
      | duration             | instant              |
      | P1D                  | 2026-10-25T12:00:00Z |
      | P1W                  | 2026-10-31T12:00:00Z |
      | { days: 1 }          | 2026-10-25T12:00:00Z |
      | P1DT1H               | 2026-10-25T13:00:00Z |
      | { days: 1, hours: 1 } | 2026-10-25T13:00:00Z |
      | P2W                  | 2026-11-07T12:00:00Z |

  @S40
  Scenario Outline: 40.2 Months and years are Gregorian, counted in the flow's zone, and warned of
    Given the clock stands at <start>
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: months, version: '1.0.0', metadata: { peygir: { zone: <zone> } } }
      do: [ { rest: { wait: <duration> } } ]
      """
    When the workflow is executed
    And P400D passes
    Then the workflow should complete
    And the workflow should end at <instant>
    And the definition should be warned of with PG-D016

    Examples:
      | start                | zone          | duration | instant              |
      | 2026-01-31T12:00:00Z | UTC           | P1M      | 2026-02-28T12:00:00Z |
      | 2026-03-15T12:00:00Z | Europe/Berlin | P1M      | 2026-04-15T11:00:00Z |
      | 2026-01-30T20:30:00Z | Asia/Tehran   | P1M      | 2026-02-27T20:30:00Z |
      | 2027-03-01T00:00:00Z | UTC           | P1Y      | 2028-03-01T00:00:00Z |

  @S40
  Scenario: 40.3 The month of a wait is counted from its beginning, wherever the runtime is killed
    Given the clock stands at 2026-01-31T12:00:00Z
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: month-killed, version: '1.0.0', metadata: { peygir: { zone: UTC } } }
      do: [ { rest: { wait: P1M } } ]
      """
    When the workflow is executed
    And P15D passes
    And the runtime is killed
    And P15D passes
    Then the workflow should complete
    And the workflow should end at 2026-02-28T12:00:00Z

  @S40
  Scenario Outline: 40.4 What is no duration is refused
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: no-duration, version: '1.0.0' }
      do: [ { rest: { wait: <duration> } } ]
      """
    Then the definition should be refused with PG-D012

    Examples:
      | duration |
      | 1h       |
      | P        |
      | PT       |
      | -PT1H    |
