Feature: Raise and errors (statements 53 to 55)

  @S53
  Scenario Outline: 53.1 The instance of an error is a JSON pointer to its task in the document
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: pointer, version: '1.0.0' }
      do:
        - before: { set: { x: 1 } }
        - outer: <outer>
      """
    When the workflow is executed
    Then the workflow should fault with error:
      """yaml
      { type: 'https://example.org/e', status: 500, instance: <pointer> }
      """
    And the journal nowhere has «/do/1/outer/do/1/nowhere»

    Examples:
      | outer                                                                                                                   | pointer                                            |
      | { raise: { error: { type: 'https://example.org/e', status: 500 } } }                                                    | /do/1/outer                                        |
      | { do: [ { a: { set: { y: 1 } } }, { b: { raise: { error: { type: 'https://example.org/e', status: 500 } } } } ] }       | /do/1/outer/do/1/b                                 |
      | { for: { in: '[1, 2]' }, do: [ { b: { raise: { error: { type: 'https://example.org/e', status: 500 } } } } ] }          | /do/1/outer/do/0/b                                 |
      | { try: [ { a: { set: { y: 1 } } }, { b: { raise: { error: { type: 'https://example.org/e', status: 500 } } } } ], catch: { errors: { with: { status: 1 } } } } | /do/1/outer/try/1/b |
      | { try: [ { a: { set: { y: '${ .z.a + 1 \| error }' } } } ], catch: { do: [ { b: { raise: { error: { type: 'https://example.org/e', status: 500 } } } } ] } } | /do/1/outer/catch/do/0/b |
      | { fork: { branches: [ { a: { set: { y: 1 } } }, { b: { raise: { error: { type: 'https://example.org/e', status: 500 } } } } ] } } | /do/1/outer/fork/branches/1/b |
      | { fork: { branches: [ { a: { do: [ { b: { raise: { error: { type: 'https://example.org/e', status: 500 } } } } ] } } ] } } | /do/1/outer/fork/branches/0/a/do/0/b |
      | { do: [ { 'a/b~c': { raise: { error: { type: 'https://example.org/e', status: 500 } } } } ] }                           | /do/1/outer/do/0/a~1b~0c                           |

  @S53
  Scenario: 53.2 An error in what is done for an event points into "foreach"
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: foreach-pointer, version: '1.0.0' }
      do:
        - hear:
            listen: { to: { any: [ { with: { type: org.example.word } } ], until: 'false' } }
            foreach: { item: word, do: [ { fine: { set: { x: 1 } } }, { bad: { if: $word == 2, raise: { error: { type: 'https://example.org/e', status: 500 } } } } ] }
      """
    When the workflow is executed
    And an event of type org.example.word arrives with data:
      """yaml
      1
      """
    Then the workflow should be waiting
    When an event of type org.example.word arrives with data:
      """yaml
      2
      """
    Then the workflow should fault with error:
      """yaml
      instance: /do/0/hear/foreach/do/1/bad
      """

  @S53 @S61
  Scenario: 53.3 An error within a function points to the task that called it, and beside that to its place in the function
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: function-pointer, version: '1.0.0' }
      use:
        functions:
          refuse: { do: [ { fine: { set: { x: 1 } } }, { no: { raise: { error: { type: 'https://example.org/e', status: 409 } } } } ] }
      do:
        - group: { do: [ { one: { call: refuse } } ] }
      """
    When the workflow is executed
    Then the workflow should fault with error:
      """yaml
      { type: 'https://example.org/e', status: 409, instance: /do/0/group/do/0/one, inner: /use/functions/refuse/do/1/no }
      """
    And no should fault

  @S53
  Scenario Outline: 53.4 Errors of the runtime point to their task too
    Given the service at http://broken.example/ answers 500
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: runtime-pointer, version: '1.0.0' }
      do:
        - attempt:
            try: [ { inner: { do: [ { bad: <bad> } ] } } ]
            catch: { do: [ { seen: { set: { at: '${ $error.instance }', status: '${ $error.status }', type: '${ $error.type | split("/") | last }' } } } ] }
      """
    When the workflow is executed
    And PT1M passes
    Then the workflow should complete with output:
      """yaml
      { at: /do/0/attempt/try/0/inner/do/0/bad, status: <status>, type: <type> }
      """

    Examples:
      | bad                                                                                  | status | type          |
      | { set: { x: '${ "a" + 1 }' } }                                                       | 400    | expression    |
      | { input: { schema: { document: { required: [ n ] } } }, set: { x: 1 } }              | 400    | validation    |
      | { set: { x: 1 }, output: { schema: { document: { required: [ n ] } } } }             | 400    | validation    |
      | { set: { x: 1 }, export: { as: '{ x: .x }', schema: { document: { required: [ n ] } } } } | 400 | validation  |
      | { timeout: { after: PT10S }, wait: PT20S }                                           | 408    | timeout       |
      | { call: http, with: { method: get, endpoint: 'http://broken.example/' } }            | 500    | communication |

  @S54
  Scenario: 54.1 The runtime sets the instance, and title and detail may be computed
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: computed, version: '1.0.0' }
      do:
        - attempt:
            try: [ { fail: { raise: { error: { type: 'https://example.org/e', status: 422, title: 'No ${ .what }', detail: '${ "of \(.n)" }' } } } } ]
            catch: { do: [ { seen: { set: { error: '${ $error }' } } } ] }
      """
    And the workflow input is:
      """yaml
      { what: stock, n: 3 }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      error: { type: 'https://example.org/e', status: 422, title: No stock, detail: of 3, instance: /do/0/attempt/try/0/fail }
      """

  @S54
  Scenario: 54.2 In "raise" the instance that the author gave holds
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: own-instance, version: '1.0.0' }
      do:
        - fail: { raise: { error: { type: 'https://example.org/e', status: 422, instance: /orders/7 } } }
      """
    When the workflow is executed
    Then the workflow should fault with error:
      """yaml
      { type: 'https://example.org/e', status: 422, instance: /orders/7 }
      """

  @S54
  Scenario: 54.3 An error by name is that under "use.errors", with the data of the task that raises it
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: by-name, version: '1.0.0' }
      use:
        errors:
          sold-out: { type: 'https://example.org/sold-out', status: 409, title: Sold out, detail: 'none of ${ .what }' }
          other: { type: 'https://example.org/other', status: 410 }
      do: [ { fail: { input: { from: '{ what: .thing }' }, raise: { error: sold-out } } } ]
      """
    And the workflow input is:
      """yaml
      thing: tea
      """
    When the workflow is executed
    Then the workflow should fault with error:
      """yaml
      { type: 'https://example.org/sold-out', status: 409, title: Sold out, detail: none of tea, instance: /do/0/fail }
      """

  @S54
  Scenario Outline: 54.4 What is no error is refused
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: no-error, version: '1.0.0' }
      use: { errors: { known: { type: 'https://example.org/e', status: 500 } } }
      do: [ { fail: { raise: { error: <error> } } } ]
      """
    Then the definition should be refused with <code>

    Examples:
      | error                                                          | code    |
      | unknown                                                        | PG-D010 |
      | { status: 500 }                                                | PG-D002 |
      | { type: 'https://example.org/e' }                              | PG-D002 |
      | { type: 'https://example.org/e', status: '500' }               | PG-D001 |
      | { type: 'https://example.org/e', status: 500, instance: here } | PG-D013 |
      | { type: 'https://example.org/e', status: 500, titel: x }       | PG-D003 |
      | 7                                                              | PG-D001 |

  @S54
  Scenario: 54.5 Nothing behind a task that raises runs, and the output is none
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: raises, version: '1.0.0' }
      do:
        - before: { set: { x: 1 } }
        - fail: { raise: { error: { type: 'https://example.org/e', status: 500 } }, then: behind }
        - between: { set: { x: 2 } }
        - behind: { set: { x: 3 } }
      """
    And the runtime is killed before fail
    When the workflow is executed
    Then the workflow should fault
    And between should not run
    And behind should not run
    And fail should fault
    And fail should run last

  @S55
  Scenario Outline: 55.1 A standard type has four names, and each catches what any other names
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: alias, version: '1.0.0' }
      do:
        - attempt:
            try: [ { fail: { raise: { error: { type: '<raised>', status: 418 } } } } ]
            catch: { errors: { with: { type: '<caught>' } }, do: [ { caught: { set: { caught: true } } } ] }
      """
    When the workflow is executed
    Then caught should run <times> times

    Examples:
      | raised                                                               | caught                                                                  | times |
      | https://serverlessworkflow.io/spec/1.0.0/errors/authentication       | https://open-workflow-specification.org/spec/1.0.0/errors/authentication | 1    |
      | https://serverlessworkflow.io/dsl/errors/types/communication         | https://open-workflow-specification.org/spec/1.0.0/errors/communication | 1     |
      | https://open-workflow-specification.org/dsl/errors/types/timeout     | https://serverlessworkflow.io/spec/1.0.0/errors/timeout                 | 1     |
      | https://open-workflow-specification.org/spec/1.0.0/errors/runtime    | https://serverlessworkflow.io/dsl/errors/types/runtime                  | 1     |
      | https://serverlessworkflow.io/spec/1.0.0/errors/timeout              | https://serverlessworkflow.io/spec/1.0.0/errors/runtime                 | 0     |
      | https://serverlessworkflow.io/spec/1.0.0/errors/own                  | https://open-workflow-specification.org/spec/1.0.0/errors/own           | 0     |
      | https://example.org/spec/1.0.0/errors/timeout                        | https://serverlessworkflow.io/spec/1.0.0/errors/timeout                 | 0     |
      | https://example.org/errors/own                                       | https://example.org/errors/own                                          | 1     |

  @S55
  Scenario Outline: 55.2 What the runtime raises is caught by each of its names
    Given the service at http://broken.example/ answers 404
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: raised-alias, version: '1.0.0' }
      do:
        - attempt:
            try: [ { ask: { call: http, with: { method: get, endpoint: 'http://broken.example/' } } } ]
            catch:
              errors: { with: { type: '<caught>', status: 404 } }
              do: [ { caught: { set: { type: '${ $error.type }' } } } ]
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      type: https://open-workflow-specification.org/spec/1.0.0/errors/communication
      """

    Examples:
      | caught                                                                  |
      | https://serverlessworkflow.io/spec/1.0.0/errors/communication           |
      | https://serverlessworkflow.io/dsl/errors/types/communication            |
      | https://open-workflow-specification.org/spec/1.0.0/errors/communication |
      | https://open-workflow-specification.org/dsl/errors/types/communication  |
