# The control-flow patterns of van der Aalst, ter Hofstede, Kiepuszewski, Barros, Russell and Mulyar that the language
# can say, one scenario each. Those that it can't say by itself:
#   WCP-17 Interleaved Parallel Routing: an order among some of the interleaved tasks can't be declared, only programmed
#   WCP-28 Blocking Discriminator: a join can't be entered again before all branches of the last round have come
#   WCP-31 Blocking Partial Join: as above, with more than one branch
#   WCP-37 Local Synchronizing Merge: branches come together only in the fork that opened them, never across lists
#   WCP-38 General Synchronizing Merge: as above, and it would need to see what can still arrive
#   WCP-39 Critical Section: branches and instances know no lock
#   WCP-41 Thread Merge: a list has one thread of control, there are none to be merged within it
#   WCP-42 Thread Split: as above, none can be split off within a list
Feature: Workflow control-flow patterns

  Background:
    Given the clock stands at 2026-11-21T10:00:00Z

  @WCP-01
  Scenario: WCP-01 Sequence
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: sequence, version: '1.0.0' }
      do:
        - b: { set: { seen: '${ (.seen // []) + ["b"] }' } }
        - rest: { wait: PT1M }
        - a: { set: { seen: '${ .seen + ["a"] }' } }
      """
    And the runtime is killed before a
    When the workflow is executed
    Then a should not run
    When PT1M passes
    Then the workflow should complete with output:
      """yaml
      seen: [ b, a ]
      """
    And b should run before a
    And a should start at 2026-11-21T10:01:00Z
    And b should run 1 time

  @WCP-02
  Scenario: WCP-02 Parallel Split
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: split, version: '1.0.0' }
      do:
        - before: { set: { n: 1 } }
        - split: { fork: { branches: [ { left: { wait: PT2M } }, { right: { wait: PT1M } } ] } }
      """
    When the workflow is executed
    Then left should be waiting
    And right should be waiting
    And left should start at 2026-11-21T10:00:00Z
    And right should start at 2026-11-21T10:00:00Z
    When PT2M passes
    Then right should end before left
    And the workflow should end at 2026-11-21T10:02:00Z

  @WCP-03
  Scenario: WCP-03 Synchronization
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: join, version: '1.0.0' }
      do:
        - split: { fork: { branches: [ { left: { wait: PT1M } }, { middle: { set: { m: 1 } } }, { right: { wait: PT3M } } ] } }
        - behind: { set: { branches: '${ length }' } }
      """
    When the workflow is executed
    And PT2M passes
    And the runtime is killed
    Then left should complete
    And behind should not run
    When PT1M passes
    Then the workflow should complete with output:
      """yaml
      branches: 3
      """
    And behind should run 1 time
    And behind should start at 2026-11-21T10:03:00Z

  @WCP-04
  Scenario Outline: WCP-04 Exclusive Choice
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: choice, version: '1.0.0' }
      do:
        - choose: { switch: [ { much: { when: .n > 10, then: large } }, { some: { when: .n > 5, then: middle } }, { other: { then: small } } ] }
        - large: { set: { size: large }, then: exit }
        - middle: { set: { size: middle }, then: exit }
        - small: { set: { size: small }, then: exit }
      """
    And the workflow input is:
      """yaml
      n: <n>
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      size: <chosen>
      """
    And <chosen> should run 1 time
    And <other> should not run
    And <third> should not run

    Examples:
      | n  | chosen | other  | third |
      | 11 | large  | middle | small |
      | 6  | middle | large  | small |
      | 5  | small  | large  | middle |

  @WCP-05
  Scenario Outline: WCP-05 Simple Merge
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: merge, version: '1.0.0' }
      do:
        - choose: { switch: [ { first: { when: .way == 1, then: left } }, { second: { then: right } } ] }
        - left: { set: { came: left }, then: merge }
        - right: { set: { came: right } }
        - merge: { set: { from: '${ .came }' } }
      """
    And the workflow input is:
      """yaml
      way: <way>
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      from: <came>
      """
    And merge should run 1 time
    And <came> should run before merge

    Examples:
      | way | came  |
      | 1   | left  |
      | 2   | right |

  @WCP-06
  Scenario: WCP-06 Multi-Choice
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: several, version: '1.0.0' }
      do:
        - split:
            fork:
              branches:
                - police: { if: .harm, wait: PT1M }
                - fire: { if: .fire, wait: PT1M }
                - ambulance: { if: .hurt > 0, wait: PT1M }
      """
    And the workflow input is:
      """yaml
      { harm: true, fire: false, hurt: 2 }
      """
    When the workflow is executed
    Then police should be waiting
    And ambulance should be waiting
    And fire should be skipped
    When PT1M passes
    Then the workflow should complete
    And fire should not run

  @WCP-07
  Scenario Outline: WCP-07 Structured Synchronizing Merge
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: synchronizing-merge, version: '1.0.0' }
      do:
        - split: { fork: { branches: [ { left: { if: .left, wait: PT1M } }, { right: { if: .right, wait: PT3M } } ] } }
        - behind: { set: { behind: true } }
      """
    And the workflow input is:
      """yaml
      { left: <left>, right: <right> }
      """
    When the workflow is executed
    And PT3M passes
    Then the workflow should complete
    And behind should run 1 time
    And behind should start at <instant>

    Examples:
      | left  | right | instant              |
      | true  | true  | 2026-11-21T10:03:00Z |
      | true  | false | 2026-11-21T10:01:00Z |
      | false | true  | 2026-11-21T10:03:00Z |
      | false | false | 2026-11-21T10:00:00Z |

  @WCP-08
  Scenario: WCP-08 Multi-Merge
    Given the service at http://archive.example/ answers 200
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: multi-merge, version: '1.0.0' }
      use:
        functions:
          file: { call: http, with: { method: post, endpoint: 'http://archive.example/', body: '${ . }' } }
      do:
        - split:
            fork:
              branches:
                - left: { do: [ { rest1: { wait: PT1M } }, { file1: { call: file, with: { from: left } } } ] }
                - right: { do: [ { rest2: { wait: PT2M } }, { file2: { call: file, with: { from: right } } } ] }
      """
    When the workflow is executed
    And PT1M passes
    Then the service at http://archive.example/ was asked 1 time
    And the service at http://archive.example/ was asked with body:
      """yaml
      from: left
      """
    When PT1M passes
    Then the service at http://archive.example/ was asked 2 times
    And the service at http://archive.example/ was asked with body:
      """yaml
      from: right
      """
    And the service at http://archive.example/ was asked with another key each time
    And the workflow should complete

  @WCP-09
  Scenario: WCP-09 Structured Discriminator
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: discriminator, version: '1.0.0' }
      do:
        - ask:
            for: { each: n, in: '[3, 1, 2]' }
            do:
              - start:
                  run:
                    await: false
                    workflow: { namespace: patterns, name: answers, version: '1.0.0', input: { n: '${ $n }', asker: '${ $workflow.id }' } }
        - first: { listen: { to: { one: { with: { type: org.example.answer } } } } }
        - behind: { set: { first: '${ .[0].n }' } }
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: answers, version: '1.0.0' }
      do:
        - rest: { wait: '${ "PT\(.n)M" }' }
        - tell: { emit: { event: { with: { type: org.example.answer, subject: '${ .asker }', data: { n: '${ .n }' } } } }, output: { as: $input.n } }
      """
    When the workflow discriminator is executed
    And PT1M passes
    Then the workflow should complete with output:
      """yaml
      first: 1
      """
    And behind should run 1 time
    When PT2M passes
    Then instance 1 of answers should complete with output:
      """yaml
      3
      """
    And instance 3 of answers should be completed
    And 3 events of type org.example.answer were emitted

  @WCP-10
  Scenario: WCP-10 Arbitrary Cycles
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: cycles, version: '1.0.0' }
      do:
        - enter: { switch: [ { midway: { when: .midway, then: b } } ] }
        - a: { set: { seen: '${ (.seen // []) + ["a"] }' } }
        - b: { set: { seen: '${ (.seen // []) + ["b"] }' } }
        - leave: { switch: [ { enough: { when: (.seen | length) > 5, then: d } } ] }
        - c: { set: { seen: '${ .seen + ["c"] }' } }
        - back: { switch: [ { far: { when: (.seen | length) < 4, then: a } }, { near: { then: b } } ] }
        - d: { set: { seen: '${ .seen + ["d"] }' } }
      """
    And the workflow input is:
      """yaml
      midway: true
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      seen: [ b, c, a, b, c, b, d ]
      """
    And a should run 1 time
    And b should run 3 times

  @WCP-11
  Scenario: WCP-11 Implicit Termination
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: implicit, version: '1.0.0' }
      do:
        - split: { fork: { branches: [ { left: { wait: PT1M } }, { right: { do: [ { rest: { wait: PT1M } }, { more: { wait: PT2M } } ] } } ] } }
      """
    When the workflow is executed
    And PT1M passes
    Then left should complete
    And the workflow should be waiting
    When PT2M passes
    Then the workflow should complete
    And the workflow should end at 2026-11-21T10:03:00Z
    And the journal has 0 events of kind task-cancelled

  @WCP-12
  Scenario: WCP-12 Multiple Instances without Synchronization
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: sends-off, version: '1.0.0' }
      do:
        - each:
            for: { each: n, in: .numbers }
            do: [ { start: { run: { await: false, workflow: { namespace: patterns, name: sent, version: '1.0.0', input: { n: '${ $n }' } } } } } ]
        - behind: { set: { behind: true } }
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: sent, version: '1.0.0' }
      do: [ { rest: { wait: PT1M } }, { done: { set: { was: '${ $workflow.input.n }' } } } ]
      """
    And the workflow input is:
      """yaml
      numbers: [ 5, 6, 7 ]
      """
    When the workflow sends-off is executed
    Then the workflow should complete with output:
      """yaml
      behind: true
      """
    And 3 instances of sent have been started
    And instance 2 of sent should be waiting
    When PT1M passes
    Then instance 1 of sent should complete with output:
      """yaml
      was: 5
      """
    And instance 3 of sent should complete with output:
      """yaml
      was: 7
      """

  @WCP-13
  Scenario: WCP-13 Multiple Instances with a Priori Design-Time Knowledge
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: three-signatures, version: '1.0.0' }
      do:
        - sign:
            fork:
              branches:
                - one: { run: { workflow: { namespace: patterns, name: signature, version: '1.0.0', input: { n: 1 } } } }
                - two: { run: { workflow: { namespace: patterns, name: signature, version: '1.0.0', input: { n: 2 } } } }
                - three: { run: { workflow: { namespace: patterns, name: signature, version: '1.0.0', input: { n: 3 } } } }
        - behind: { set: { signed: '${ map(.n) }' } }
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: signature, version: '1.0.0' }
      do: [ { rest: { wait: '${ "PT\(4 - .n)M" }' } } ]
      """
    When the workflow three-signatures is executed
    Then 3 instances of signature have been started
    When PT2M59S passes
    Then behind should not run
    When PT1S passes
    Then the workflow should complete with output:
      """yaml
      signed: [ 1, 2, 3 ]
      """
    And 3 instances of signature have been started

  @WCP-14
  Scenario: WCP-14 Multiple Instances with a Priori Run-Time Knowledge
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: as-many, version: '1.0.0' }
      do:
        - each:
            for: { each: n, in: .numbers }
            do: [ { start: { run: { await: false, workflow: { namespace: patterns, name: part, version: '1.0.0', input: { n: '${ $n }', of: '${ $workflow.id }' } } } } } ]
        - join: { listen: { to: { any: [ { with: { type: org.example.part } } ], until: 'length == ($workflow.input.numbers | length)' } } }
        - behind: { set: { parts: '${ map(.n) }' } }
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: part, version: '1.0.0' }
      do:
        - rest: { wait: '${ "PT\(.n)M" }' }
        - tell: { emit: { event: { with: { type: org.example.part, subject: '${ .of }', data: { n: '${ .n }' } } } } }
      """
    And the workflow input is:
      """yaml
      numbers: [ 4, 1, 3, 2 ]
      """
    When the workflow as-many is executed
    Then 4 instances of part have been started
    When PT3M passes
    Then join should be waiting
    When the runtime is killed
    And PT1M passes
    Then the workflow should complete with output:
      """yaml
      parts: [ 1, 2, 3, 4 ]
      """
    And behind should run 1 time

  @WCP-15
  Scenario: WCP-15 Multiple Instances without a Priori Run-Time Knowledge
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: ever-more, version: '1.0.0' }
      do:
        - witnesses:
            listen:
              to:
                any: [ { with: { type: org.example.witness } } ]
                until: { one: { with: { type: org.example.enough } } }
            foreach:
              item: name
              do: [ { hear: { run: { workflow: { namespace: patterns, name: hearing, version: '1.0.0', input: { name: '${ $name }' } } } } } ]
        - behind: { set: { heard: '${ length }' } }
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: hearing, version: '1.0.0' }
      do: [ { rest: { wait: PT1M } } ]
      """
    When the workflow ever-more is executed
    And an event of type org.example.witness arrives with data:
      """yaml
      a
      """
    And PT1M passes
    And an event of type org.example.witness arrives with data:
      """yaml
      b
      """
    And PT1M passes
    And the runtime is killed
    And an event of type org.example.witness arrives with data:
      """yaml
      c
      """
    And PT1M passes
    Then 3 instances of hearing have been started
    And behind should not run
    When an event of type org.example.enough arrives
    Then the workflow should complete with output:
      """yaml
      heard: 3
      """
    And instance 3 of hearing should be completed

  @WCP-16
  Scenario: WCP-16 Deferred Choice
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: deferred, version: '1.0.0' }
      do:
        - choice:
            fork:
              compete: true
              branches:
                - agreed: { do: [ { yes: { listen: { to: { one: { with: { type: org.example.yes } } } } } }, { sign: { set: { signed: true } } } ] }
                - refused: { do: [ { no: { listen: { to: { one: { with: { type: org.example.no } } } } } }, { shred: { set: { shredded: true } } } ] }
      """
    When the workflow is executed
    Then yes should be waiting
    And no should be waiting
    When the runtime is killed
    And an event of type org.example.no arrives
    And an event of type org.example.yes arrives
    Then the workflow should complete with output:
      """yaml
      shredded: true
      """
    And sign should not run
    And yes should cancel

  @WCP-18
  Scenario: WCP-18 Milestone
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: milestone, version: '1.0.0' }
      do:
        - open:
            fork:
              compete: true
              branches:
                - deadline: { wait: P1D }
                - route:
                    listen: { to: { any: [ { with: { type: org.example.change } } ], until: 'false' } }
                    foreach: { item: change, do: [ { apply: { set: { change: '${ $change }' }, export: { as: '$context + { last: .change }' } } } ] }
        - closed: { wait: P1D }
      """
    When the workflow is executed
    And PT1H passes
    And an event of type org.example.change arrives with data:
      """yaml
      1
      """
    Then apply should run 1 time
    When P1D passes
    Then route should cancel
    And closed should be waiting
    When an event of type org.example.change arrives with data:
      """yaml
      2
      """
    And P1D passes
    Then the workflow should complete
    And apply should run 1 time

  @WCP-19
  Scenario: WCP-19 Cancel Task
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: cancels-task, version: '1.0.0' }
      do:
        - either:
            fork:
              compete: true
              branches:
                - work: { do: [ { labour: { wait: P1D } }, { fruit: { set: { fruit: true } } } ] }
                - stop: { listen: { to: { one: { with: { type: org.example.stop } } } } }
        - behind: { set: { behind: true } }
      """
    When the workflow is executed
    And PT1H passes
    And an event of type org.example.stop arrives
    Then labour should cancel
    And the workflow should complete with output:
      """yaml
      behind: true
      """
    When P2D passes
    Then fruit should not run

  @WCP-20
  Scenario: WCP-20 Cancel Case
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: cancels-case, version: '1.0.0' }
      do:
        - all:
            fork:
              branches:
                - work: { do: [ { one: { wait: PT1H } }, { two: { wait: P1D } }, { three: { set: { three: true } } } ] }
                - child: { run: { workflow: { namespace: patterns, name: long, version: '1.0.0' } } }
                - withdrawn: { do: [ { hear: { listen: { to: { one: { with: { type: org.example.withdrawn } } } } } }, { stop: { set: { withdrawn: true }, then: end } } ] }
        - never: { set: { never: true } }
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: long, version: '1.0.0' }
      do: [ { rest: { wait: P9D } } ]
      """
    When the workflow cancels-case is executed
    And PT2H passes
    And an event of type org.example.withdrawn arrives
    Then the workflow should complete with output:
      """yaml
      withdrawn: true
      """
    And two should cancel
    And instance 1 of long should be cancelled
    When P9D passes
    Then three should not run
    And never should not run

  @WCP-21
  Scenario: WCP-21 Structured Loop
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: loops, version: '1.0.0' }
      do:
        - before: { for: { each: n, in: '[range(100)]' }, while: .total < 6, do: [ { add: { set: { total: '${ .total + $n }' } } } ] }
        - body: { set: { total: '${ .total }', rounds: '${ (.rounds // 0) + 1 }' } }
        - after: { switch: [ { again: { when: .rounds < 3, then: body } } ] }
      """
    And the workflow input is:
      """yaml
      total: 0
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      { total: 6, rounds: 3 }
      """
    And add should run 4 times
    And body should run 3 times

  @WCP-22
  Scenario: WCP-22 Recursion
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: factorial, version: '1.0.0' }
      do:
        - base: { switch: [ { one: { when: .n <= 1, then: unit } } ] }
        - below: { run: { workflow: { namespace: patterns, name: factorial, version: '1.0.0', input: { n: '${ .n - 1 }' } } } }
        - times: { set: { result: '${ .result * $workflow.input.n }' }, then: exit }
        - unit: { set: { result: 1 } }
      """
    And the workflow input is:
      """yaml
      n: 5
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      result: 120
      """
    And 5 instances of factorial have been started

  @WCP-23
  Scenario: WCP-23 Transient Trigger
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: transient, version: '1.0.0' }
      do:
        - rest: { wait: PT1M }
        - hear: { listen: { to: { one: { with: { type: org.example.signal } } } } }
      """
    When the workflow is executed
    And an event of type org.example.signal arrives with data:
      """yaml
      lost
      """
    And PT1M passes
    Then hear should be waiting
    When an event of type org.example.signal arrives with data:
      """yaml
      heard
      """
    Then the workflow should complete with output:
      """yaml
      [ heard ]
      """

  @WCP-24
  Scenario: WCP-24 Persistent Trigger
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: persistent, version: '1.0.0' }
      do:
        - rest: { wait: PT1M }
        - hear: { listen: { to: { one: { with: { type: org.example.signal } } } } }
      """
    When the workflow is executed
    And an event arrives:
      | field   | value              |
      | type    | org.example.signal |
      | subject | the workflow       |
      | data    | kept               |
    And the runtime is killed
    Then the workflow should be waiting
    When PT1M passes
    Then the workflow should complete with output:
      """yaml
      [ kept ]
      """
    And the workflow should end at 2026-11-21T10:01:00Z

  @WCP-25
  Scenario: WCP-25 Cancel Region
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: region, version: '1.0.0' }
      do:
        - all:
            fork:
              branches:
                - outside: { wait: PT2H }
                - around:
                    try:
                      - region:
                          timeout: { after: PT1H }
                          do:
                            - first: { wait: PT10M }
                            - inside: { fork: { branches: [ { x: { wait: P1D } }, { y: { do: [ { z: { listen: { to: { one: { with: { type: org.example.z } } } } } } ] } } ] } }
                            - last: { set: { last: true } }
                    catch: { do: [ { told: { set: { told: '${ $error.status }' } } } ] }
      """
    When the workflow is executed
    And PT1H passes
    Then x should cancel
    And z should cancel
    And last should not run
    And outside should be waiting
    And first should complete
    When PT1H passes
    Then outside should complete
    And the workflow should complete
    And the output of around should be:
      """yaml
      told: 408
      """

  @WCP-26
  Scenario: WCP-26 Cancel Multiple Instance Task
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: cancels-all, version: '1.0.0' }
      do:
        - either:
            fork:
              compete: true
              branches:
                - instances:
                    fork:
                      branches:
                        - one: { run: { workflow: { namespace: patterns, name: unit, version: '1.0.0', input: { hours: 1 } } } }
                        - two: { run: { workflow: { namespace: patterns, name: unit, version: '1.0.0', input: { hours: 9 } } } }
                        - three: { run: { workflow: { namespace: patterns, name: unit, version: '1.0.0', input: { hours: 9 } } } }
                - stop: { listen: { to: { one: { with: { type: org.example.stop } } } } }
        - behind: { set: { behind: true } }
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: unit, version: '1.0.0' }
      do: [ { rest: { wait: '${ "PT\(.hours)H" }' } } ]
      """
    When the workflow cancels-all is executed
    And PT2H passes
    And the runtime is killed
    And an event of type org.example.stop arrives
    Then the workflow should complete with output:
      """yaml
      behind: true
      """
    And instance 1 of unit should be completed
    And instance 2 of unit should be cancelled
    And instance 3 of unit should be cancelled

  @WCP-27
  Scenario: WCP-27 Complete Multiple Instance Task
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: completes-all, version: '1.0.0' }
      do:
        - either:
            fork:
              compete: true
              branches:
                - results:
                    listen:
                      to:
                        any: [ { with: { type: org.example.result } } ]
                        until: { one: { with: { type: org.example.complete } } }
                - instances:
                    do:
                      - all:
                          fork:
                            branches:
                              - one: { run: { workflow: { namespace: patterns, name: worker, version: '1.0.0', input: { hours: 1 } } } }
                              - two: { run: { workflow: { namespace: patterns, name: worker, version: '1.0.0', input: { hours: 9 } } } }
                      - hold: { listen: { to: { one: { with: { type: org.example.never } } } } }
        - behind: { set: { results: '${ . }' } }
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: worker, version: '1.0.0' }
      do:
        - rest: { wait: '${ "PT\(.hours)H" }' }
        - tell: { emit: { event: { with: { type: org.example.result, data: { hours: '${ .hours }' } } } } }
      """
    When the workflow completes-all is executed
    And PT2H passes
    And an event of type org.example.complete arrives
    Then the workflow should complete with output:
      """yaml
      results: [ { hours: 1 } ]
      """
    And instance 1 of worker should be completed
    And instance 2 of worker should be cancelled

  @WCP-29
  Scenario: WCP-29 Cancelling Discriminator
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: cancelling, version: '1.0.0' }
      do:
        - race: { fork: { compete: true, branches: [ { slow: { wait: PT3M } }, { quick: { do: [ { rest: { wait: PT1M } }, { won: { set: { won: quick } } } ] } }, { ears: { listen: { to: { one: { with: { type: org.example.x } } } } } } ] } }
        - behind: { wait: PT5M }
      """
    When the workflow is executed
    And PT1M passes
    Then slow should cancel
    And ears should cancel
    And behind should start at 2026-11-21T10:01:00Z
    When PT5M passes
    Then the workflow should complete with output:
      """yaml
      won: quick
      """
    And behind should run 1 time

  @WCP-30
  Scenario: WCP-30 Structured Partial Join
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: partial, version: '1.0.0' }
      do:
        - a: { run: { await: false, workflow: { namespace: patterns, name: voter, version: '1.0.0', input: { name: a, minutes: 3, of: '${ $workflow.id }' } } } }
        - b: { run: { await: false, workflow: { namespace: patterns, name: voter, version: '1.0.0', input: { name: b, minutes: 1, of: '${ $workflow.id }' } } } }
        - c: { run: { await: false, workflow: { namespace: patterns, name: voter, version: '1.0.0', input: { name: c, minutes: 2, of: '${ $workflow.id }' } } } }
        - join: { listen: { to: { any: [ { with: { type: org.example.vote } } ], until: length == 2 } } }
        - behind: { set: { voted: '${ . }' } }
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: voter, version: '1.0.0' }
      do:
        - rest: { wait: '${ "PT\(.minutes)M" }' }
        - vote: { emit: { event: { with: { type: org.example.vote, subject: '${ .of }', data: '${ .name }' } } } }
      """
    When the workflow partial is executed
    And PT1M passes
    Then behind should not run
    When PT1M passes
    Then the workflow should complete with output:
      """yaml
      voted: [ b, c ]
      """
    When PT1M passes
    Then behind should run 1 time
    And 3 events of type org.example.vote were emitted

  @WCP-32
  Scenario: WCP-32 Cancelling Partial Join
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: cancelling-partial, version: '1.0.0' }
      do:
        - either:
            fork:
              compete: true
              branches:
                - join: { listen: { to: { any: [ { with: { type: org.example.vote } } ], until: length == 2 } } }
                - voters:
                    fork:
                      branches:
                        - a: { do: [ { resta: { wait: PT3M } }, { votea: { emit: { event: { with: { type: org.example.vote, data: a } } } } } ] }
                        - b: { do: [ { restb: { wait: PT1M } }, { voteb: { emit: { event: { with: { type: org.example.vote, data: b } } } } } ] }
                        - c: { do: [ { restc: { wait: PT2M } }, { votec: { emit: { event: { with: { type: org.example.vote, data: c } } } } } ] }
        - behind: { set: { voted: '${ . }' } }
      """
    When the workflow is executed
    And PT5M passes
    Then the workflow should complete with output:
      """yaml
      voted: [ b, c ]
      """
    And the workflow should end at 2026-11-21T10:02:00Z
    And resta should cancel
    And votea should not run
    And 2 events of type org.example.vote were emitted

  @WCP-33
  Scenario: WCP-33 Generalized AND-Join
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: generalized, version: '1.0.0' }
      do:
        - join: { listen: { to: { all: [ { with: { type: org.example.frame } }, { with: { type: org.example.glass } } ] } }, export: { as: '$context + { windows: (($context.windows // []) + [.]) }' } }
        - again: { switch: [ { once: { when: ($context.windows | length) < 2, then: join } } ] }
      """
    When the workflow is executed
    And an event arrives:
      | field   | value             |
      | type    | org.example.frame |
      | subject | the workflow      |
      | data    | f1                |
    And an event arrives:
      | field   | value             |
      | type    | org.example.frame |
      | subject | the workflow      |
      | data    | f2                |
    And an event arrives:
      | field   | value             |
      | type    | org.example.glass |
      | subject | the workflow      |
      | data    | g1                |
    Then join should run 2 times
    And join should be waiting
    When the runtime is killed
    And an event arrives:
      | field   | value             |
      | type    | org.example.glass |
      | subject | the workflow      |
      | data    | g2                |
    Then the workflow should complete
    And the context should be:
      """yaml
      windows: [ [ f1, g1 ], [ f2, g2 ] ]
      """

  @WCP-34
  Scenario: WCP-34 Static Partial Join for Multiple Instances
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: static-partial, version: '1.0.0' }
      do:
        - each:
            for: { each: n, in: .minutes }
            do: [ { start: { run: { await: false, workflow: { namespace: patterns, name: report, version: '1.0.0', input: { n: '${ $n }', of: '${ $workflow.id }' } } } } } ]
        - join: { listen: { to: { any: [ { with: { type: org.example.report } } ], until: length == 3 } } }
        - behind: { set: { reports: '${ . }' } }
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: report, version: '1.0.0' }
      do:
        - rest: { wait: '${ "PT\(.n)M" }' }
        - tell: { emit: { event: { with: { type: org.example.report, subject: '${ .of }', data: '${ .n }' } } } }
      """
    And the workflow input is:
      """yaml
      minutes: [ 5, 1, 4, 2, 3 ]
      """
    When the workflow static-partial is executed
    And PT5M passes
    Then the workflow should complete with output:
      """yaml
      reports: [ 1, 2, 3 ]
      """
    And the workflow should end at 2026-11-21T10:03:00Z
    And behind should run 1 time
    And instance 1 of report should be completed

  @WCP-35
  Scenario: WCP-35 Cancelling Partial Join for Multiple Instances
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: cancelling-instances, version: '1.0.0' }
      do:
        - either:
            fork:
              compete: true
              branches:
                - join: { listen: { to: { any: [ { with: { type: org.example.offer } } ], until: length == 2 } } }
                - instances:
                    fork:
                      branches:
                        - one: { run: { workflow: { namespace: patterns, name: offer, version: '1.0.0', input: { n: 1 } } } }
                        - two: { run: { workflow: { namespace: patterns, name: offer, version: '1.0.0', input: { n: 2 } } } }
                        - three: { run: { workflow: { namespace: patterns, name: offer, version: '1.0.0', input: { n: 3 } } } }
        - behind: { set: { offers: '${ . }' } }
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: offer, version: '1.0.0' }
      do:
        - rest: { wait: '${ "PT\(.n)M" }' }
        - tell: { emit: { event: { with: { type: org.example.offer, data: '${ .n }' } } } }
      """
    When the workflow cancelling-instances is executed
    And PT10M passes
    Then the workflow should complete with output:
      """yaml
      offers: [ 1, 2 ]
      """
    And the workflow should end at 2026-11-21T10:02:00Z
    And instance 3 of offer should be cancelled
    And 2 events of type org.example.offer were emitted

  @WCP-36
  Scenario: WCP-36 Dynamic Partial Join for Multiple Instances
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: dynamic-partial, version: '1.0.0' }
      do:
        - begin: { run: { await: false, workflow: { namespace: patterns, name: search, version: '1.0.0', input: { found: 2, of: '${ $workflow.id }' } } } }
        - join:
            listen:
              to:
                any: [ { with: { type: org.example.found } }, { with: { type: org.example.further } } ]
                until: '(map(.found // 0) | add) >= 7'
            foreach:
              item: it
              do:
                - more:
                    if: $it.search != null
                    run: { await: false, workflow: { namespace: patterns, name: search, version: '1.0.0', input: { found: '${ $it.search }', of: '${ $workflow.id }' } } }
            output: { as: '{ found: (map(.found // 0) | add) }' }
        - behind: { set: { sum: '${ .found }' } }
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: search, version: '1.0.0' }
      do:
        - rest: { wait: PT1M }
        - tell: { emit: { event: { with: { type: org.example.found, subject: '${ .of }', data: { found: '${ .found }' } } } } }
      """
    When the workflow dynamic-partial is executed
    And PT30S passes
    And an event of type org.example.further arrives with data:
      """yaml
      search: 3
      """
    And an event of type org.example.further arrives with data:
      """yaml
      search: 1
      """
    And PT1M passes
    Then behind should not run
    When an event of type org.example.further arrives with data:
      """yaml
      search: 4
      """
    And PT1M passes
    Then the workflow should complete with output:
      """yaml
      sum: 10
      """
    And 4 instances of search have been started

  @WCP-40
  Scenario: WCP-40 Interleaved Routing
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: interleaved, version: '1.0.0' }
      do:
        - tests:
            listen: { to: { any: [ { with: { type: org.example.test } } ], until: length == 3 } }
            foreach:
              item: test
              do:
                - which: { switch: [ { b: { when: $test == "blood", then: blood } }, { x: { when: $test == "xray", then: xray } }, { o: { then: heart } } ] }
                - blood: { wait: PT10M, then: exit }
                - xray: { wait: PT10M, then: exit }
                - heart: { wait: PT10M, then: exit }
        - behind: { set: { behind: true } }
      """
    When the workflow is executed
    And an event of type org.example.test arrives with data:
      """yaml
      xray
      """
    And an event of type org.example.test arrives with data:
      """yaml
      heart
      """
    And an event of type org.example.test arrives with data:
      """yaml
      blood
      """
    And PT15M passes
    Then xray should end at 2026-11-21T10:10:00Z
    And heart should be waiting
    And blood should not run
    When the runtime is killed
    And PT15M passes
    Then heart should start at 2026-11-21T10:10:00Z
    And blood should start at 2026-11-21T10:20:00Z
    And the workflow should end at 2026-11-21T10:30:00Z
    And behind should run last

  @WCP-43
  Scenario: WCP-43 Explicit Termination
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: patterns, name: explicit, version: '1.0.0' }
      do:
        - all:
            fork:
              branches:
                - slow: { wait: P1D }
                - stop: { do: [ { rest: { wait: PT1M } }, { ended: { set: { ended: true }, then: end } } ] }
        - never: { set: { never: true } }
      """
    When the workflow is executed
    And PT1M passes
    Then the workflow should complete with output:
      """yaml
      ended: true
      """
    And the workflow should end at 2026-11-21T10:01:00Z
    And slow should cancel
    And never should not run
