Feature: Data flow (statements 6 to 13)

  @S6
  Scenario: 6.1 A task's data passes its clauses in their order
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: order, version: '1.0.0' }
      do:
        - whole:
            if: .raw == 1
            input:
              schema: { document: { type: object, required: [ raw ] } }
              from: '{ from: .raw }'
            set: { task: '${ .from + 1 }' }
            output:
              as: '{ out: .task, in: $input.from }'
              schema: { document: { type: object, required: [ out ] } }
            export:
              as: '{ exported: .out }'
              schema: { document: { type: object, required: [ exported ] } }
      """
    And the workflow input is:
      """yaml
      raw: 1
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      { out: 2, in: 1 }
      """
    And the context should be:
      """yaml
      exported: 2
      """

  @S6
  Scenario: 6.2 The schema of the input sees it before it is transformed
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: raw-schema, version: '1.0.0' }
      do:
        - whole:
            input: { schema: { document: { required: [ from ] } }, from: '{ from: .raw }' }
            set: { x: 1 }
      """
    And the workflow input is:
      """yaml
      raw: 1
      """
    When the workflow is executed
    Then the workflow should fault with error:
      """yaml
      type: https://open-workflow-specification.org/spec/1.0.0/errors/validation
      status: 400
      instance: /do/0/whole
      """

  @S6
  Scenario: 6.3 The flow's own input and output are transformed too
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: around, version: '1.0.0' }
      input: { from: .inner }
      do:
        - add: { set: { n: '${ .n + 1 }' } }
      output: { as: '{ result: .n }' }
      """
    And the workflow input is:
      """yaml
      inner: { n: 1 }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      result: 2
      """
    And the input of add should be:
      """yaml
      n: 1
      """

  @S7
  Scenario: 7.1 A skipped task hands its raw input on, and none of its clauses runs
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: skipped, version: '1.0.0' }
      do:
        - skipped:
            if: .n > 1
            input: { schema: { document: { required: [ missing ] } }, from: .missing }
            set: { never: true }
            output: { as: '{ never: true }' }
            export: { as: '{ never: true }' }
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
    And skipped should be skipped
    And skipped should not run
    And the context should be:
      """yaml
      {}
      """

  @S7
  Scenario: 7.2 What a skipped task leads to is followed all the same
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: skipped-then, version: '1.0.0' }
      do:
        - skipped: { if: 'false', set: { x: 1 }, then: last }
        - between: { set: { between: true } }
        - last: { set: { last: true } }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      last: true
      """
    And between should not run

  @S8
  Scenario: 8.1 An export replaces the context
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: export, version: '1.0.0' }
      do:
        - before: { set: { context: '${ $context }' } }
        - first: { set: { a: 1 }, export: { as: '{ a: .a }' } }
        - second: { set: { b: 2 }, export: { as: '{ b: .b }' } }
        - third: { set: { c: 3 } }
      """
    When the workflow is executed
    Then the output of before should be:
      """yaml
      context: {}
      """
    And the context should be:
      """yaml
      b: 2
      """

  @S9
  Scenario: 9.1 Every clause sees what the table of the specification ticks for it
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: scopes, version: '1.0.0' }
      do:
        - whole:
            input: { from: '{ task: $task.name, workflow: $workflow.definition.document.name, runtime: ($runtime.name | type) }' }
            set: { seen: '${ $input }' }
            output: { as: '{ seen: $input, raw: .seen }' }
            export: { as: '{ output: $output.raw.task, input: $input.task }' }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      seen: { task: whole, workflow: scopes, runtime: string }
      raw: { task: whole, workflow: scopes, runtime: string }
      """
    And the context should be:
      """yaml
      { output: whole, input: whole }
      """

  @S10
  Scenario: 10.1 A secret reaches the peer and never the journal
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: secret, version: '1.0.0' }
      use: { secrets: [ parole ] }
      do:
        - ask:
            call: http
            with: { method: get, endpoint: 'http://vault.example/', headers: { X-Parole: '${ $secrets.parole }' } }
      """
    And the secret parole is:
      """text
      'open-sesame-77'
      """
    And the service at http://vault.example/ answers 200 with:
      """yaml
      opened: true
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      opened: true
      """
    And the service at http://vault.example/ was asked with header X-Parole «open-sesame-77»
    And the journal nowhere has «open-sesame-77»

  @S11
  Scenario: 11.1 A secret that the flow does not declare is refused
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: undeclared, version: '1.0.0' }
      do:
        - look: { input: { from: $secrets.parole }, set: { x: 1 } }
      """
    And the secret parole is:
      """text
      'open-sesame-77'
      """
    Then the definition should be refused with PG-D027

  @S12
  Scenario: 12.1 Output that its schema does not allow is a validation error of the task
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: output-schema, version: '1.0.0' }
      do:
        - say: { set: { n: text }, output: { schema: { document: { properties: { n: { type: integer } } } } } }
      """
    When the workflow is executed
    Then the workflow should fault with error:
      """yaml
      type: https://open-workflow-specification.org/spec/1.0.0/errors/validation
      status: 400
      instance: /do/0/say
      """

  @S13
  Scenario: 13.1 A flow without input begins with an empty object
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: no-input, version: '1.0.0' }
      do:
        - look: { set: { input: '${ . }', colors: '${ .colors + ["red"] }' } }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      { input: {}, colors: [ red ] }
      """
