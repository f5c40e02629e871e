Feature: Strings and expressions (statements 1 to 5)

  @S1
  Scenario: 1.1 A bare expression and one in braces mean the same in expression fields
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: both-forms, version: '1.0.0' }
      do:
        - bare: { if: .n == 1, set: { bare: true }, output: { as: '{ n: $input.n, bare: .bare }' } }
        - braced: { if: '${ .n == 1 }', set: { braced: true, bare: '${ .bare }' }, output: { as: '${ . }' } }
      """
    And the workflow input is:
      """yaml
      n: 1
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      { braced: true, bare: true }
      """

  @S1
  Scenario: 1.2 In value fields only what stands in braces is evaluated
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: value-fields, version: '1.0.0' }
      do:
        - say: { set: { plain: .n, whole: '${ .n }' } }
      """
    And the workflow input is:
      """yaml
      n: 7
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      { plain: .n, whole: 7 }
      """

  @S1
  Scenario: 1.3 A whole expression gives its value with its type
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: types, version: '1.0.0' }
      do:
        - say: { set: { list: '${ .list }', nothing: '${ null }', truth: '${ 1 < 2 }', object: '${ {a: 1} }' } }
      """
    And the workflow input is:
      """yaml
      list: [ 1, a ]
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      { list: [ 1, a ], nothing: null, truth: true, object: { a: 1 } }
      """

  @S2
  Scenario: 2.1 Expressions inside of text are put in as text
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: interpolation, version: '1.0.0' }
      do:
        - greet: { set: { text: 'Hello ${ .name }, you are ${ .age } and like ${ .likes }' } }
      """
    And the workflow input is:
      """yaml
      { name: مریم, age: 40, likes: [ tea ] }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      text: 'Hello مریم, you are 40 and like ["tea"]'
      """

  @S2
  Scenario: 2.2 What an expression gives is never evaluated again
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: no-second-time, version: '1.0.0' }
      do:
        - echo: { set: { whole: '${ .evil }', inside: 'got ${ .evil }' } }
        - again: { set: { whole: '${ .whole }', inside: '${ .inside }' } }
      """
    And the workflow input is:
      """yaml
      evil: '${ .secret }'
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      { whole: '${ .secret }', inside: 'got ${ .secret }' }
      """

  @S3
  Scenario: 3.1 An expression that fails is an expression error of its task
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: failing, version: '1.0.0' }
      do:
        - add: { set: { sum: '${ .text + 1 }' } }
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
      instance: /do/0/add
      """

  @S3
  Scenario Outline: 3.2 An expression gives one value, neither none nor several
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: one-value, version: '1.0.0' }
      do:
        - say: { set: { value: '${ <expression> }' } }
      """
    When the workflow is executed
    Then the workflow should fault with error:
      """yaml
      type: https://open-workflow-specification.org/spec/1.0.0/errors/expression
      status: 400
      """

    Examples:
      | expression |
      | empty      |
      | 1, 2       |

  @S4
  Scenario: 4.1 "now" is the clock of the journal
    Given the clock stands at 2026-11-21T10:00:00Z
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: clock, version: '1.0.0' }
      do:
        - early: { set: { early: '${ now | floor }' } }
        - rest: { wait: PT1H }
        - late: { set: { apart: '${ (now | floor) - .early }' } }
      """
    When the workflow is executed
    And PT1H passes
    Then the workflow should complete with output:
      """yaml
      apart: 3600
      """

  @S4
  Scenario Outline: 4.2 Nothing of the machine is seen by an expression
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: no-machine, version: '1.0.0' }
      do:
        - look: { set: { seen: '${ <expression> }' } }
      """
    Then the definition should be refused with PG-D008

    Examples:
      | expression |
      | env        |
      | $ENV.PATH  |
      | input      |
      | debug      |
      | halt       |

  @S5
  Scenario: 5.1 A URI template takes top-level names, and a missing one is empty
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: template, version: '1.0.0' }
      do:
        - ask: { call: http, with: { method: get, endpoint: 'http://pets.example/{kind}/{pet.id}/x{missing}' } }
      """
    And the service at http://pets.example/cats/7/x answers 200 with:
      """yaml
      fine: true
      """
    And the workflow input is:
      """yaml
      { kind: cats, pet.id: 7, pet: { id: 8 } }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      fine: true
      """

  @S5
  Scenario: 5.2 A list can't stand in a URI template
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: template-of-list, version: '1.0.0' }
      do:
        - ask: { call: http, with: { method: get, endpoint: 'http://pets.example/{kinds}' } }
      """
    And the service at http://pets.example/ answers 200
    And the workflow input is:
      """yaml
      kinds: [ cats, dogs ]
      """
    When the workflow is executed
    Then the workflow should fault with error:
      """yaml
      type: https://open-workflow-specification.org/spec/1.0.0/errors/expression
      status: 400
      """
    And the service at http://pets.example/ was never asked
