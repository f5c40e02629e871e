Feature: Lifecycle events (statements 66 to 68)

  @S66 @S67
  Scenario: 66.1 Each transition is told once, created before started
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: lifecycle, version: '1.0.0' }
      do:
        - one: { set: { x: 1 } }
        - rest: { wait: PT1M }
      """
    When the workflow is executed
    And PT1M passes
    Then the workflow should complete
    And the lifecycle events are:
      | type               | task |
      | workflow.started   |      |
      | task.created       | one  |
      | task.started       | one  |
      | task.completed     | one  |
      | task.created       | rest |
      | task.started       | rest |
      | task.completed     | rest |
      | workflow.completed |      |

  @S67 @S23
  Scenario: 67.1 A branch that loses is cancelled, not faulted
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: loser, version: '1.0.0' }
      do:
        - race: { fork: { compete: true, branches: [ { slow: { wait: PT2M } }, { quick: { wait: PT1M } } ] } }
      """
    When the workflow is executed
    And PT1M passes
    Then the workflow should complete
    And slow should cancel
    And the journal has 0 events of kind task-faulted

  @S68 @S39
  Scenario: 68.1 A suspended workflow waits for a person, and its timers fire when it goes on
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: suspended, version: '1.0.0' }
      do:
        - rest: { wait: PT1M }
        - done: { set: { done: true } }
      """
    When the workflow is executed
    And the workflow is suspended
    And PT5M passes
    Then the workflow should be suspended
    When the workflow is resumed
    Then the workflow should complete with output:
      """yaml
      done: true
      """
