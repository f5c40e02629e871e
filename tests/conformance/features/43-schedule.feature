Feature: Schedules (statements 43 and 44)

  Background:
    Given the clock stands at 2026-11-21T10:00:00Z

  @S43
  Scenario: 43.1 "every" starts runs whether or not others still run
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: hourly, version: '1.0.0' }
      schedule: { every: PT1H }
      do: [ { long: { wait: PT90M } }, { done: { set: { input: '${ . }', done: true } } } ]
      """
    When the workflow is deployed
    Then 0 instances of hourly have been started
    When PT1H passes
    Then 1 instance of hourly has been started
    When PT30M passes
    And the runtime is killed
    And PT1H45M passes
    Then 3 instances of hourly have been started
    And instance 1 of hourly should complete with output:
      """yaml
      { input: {}, done: true }
      """
    And instance 2 of hourly should be waiting
    And instance 3 of hourly should be waiting
    When PT15M passes
    Then instance 2 of hourly should be completed

  @S43
  Scenario: 43.2 "after" counts from the end of the run before
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: afterwards, version: '1.0.0' }
      schedule: { after: PT1H }
      do: [ { long: { wait: PT2H } } ]
      """
    When the workflow is deployed
    And PT1H passes
    Then 1 instance of afterwards has been started
    When PT1H59M passes
    And the runtime is killed
    Then instance 1 of afterwards should be waiting
    And 1 instance of afterwards has been started
    When PT1M passes
    Then instance 1 of afterwards should be completed
    When PT30M passes
    And the runtime is killed
    And PT29M passes
    Then 1 instance of afterwards has been started
    When PT1M passes
    Then 2 instances of afterwards have been started

  @S43
  Scenario: 43.3 "after" counts from a fault as well
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: faults, version: '1.0.0' }
      schedule: { after: PT1H }
      do: [ { short: { wait: PT30M } }, { broken: { raise: { error: { type: 'https://example.org/broken', status: 500 } } } } ]
      """
    And the runtime is killed after broken
    When the workflow is deployed
    And PT1H30M passes
    Then instance 1 of faults should be faulted
    When PT59M passes
    Then 1 instance of faults has been started
    When PT1M passes
    Then 2 instances of faults have been started

  @S43
  Scenario: 43.4 "after" counts from a cancel as well
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: cancelled, version: '1.0.0' }
      schedule: { after: PT1H }
      do: [ { long: { wait: P30D } } ]
      """
    When the workflow is deployed
    And PT5H passes
    Then 1 instance of cancelled has been started
    When the workflow is cancelled
    Then instance 1 of cancelled should be cancelled
    When PT59M passes
    And the runtime is killed
    Then 1 instance of cancelled has been started
    When PT1M passes
    Then 2 instances of cancelled have been started

  @S43
  Scenario: 43.5 Ticks that were missed while nothing ran start one run, and the clock of the schedule goes on
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: missed, version: '1.0.0' }
      schedule: { every: PT1H }
      do: [ { at: { set: { at: '${ now | floor }' } } } ]
      """
    When the workflow is deployed
    And PT1H passes
    And PT3H20M passes while the runtime is down
    Then 2 instances of missed have been started
    And instance 2 of missed should complete with output:
      """yaml
      at: 1795270800
      """
    When PT40M passes
    Then 3 instances of missed have been started
    And instance 3 of missed should complete with output:
      """yaml
      at: 1795273200
      """

  @S43
  Scenario Outline: 43.6 What becomes of missed ticks can be said otherwise
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: policy, version: '1.0.0', metadata: { peygir: { catchUp: <policy> } } }
      schedule: { every: PT1H }
      do: [ { done: { set: { done: true } } } ]
      """
    When the workflow is deployed
    And PT3H20M passes while the runtime is down
    Then <missed> instances of policy have been started
    When PT40M passes
    Then <later> instances of policy have been started

    Examples:
      | policy | missed | later |
      | once   | 1      | 2     |
      | skip   | 0      | 1     |
      | all    | 3      | 4     |

  @S43
  Scenario Outline: 43.7 What becomes of a tick while a run goes on can be said otherwise
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: policy, version: '1.0.0', metadata: { peygir: { overlap: <policy> } } }
      schedule: { every: PT1H }
      do: [ { long: { wait: PT2H30M } } ]
      """
    When the workflow is deployed
    And PT3H15M passes
    And the runtime is killed
    Then <running> instances of policy have been started
    When PT30M passes
    Then <later> instances of policy have been started
    When PT15M passes
    Then <last> instances of policy have been started

    Examples:
      | policy | running | later | last |
      | allow  | 3       | 3     | 4    |
      | skip   | 1       | 1     | 2    |
      | queue  | 1       | 2     | 2    |

  @S43
  Scenario Outline: 43.8 "cron" is read in the zone of the flow
    Given the clock stands at <start>
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: morning, version: '1.0.0', metadata: { peygir: { zone: <zone> } } }
      schedule: { cron: '30 8 * * *' }
      do: [ { at: { set: { at: '${ now | todate }' } } } ]
      """
    When the workflow is deployed
    And P2D passes
    Then 2 instances of morning have been started
    And instance 1 of morning should complete with output:
      """yaml
      at: '<first>'
      """
    And instance 2 of morning should complete with output:
      """yaml
      at: '<second>'
      """

    Examples:
      | start                | zone          | first                | second               |
      | 2026-11-21T10:00:00Z | Asia/Tehran   | 2026-11-22T05:00:00Z | 2026-11-23T05:00:00Z |
      | 2026-11-21T10:00:00Z | UTC           | 2026-11-22T08:30:00Z | 2026-11-23T08:30:00Z |
      | 2026-10-23T10:00:00Z | Europe/Berlin | 2026-10-24T06:30:00Z | 2026-10-25T07:30:00Z |

  @S43
  Scenario: 43.9 Several starters apply beside each other
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: several, version: '1.0.0', metadata: { peygir: { zone: UTC } } }
      schedule: { every: PT2H, cron: '0 11 * * *', on: { one: { with: { type: org.example.now } } } }
      do: [ { done: { set: { input: '${ . }' } } } ]
      """
    When the workflow is deployed
    And PT30M passes
    And an event of type org.example.now arrives with data:
      """yaml
      asked
      """
    Then 1 instance of several has been started
    And instance 1 of several should complete with output:
      """yaml
      input: [ asked ]
      """
    When PT30M passes
    Then 2 instances of several have been started
    When PT1H passes
    Then 3 instances of several have been started
    And instance 3 of several should complete with output:
      """yaml
      input: {}
      """

  @S43
  Scenario: 43.10 A schedule does not begin anew with the runtime
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: keeps-time, version: '1.0.0' }
      schedule: { every: PT1H }
      do: [ { done: { set: { done: true } } } ]
      """
    When the workflow is deployed
    And PT50M passes
    And the runtime is killed
    And PT10M passes
    Then 1 instance of keeps-time has been started
    When PT50M passes
    And PT5M passes while the runtime is down
    And PT5M passes
    Then 2 instances of keeps-time have been started

  @S43
  Scenario Outline: 43.11 What is no schedule is refused
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: no-schedule, version: '1.0.0' }
      schedule: <schedule>
      do: [ { done: { set: { done: true } } } ]
      """
    Then the definition should be refused with <code>

    Examples:
      | schedule                  | code    |
      | { cron: hello }           | PG-D031 |
      | { cron: '61 * * * *' }    | PG-D031 |
      | { every: often }          | PG-D012 |
      | { every: PT0S }           | PG-D012 |
      | { evry: PT1H }            | PG-D003 |
      | { }                       | PG-D002 |

  @S44
  Scenario: 44.1 Every matching event starts an instance, whose input is an array
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: per-event, version: '1.0.0' }
      schedule: { on: { any: [ { with: { type: org.example.a } }, { with: { type: org.example.b, data: '${ .n > 5 }' } } ] } }
      do: [ { rest: { wait: PT1M } }, { done: { set: { heard: '${ . }' } } } ]
      """
    And the runtime is killed before done
    When the workflow is deployed
    And an event of type org.example.a arrives with data:
      """yaml
      n: 1
      """
    And an event of type org.example.b arrives with data:
      """yaml
      n: 2
      """
    And an event of type org.example.c arrives
    And the runtime is killed
    And an event of type org.example.b arrives with data:
      """yaml
      n: 6
      """
    Then 2 instances of per-event have been started
    When PT1M passes
    Then instance 1 of per-event should complete with output:
      """yaml
      heard: [ { n: 1 } ]
      """
    And instance 2 of per-event should complete with output:
      """yaml
      heard: [ { n: 6 } ]
      """

  @S44
  Scenario: 44.2 What is read of the event is the schedule's to say
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: envelope, version: '1.0.0' }
      schedule: { on: { one: { with: { type: org.example.a } } }, read: envelope }
      do: [ { done: { set: { id: '${ .[0].id }', data: '${ .[0].data }', count: '${ length }' } } } ]
      """
    When the workflow is deployed
    And an event arrives:
      | field | value         |
      | type  | org.example.a |
      | id    | e-1           |
      | data  | { n: 1 }      |
    Then instance 1 of envelope should complete with output:
      """yaml
      { id: e-1, data: { n: 1 }, count: 1 }
      """

  @S44
  Scenario: 44.3 The same event starts one instance, however often it comes and whatever happened between
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: once, version: '1.0.0' }
      schedule: { on: { one: { with: { type: org.example.a } } } }
      do: [ { done: { set: { done: true } } } ]
      """
    When the workflow is deployed
    And an event arrives:
      | field  | value              |
      | type   | org.example.a      |
      | source | https://a.example/ |
      | id     | 1                  |
    And the same event arrives again
    And the runtime is killed
    And P1D passes
    And the same event arrives again
    Then 1 instance of once has been started
    When an event arrives:
      | field  | value              |
      | type   | org.example.a      |
      | source | https://b.example/ |
      | id     | 1                  |
    Then 2 instances of once have been started

  @S44
  Scenario: 44.4 Where all of several events are wanted, what came before a restart counts behind it
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: all-of, version: '1.0.0' }
      schedule: { on: { all: [ { with: { type: org.example.a } }, { with: { type: org.example.b } } ] } }
      do: [ { done: { set: { heard: '${ . }' } } } ]
      """
    When the workflow is deployed
    And an event of type org.example.b arrives with data:
      """yaml
      b1
      """
    And the runtime is killed
    And P1D passes
    Then 0 instances of all-of have been started
    When an event of type org.example.a arrives with data:
      """yaml
      a1
      """
    Then 1 instance of all-of has been started
    And instance 1 of all-of should complete with output:
      """yaml
      heard: [ b1, a1 ]
      """
    When an event of type org.example.a arrives with data:
      """yaml
      a2
      """
    And the runtime is killed
    Then 1 instance of all-of has been started
    When an event of type org.example.b arrives with data:
      """yaml
      b2
      """
    Then instance 2 of all-of should complete with output:
      """yaml
      heard: [ a2, b2 ]
      """

  @S44 @S34
  Scenario: 44.5 Correlation of a schedule's events survives a restart too
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: correlated, version: '1.0.0' }
      schedule:
        on:
          all:
            - { with: { type: org.example.ordered }, correlate: { order: { from: .data.order } } }
            - { with: { type: org.example.paid }, correlate: { order: { from: .data.order } } }
      do: [ { done: { set: { orders: '${ map(.order) }' } } } ]
      """
    When the workflow is deployed
    And an event of type org.example.ordered arrives with data:
      """yaml
      order: 1
      """
    And the runtime is killed
    And an event of type org.example.paid arrives with data:
      """yaml
      order: 2
      """
    Then 0 instances of correlated have been started
    When an event of type org.example.paid arrives with data:
      """yaml
      order: 1
      """
    Then 1 instance of correlated has been started
    And instance 1 of correlated should complete with output:
      """yaml
      orders: [ 1, 1 ]
      """

  @S43 @S40
  Scenario: 43.13 "every" month is a Gregorian month of the flow's zone
    Given the clock stands at 2026-01-15T12:00:00Z
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: monthly, version: '1.0.0', metadata: { peygir: { zone: UTC } } }
      schedule: { every: P1M }
      do: [ { at: { set: { at: '${ now | todate }' } } } ]
      """
    When the workflow is deployed
    And P31D passes
    Then instance 1 of monthly should complete with output:
      """yaml
      at: '2026-02-15T12:00:00Z'
      """
    When P28D passes
    Then instance 2 of monthly should complete with output:
      """yaml
      at: '2026-03-15T12:00:00Z'
      """

  @S43
  Scenario: 43.14 A pause of "after" that passes while nothing runs ends as soon as the runtime is there again
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: pause, version: '1.0.0' }
      schedule: { after: PT1H }
      do: [ { at: { set: { at: '${ now | todate }' } } } ]
      """
    When the workflow is deployed
    And PT1H passes
    And PT5H passes while the runtime is down
    Then 2 instances of pause have been started
    And instance 2 of pause should complete with output:
      """yaml
      at: '2026-11-21T16:00:00Z'
      """
    When PT59M passes
    Then 2 instances of pause have been started
    When PT1M passes
    Then 3 instances of pause have been started

  @S44 @S32
  Scenario: 44.6 Events up to one that ends them start one instance together
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: together, version: '1.0.0' }
      schedule:
        on:
          any: [ { with: { type: org.example.reading } } ]
          until: { one: { with: { type: org.example.stop } } }
      do: [ { done: { set: { heard: '${ . }' } } } ]
      """
    When the workflow is deployed
    And an event of type org.example.reading arrives with data:
      """yaml
      1
      """
    And the runtime is killed
    And an event of type org.example.reading arrives with data:
      """yaml
      2
      """
    And the same event arrives again
    Then 0 instances of together have been started
    When an event of type org.example.stop arrives
    Then 1 instance of together has been started
    And instance 1 of together should complete with output:
      """yaml
      heard: [ 1, 2 ]
      """
    When the same event arrives again
    Then 1 instance of together has been started

  @S44
  Scenario: 44.7 An event on which a filter's expression fails does not satisfy it, and does no harm to the schedule
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: harmless, version: '1.0.0' }
      schedule:
        on:
          all:
            - { with: { type: org.example.ordered, data: '${ .order > 0 }' } , correlate: { order: { from: .data.order } } }
            - { with: { type: org.example.paid }, correlate: { order: { from: .data.order } } }
      do: [ { done: { set: { orders: '${ map(.order) }' } } } ]
      """
    When the workflow is deployed
    And an event of type org.example.ordered arrives with data:
      """yaml
      no order at all
      """
    And an event of type org.example.ordered arrives with data:
      """yaml
      order: 1
      """
    And an event of type org.example.paid arrives with data:
      """yaml
      no order at all
      """
    And the runtime is killed
    And an event of type org.example.paid arrives with data:
      """yaml
      order: 1
      """
    Then 1 instance of harmless has been started
    And instance 1 of harmless should complete with output:
      """yaml
      orders: [ 1, 1 ]
      """
