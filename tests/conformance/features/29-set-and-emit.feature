Feature: Set and emit (statements 29 and 30)

  @S29
  Scenario: 29.1 "set" replaces the data
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: replace, version: '1.0.0' }
      do:
        - one: { set: { a: 1 } }
        - two: { set: { b: 2 } }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      b: 2
      """

  @S29
  Scenario: 29.2 "emit" puts out the whole event
    Given the clock stands at 2026-11-21T10:00:00Z
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: emit, version: '1.0.0' }
      do:
        - tell: { emit: { event: { with: { source: 'https://example.org/here', type: org.example.told, data: { n: '${ .n }' }, priority: high } } } }
      """
    And the workflow input is:
      """yaml
      n: 3
      """
    When the workflow is executed
    Then the workflow should complete
    And the workflow output should have properties 'id', 'specversion', 'time', 'source', 'type', 'data', 'priority'
    And the workflow output should have a 'data' property with value:
      """yaml
      n: 3
      """
    And the workflow output should have a 'priority' property with value:
      """yaml
      high
      """
    And 1 event of type org.example.told was emitted

  @S30
  Scenario: 30.1 An event keeps its id where the runtime is killed behind it
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: emit-once, version: '1.0.0' }
      do:
        - tell: { emit: { event: { with: { source: 'https://example.org/here', type: org.example.told } } } }
        - keep: { set: { id: '${ .id }' } }
        - rest: { wait: PT1M }
        - compare: { set: { kept: '${ .id | length > 0 }' } }
      """
    And the runtime is killed after keep
    When the workflow is executed
    And PT1M passes
    Then the workflow should complete with output:
      """yaml
      kept: true
      """
    And 1 event of type org.example.told was emitted
