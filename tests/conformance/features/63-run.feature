Feature: Run (statements 63 and 64)

  Background:
    Given the clock stands at 2026-11-21T10:00:00Z

  @S63
  Scenario: 63.1 A child has an id of its own, and its output is that of the task
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: parent, version: '1.0.0' }
      do:
        - run: { run: { workflow: { namespace: conformance, name: child, version: '1.0.0', input: { n: '${ .n + 1 }', parent: '${ $workflow.id }' } } }, output: { as: '{ got: .n, own: .own, stranger: $input.none }' } }
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: child, version: '1.0.0' }
      do:
        - rest: { wait: PT1M }
        - done: { set: { n: '${ .n * 10 }', own: '${ $workflow.id != .parent and ($workflow.definition.document.name == "child") }' } }
      """
    And the workflow input is:
      """yaml
      n: 1
      """
    And the runtime is killed before done
    When the workflow parent is executed
    Then run should be waiting
    And 1 instance of child has been started
    When PT30S passes
    And the runtime is killed
    And PT30S passes
    Then the workflow should complete with output:
      """yaml
      { got: 20, own: true, stranger: null }
      """
    And 1 instance of child has been started

  @S63
  Scenario: 63.2 A child without an input has that of the task
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: parent, version: '1.0.0' }
      do: [ { run: { input: { from: .inner }, run: { workflow: { namespace: conformance, name: child, version: '1.0.0' } } } } ]
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: child, version: '1.0.0' }
      do: [ { done: { set: { had: '${ . }', context: '${ $context }' } } } ]
      """
    And the workflow input is:
      """yaml
      inner: { n: 1 }
      """
    When the workflow parent is executed
    Then the workflow should complete with output:
      """yaml
      { had: { n: 1 }, context: {} }
      """

  @S63
  Scenario: 63.3 Where nobody awaits it the task gives its transformed input, and the child outlives its parent
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: parent, version: '1.0.0' }
      do: [ { run: { input: { from: '{ n: .n }' }, run: { await: false, workflow: { namespace: conformance, name: child, version: '1.0.0', input: { other: 1 } } } } } ]
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: child, version: '1.0.0' }
      do: [ { rest: { wait: PT1H } }, { done: { set: { done: true } } } ]
      """
    And the workflow input is:
      """yaml
      { n: 1, more: 2 }
      """
    And the runtime is killed after run
    When the workflow parent is executed
    Then the workflow should complete with output:
      """yaml
      n: 1
      """
    And instance 1 of child should be waiting
    When PT1H passes
    Then instance 1 of child should complete with output:
      """yaml
      done: true
      """

  @S63
  Scenario: 63.4 A parent that is cancelled takes the child that it awaits with it, and no other
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: parent, version: '1.0.0' }
      do:
        - free: { run: { await: false, workflow: { namespace: conformance, name: free, version: '1.0.0' } } }
        - bound: { run: { workflow: { namespace: conformance, name: bound, version: '1.0.0' } } }
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: free, version: '1.0.0' }
      do: [ { rest1: { wait: PT1H } }, { done: { set: { done: true } } } ]
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: bound, version: '1.0.0' }
      do: [ { below: { run: { workflow: { namespace: conformance, name: deeper, version: '1.0.0' } } } } ]
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: deeper, version: '1.0.0' }
      do: [ { rest2: { wait: PT1H } } ]
      """
    When the workflow parent is executed
    And PT10M passes
    And the workflow is cancelled
    Then the workflow should be cancelled
    And instance 1 of bound should be cancelled
    And instance 1 of deeper should be cancelled
    And instance 1 of free should be waiting
    When PT1H passes
    Then instance 1 of free should be completed

  @S63
  Scenario: 63.5 The fault of a child is the same error in its parent, at the task, with the id of the child
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: parent, version: '1.0.0' }
      do:
        - attempt:
            try: [ { run: { run: { workflow: { namespace: conformance, name: child, version: '1.0.0' } } } } ]
            catch:
              errors: { with: { type: 'https://example.org/sold-out', status: 409 } }
              do: [ { seen: { set: { title: '${ $error.title }', at: '${ $error.instance }', child: '${ $error.child != null and $error.child != $workflow.id }' } } } ]
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: child, version: '1.0.0' }
      do: [ { rest: { wait: PT1M } }, { fail: { raise: { error: { type: 'https://example.org/sold-out', status: 409, title: Sold out } } } } ]
      """
    When the workflow parent is executed
    And PT1M passes
    Then the workflow should complete with output:
      """yaml
      { title: Sold out, at: /do/0/attempt/try/0/run, child: true }
      """
    And instance 1 of child should be faulted

  @S63 @S50
  Scenario: 63.6 A retry runs a new child
    Given the service at http://flaky.example/ answers 200 with:
      """yaml
      fine: true
      """
    And first the service at http://flaky.example/ answers 503
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: parent, version: '1.0.0' }
      do:
        - attempt:
            try: [ { run: { run: { workflow: { namespace: conformance, name: child, version: '1.0.0' } } } } ]
            catch: { retry: { delay: PT1M, limit: { attempt: { count: 3 } } } }
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: child, version: '1.0.0' }
      do: [ { ask: { call: http, with: { method: get, endpoint: 'http://flaky.example/' } } } ]
      """
    When the workflow parent is executed
    And PT1M passes
    Then the workflow should complete with output:
      """yaml
      fine: true
      """
    And 2 instances of child have been started
    And instance 1 of child should be faulted
    And instance 2 of child should be completed

  @S63 @S41
  Scenario: 63.7 A timeout around a child cancels it
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: parent, version: '1.0.0' }
      do:
        - attempt:
            try: [ { run: { timeout: { after: PT5M }, run: { workflow: { namespace: conformance, name: child, version: '1.0.0' } } } } ]
            catch: { do: [ { seen: { set: { status: '${ $error.status }' } } } ] }
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: child, version: '1.0.0' }
      do: [ { rest: { wait: PT1H } }, { never: { set: { never: true } } } ]
      """
    When the workflow parent is executed
    And PT3H passes
    Then the workflow should complete with output:
      """yaml
      status: 408
      """
    And the workflow should end at 2026-11-21T10:05:00Z
    And instance 1 of child should be cancelled
    And never should not run

  @S63
  Scenario: 63.8 The version is that which is named, and "latest" the newest when the task starts
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: parent, version: '1.0.0' }
      do:
        - old: { run: { workflow: { namespace: conformance, name: child, version: '1.0.0' } }, output: { as: '{ old: .v }' } }
        - new: { run: { workflow: { namespace: conformance, name: child, version: latest } }, output: { as: '{ old: $input.old, new: .v }' } }
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: child, version: '1.0.0' }
      do: [ { rest1: { wait: PT1M } }, { v1: { set: { v: 1 } } } ]
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: child, version: '1.10.0' }
      do: [ { rest10: { wait: PT1M } }, { v10: { set: { v: 10 } } } ]
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: child, version: '1.9.0' }
      do: [ { v9: { set: { v: 9 } } } ]
      """
    When the workflow parent is executed
    And PT30S passes
    And the runtime is killed
    And PT2M passes
    Then the workflow should complete with output:
      """yaml
      { old: 1, new: 10 }
      """
    And 1 instance of conformance/child:1.10.0 has been started
    And 0 instances of conformance/child:1.9.0 have been started

  @S63
  Scenario Outline: 63.9 A flow that is not there is refused when the one that runs it is checked
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: parent, version: '1.0.0' }
      do: [ { run: { run: { workflow: <workflow> } } } ]
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: child, version: '1.0.0' }
      do: [ { done: { set: { done: true } } } ]
      """
    Then the definition should be refused with <code>

    Examples:
      | workflow                                                      | code    |
      | { namespace: conformance, name: chid, version: '1.0.0' }      | PG-D029 |
      | { namespace: conformance, name: child, version: '2.0.0' }     | PG-D029 |
      | { namespace: elsewhere, name: child, version: latest }        | PG-D029 |
      | { namespace: conformance, name: child }                       | PG-D002 |
      | { namespace: conformance, name: child, version: newest }      | PG-D013 |

  @S64
  Scenario Outline: 64.1 What a command gives is what "return" names
    Given the deployment has the connector process with settings:
      """yaml
      { shell: /bin/sh, environment: [ PATH ] }
      """
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: command, version: '1.0.0' }
      do:
        - run: { run: { shell: { command: 'printf "%s-%s" "$1" "$WHO"; printf bad >&2; exit <exit>', arguments: [ '${ .n }' ], environment: { WHO: me } }, return: <return> }, output: { as: '{ got: . }' } }
      """
    And the workflow input is:
      """yaml
      n: 7
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      got: <got>
      """

    Examples:
      | return | exit | got                                        |
      | stdout | 0    | 7-me                                       |
      | stderr | 0    | bad                                        |
      | code   | 0    | 0                                          |
      | code   | 3    | 3                                          |
      | all    | 0    | { code: 0, stdout: 7-me, stderr: bad }     |
      | all    | 3    | { code: 3, stdout: 7-me, stderr: bad }     |
      | none   | 0    | null                                       |

  @S64
  Scenario Outline: 64.2 An end with another code than 0 is a runtime error where the code is not asked for
    Given the deployment has the connector process with settings:
      """yaml
      { shell: /bin/sh, environment: [ PATH ] }
      """
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: failing-command, version: '1.0.0' }
      do:
        - attempt:
            try: [ { run: { run: { shell: { command: 'exit 3' }, return: <return> } } } ]
            catch: { do: [ { seen: { set: { type: '${ $error.type | split("/") | last }', status: '${ $error.status }' } } } ] }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      { type: runtime, status: 500 }
      """

    Examples:
      | return |
      | stdout |
      | stderr |
      | none   |

  @S64
  Scenario Outline: 64.3 A deployment that does not allow scripts and commands refuses the flow
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: not-allowed, version: '1.0.0' }
      do: [ { run: { run: <process> } } ]
      """
    Then the definition should be refused with PG-P084

    Examples:
      | process                                         |
      | { shell: { command: ls } }                      |
      | { script: { language: js, code: '1' } }         |
      | { script: { language: python, code: 'pass' } }  |
