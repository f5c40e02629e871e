Feature: What set puts and emit sends (statements 29 and 30)

  @S29
  Scenario: 29.3 "set" evaluates every value against its input, not against what it has set so far
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: at-once, version: '1.0.0' }
      do:
        - swap: { set: { a: '${ .b }', b: '${ .a }', deep: { list: [ '${ .a }', { b: '${ .b }' } ] } } }
      """
    And the workflow input is:
      """yaml
      { a: 1, b: 2 }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      { a: 2, b: 1, deep: { list: [ 1, { b: 2 } ] } }
      """

  @S29
  Scenario: 29.4 "set" to one expression replaces the data by its value
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: whole, version: '1.0.0' }
      do:
        - take: { set: '${ .inner }' }
      """
    And the workflow input is:
      """yaml
      { inner: { n: 1 }, other: 2 }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      n: 1
      """

  @S29
  Scenario: 29.5 Id, time and version of an event are the engine's, its source the flow where none is said
    Given the clock stands at 2026-11-21T10:00:00Z
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: whose, version: '1.0.0' }
      do:
        - rest: { wait: PT90S }
        - tell:
            emit: { event: { with: { type: org.example.told, subject: '${ "s-\(.n)" }', data: '${ [ .n ] }' } } }
            output: { as: '{ specversion, time, source, type, subject, data, more: (keys | length), id: (.id | length > 10) }' }
      """
    And the workflow input is:
      """yaml
      n: 3
      """
    When the workflow is executed
    And PT2M passes
    Then the workflow should complete with output:
      """yaml
      specversion: '1.0'
      time: '2026-11-21T10:01:30Z'
      source: /flows/conformance/whose
      type: org.example.told
      subject: s-3
      data: [ 3 ]
      more: 7
      id: true
      """

  @S30
  Scenario: 30.2 An event reaches its listener once, with the same id, wherever the runtime is killed
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: teller, version: '1.0.0' }
      do:
        - rest: { wait: PT1M }
        - tell:
            emit: { event: { with: { source: 'https://example.org/teller', type: org.example.told, data: { n: 7 }, priority: high, weight: 3 } } }
            export: { as: '{ id: .id }' }
        - kept: { set: { id: '${ $context.id }' } }
        - pause: { wait: PT1M }
        - end: { set: { same: '${ .id == $context.id }' } }
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: hearer, version: '1.0.0' }
      schedule: { on: { one: { with: { type: org.example.told } } }, read: envelope }
      do:
        - heard: { set: { n: '${ .[0].data.n }', source: '${ .[0].source }', priority: '${ .[0].priority }', weight: '${ .[0].weight }' } }
      """
    And the runtime is killed before tell
    And the runtime is killed after kept
    When the workflow is executed
    And PT1M passes
    And the runtime is killed
    And PT1M passes
    Then the workflow should complete with output:
      """yaml
      same: true
      """
    And 1 event of type org.example.told was emitted
    And 1 instance of hearer has been started
    And instance 1 of hearer should complete with output:
      """yaml
      { n: 7, source: 'https://example.org/teller', priority: high, weight: 3 }
      """

  @S30
  Scenario: 30.3 Every emission has an id of its own
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: own-ids, version: '1.0.0' }
      do:
        - walk:
            for: { in: '[ 1, 2, 3 ]' }
            do:
              - tell: { emit: { event: { with: { type: org.example.told, data: '${ $item }' } } }, output: { as: '$input + { ids: ($input.ids + [ .id ]) }' } }
        - count: { set: { ids: '${ .ids | unique | length }' } }
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: hearer, version: '1.0.0' }
      schedule: { on: { one: { with: { type: org.example.told } } } }
      do: [ { heard: { set: { n: '${ .[0] }' } } } ]
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      ids: 3
      """
    And 3 instances of hearer have been started
    And instance 3 of hearer should complete with output:
      """yaml
      n: 3
      """

  @S30
  Scenario: 30.4 An event without a type is refused
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: no-type, version: '1.0.0' }
      do: [ { tell: { emit: { event: { with: { source: 'https://example.org/' } } } } } ]
      """
    Then the definition should be refused with PG-D002

  @S30
  Scenario: 30.5 An attribute that can't be made out is an error of the task, and nothing is sent
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: broken-data, version: '1.0.0' }
      do: [ { tell: { emit: { event: { with: { type: org.example.told, data: { sum: '${ .text + 1 }' } } } } } } ]
      """
    And the workflow input is:
      """yaml
      text: a
      """
    When the workflow is executed
    Then the workflow should fault with error:
      """yaml
      type: https://open-workflow-specification.org/spec/1.0.0/errors/expression
      status: 400
      instance: /do/0/tell
      """
    And 0 events of type org.example.told were emitted
