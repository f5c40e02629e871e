Feature: Switch (statements 27 and 28)

  @S27 @WCP-04
  Scenario Outline: 27.1 The first case that holds decides
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: first-case, version: '1.0.0' }
      do:
        - choose:
            switch:
              - small: { when: .n < 10, then: small }
              - medium: { when: .n < 100, then: medium }
              - large: { then: large }
        - small: { set: { size: small }, then: end }
        - medium: { set: { size: medium }, then: end }
        - large: { set: { size: large }, then: end }
      """
    And the workflow input is:
      """yaml
      n: <n>
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      size: <size>
      """

    Examples:
      | n   | size   |
      | 5   | small  |
      | 50  | medium |
      | 500 | large  |

  @S27
  Scenario: 27.2 Its output is its input
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: output-is-input, version: '1.0.0' }
      do:
        - choose: { switch: [ { yes: { when: .n == 1, then: end } } ] }
      """
    And the workflow input is:
      """yaml
      n: 1
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      n: 1
      """

  @S27
  Scenario: 27.3 Where no case holds, the task's own "then" is followed
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: own-then, version: '1.0.0' }
      do:
        - choose: { switch: [ { yes: { when: 'false', then: end } } ], then: last }
        - between: { set: { between: true } }
        - last: { set: { last: true } }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      last: true
      """
    And between should not run

  @S27
  Scenario: 27.4 The default is looked at last wherever it stands
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: default-first, version: '1.0.0' }
      do:
        - choose: { switch: [ { otherwise: { then: other } }, { yes: { when: 'true', then: yes } } ] }
        - other: { set: { chosen: other }, then: end }
        - yes: { set: { chosen: yes } }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      chosen: yes
      """

  @S28
  Scenario Outline: 28.1 A condition holds as jq has it: null and false do not, everything else does
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: truth, version: '1.0.0' }
      do:
        - choose: { switch: [ { yes: { when: .value, then: held } } ], then: end }
        - held: { set: { held: true } }
      """
    And the workflow input is:
      """yaml
      value: <value>
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      <output>
      """

    Examples:
      | value | output           |
      | null  | { value: null }  |
      | false | { value: false } |
      | 0     | { held: true }   |
      | ''    | { held: true }   |
      | []    | { held: true }   |
