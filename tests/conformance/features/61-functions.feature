Feature: Functions (statement 61)

  @S61
  Scenario: 61.1 What stands under "with" is evaluated and becomes the input of the function
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: with, version: '1.0.0' }
      use:
        functions:
          double: { set: { twice: '${ .n * 2 }', input: '${ . }', context: '${ $context }' } }
      do:
        - before: { set: { own: 4, more: 1 }, export: { as: '{ kept: true }' } }
        - ask: { call: double, with: { n: '${ .own }' } }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      { twice: 8, input: { n: 4 }, context: { kept: true } }
      """

  @S61
  Scenario: 61.2 Without "with" the function has the input of the task; output and export of both hold
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: without, version: '1.0.0' }
      use:
        functions:
          next: { input: { from: .n }, set: { n: '${ . + 1 }' }, output: { as: '{ result: .n }' }, export: { as: '{ inner: .result }' } }
      do:
        - ask: { call: next, input: { from: .in }, output: { as: '{ outer: .result }' }, export: { as: '$context + { outer: .outer }' } }
      """
    And the workflow input is:
      """yaml
      in: { n: 4 }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      outer: 5
      """
    And the context should be:
      """yaml
      { inner: 5, outer: 5 }
      """

  @S61
  Scenario: 61.3 The input schema of a function refuses what is computed with a validation error
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: schema, version: '1.0.0' }
      use:
        functions:
          double: { input: { schema: { document: { type: object, properties: { n: { type: number } }, required: [ n ] } } }, set: { twice: '${ .n * 2 }' } }
      do: [ { ask: { call: double, with: { n: '${ .text }' } } } ]
      """
    And the workflow input is:
      """yaml
      text: four
      """
    When the workflow is executed
    Then the workflow should fault with error:
      """yaml
      { type: 'https://open-workflow-specification.org/spec/1.0.0/errors/validation', status: 400, instance: /do/0/ask }
      """

  @S61
  Scenario Outline: 61.4 What is written out and can't be the input, and what is no function, is refused when the flow is checked
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: refused, version: '1.0.0' }
      use:
        functions:
          double: { input: { schema: { document: { type: object, properties: { n: { type: number } }, required: [ n ], additionalProperties: false } } }, set: { twice: '${ .n * 2 }' } }
      do: [ { ask: <call> } ]
      """
    Then the definition should be refused with <code>

    Examples:
      | call                                       | code    |
      | { call: double, with: { n: four } }        | PG-D032 |
      | { call: double, with: { } }                | PG-D002 |
      | { call: double, with: { n: 4, m: 5 } }     | PG-D003 |
      | { call: dubble, with: { n: 4 } }           | PG-D009 |
      | { call: 'log:1.0.0@office', with: {} }     | PG-D010 |

  @S61
  Scenario: 61.5 Functions call functions, each call with an input of its own
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: nested, version: '1.0.0' }
      use:
        functions:
          next: { set: { n: '${ .n + 1 }' } }
          twice: { do: [ { one: { call: next } }, { two: { call: next, with: { n: '${ .n * 10 }' } } } ] }
      do: [ { a: { call: twice, with: { n: 1 } } }, { b: { call: twice } } ]
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      n: 221
      """
    And one should run 2 times

  @S61
  Scenario: 61.6 A function that calls itself without an end is stopped, with an error that can be caught
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: endless, version: '1.0.0' }
      use: { functions: { again: { call: again } } }
      do:
        - attempt:
            try: [ { ask: { call: again } } ]
            catch: { do: [ { stopped: { set: { type: '${ $error.type | split("/") | last }', at: '${ $error.instance }' } } } ] }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      { type: runtime, at: /do/0/attempt/try/0/ask }
      """

  @S61
  Scenario: 61.7 A function of a catalog is read from its place there
    Given the text behind http://catalog.example/functions/greet/1.0.0/function.yaml is:
      """yaml
      set: { text: '${ "salam " + .name }' }
      """
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: catalog, version: '1.0.0' }
      use: { catalogs: { office: { endpoint: 'http://catalog.example' } } }
      do: [ { ask: { call: 'greet:1.0.0@office', with: { name: Sara } } } ]
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      text: salam Sara
      """

  @S61 @S62
  Scenario: 61.8 A function that rests goes on where it was, and asks under keys of its own for each call of it
    Given the service at http://served.example/ answers 200
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: rests, version: '1.0.0' }
      use:
        functions:
          slowly:
            do:
              - ask: { call: http, with: { method: post, endpoint: 'http://served.example/', body: { same: body } }, output: { as: $input } }
              - rest: { wait: PT1H }
              - count: { set: { n: '${ .n + 1 }' } }
      do: [ { a: { call: slowly, with: { n: 1 } } }, { b: { call: slowly } } ]
      """
    When the workflow is executed
    And PT30M passes
    And the runtime is killed
    And PT1H passes
    And the runtime is killed
    And PT30M passes
    Then the workflow should complete with output:
      """yaml
      n: 3
      """
    And the service at http://served.example/ was asked 2 times
    And the service at http://served.example/ was asked with another key each time
    And count should run 2 times

  @S61
  Scenario: 61.9 "exit" in a function leaves its list, and "end" the whole workflow
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: leaves, version: '1.0.0' }
      use:
        functions:
          leave: { do: [ { one: { set: { left: one }, then: exit } }, { never1: { set: { never: 1 } } } ] }
          stop: { do: [ { two: { set: { stopped: '${ .left }' }, then: end } }, { never2: { set: { never: 2 } } } ] }
      do: [ { a: { call: leave } }, { b: { call: stop } }, { never3: { set: { never: 3 } } } ]
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      stopped: one
      """
    And never1 should not run
    And never2 should not run
    And never3 should not run
