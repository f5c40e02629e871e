Feature: Fork (statements 22 to 26)

  @S22
  Scenario: 22.1 The output is an array in the order of declaration, and the branches run beside each other
    Given the clock stands at 2026-11-21T10:00:00Z
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: order, version: '1.0.0' }
      do:
        - beside:
            fork:
              branches:
                - slow: { do: [ { rest3: { wait: PT3S } }, { a: { set: { x: a } } } ] }
                - quick: { do: [ { rest1: { wait: PT1S } }, { b: { set: { x: b } } } ] }
                - middle: { do: [ { rest2: { wait: PT2S } }, { c: { set: { x: c } } } ] }
      """
    When the workflow is executed
    And PT2S passes
    Then the workflow should be waiting
    When PT1S passes
    Then the workflow should complete with output:
      """yaml
      [ { x: a }, { x: b }, { x: c } ]
      """
    And the workflow should end at 2026-11-21T10:00:03Z
    And b should run before c
    And c should run before a

  @S22
  Scenario: 22.2 Every branch gets the fork's transformed input, not what another put out
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: input, version: '1.0.0' }
      do:
        - beside:
            input: { from: '{ n: .inner }' }
            fork:
              branches:
                - first: { set: { first: '${ . }' } }
                - second: { set: { second: '${ . }' } }
            output: { as: '{ branches: ., input: $input }' }
      """
    And the workflow input is:
      """yaml
      inner: 5
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      { branches: [ { first: { n: 5 } }, { second: { n: 5 } } ], input: { n: 5 } }
      """

  @S22
  Scenario: 22.3 A branch that is skipped, one that exits and a fork within have their places in the array
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: places, version: '1.0.0' }
      do:
        - beside:
            fork:
              branches:
                - skipped: { if: 'false', set: { never: true } }
                - left: { do: [ { one: { set: { one: 1 }, then: exit } }, { two: { set: { two: 2 } } } ] }
                - within: { fork: { branches: [ { x: { set: { x: 1 } } }, { y: { set: { y: 2 } } } ] } }
      """
    And the workflow input is:
      """yaml
      raw: true
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      [ { raw: true }, { one: 1 }, [ { x: 1 }, { y: 2 } ] ]
      """
    And two should not run

  @S22
  Scenario: 22.4 Where the runtime is killed, branches that ended don't run again and the others go on
    Given the clock stands at 2026-11-21T10:00:00Z
    And the service at http://left.example/ answers 200 with:
      """yaml
      from: left
      """
    And the service at http://right.example/ answers 200 with:
      """yaml
      from: right
      """
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: killed, version: '1.0.0' }
      do:
        - beside:
            fork:
              branches:
                - left: { call: http, with: { method: post, endpoint: 'http://left.example/' } }
                - right:
                    do:
                      - rest: { wait: PT1H }
                      - ask: { call: http, with: { method: post, endpoint: 'http://right.example/' } }
      """
    And the runtime is killed after left
    And the runtime is killed before ask
    When the workflow is executed
    And PT30M passes
    And the runtime is killed
    And PT30M passes
    Then the workflow should complete with output:
      """yaml
      [ { from: left }, { from: right } ]
      """
    And left should run 1 time
    And the service at http://left.example/ was asked 1 times
    And the service at http://right.example/ was asked 1 times
    And the workflow should end at 2026-11-21T11:00:00Z

  @S23
  Scenario: 23.1 A race ends with its first branch, and the output is that branch's alone
    Given the clock stands at 2026-11-21T10:00:00Z
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: race, version: '1.0.0' }
      do:
        - race:
            fork:
              compete: true
              branches:
                - slow: { do: [ { rest3: { wait: PT3S } }, { a: { set: { winner: slow } } } ] }
                - quick: { do: [ { rest1: { wait: PT1S } }, { b: { set: { winner: quick } } } ] }
        - rest: { wait: PT1M }
      """
    When the workflow is executed
    And PT1S passes
    Then race should complete
    And the output of race should be:
      """yaml
      winner: quick
      """
    And race should end at 2026-11-21T10:00:01Z
    And slow should cancel
    And rest3 should cancel
    And rest3 should end before slow
    And slow should end before race
    When PT1M passes
    Then the workflow should complete with output:
      """yaml
      winner: quick
      """
    And a should not run
    And race should end at 2026-11-21T10:00:01Z
    And the journal has 0 events of kind task-faulted

  @S23
  Scenario: 23.2 A branch that faults does not win while others run
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: no-win, version: '1.0.0' }
      do:
        - race:
            fork:
              compete: true
              branches:
                - breaks: { raise: { error: { type: 'https://example.org/broken', status: 500 } } }
                - lasts: { do: [ { rest: { wait: PT1S } }, { won: { set: { won: true } } } ] }
      """
    When the workflow is executed
    Then the workflow should be waiting
    And breaks should fault
    When PT1S passes
    Then the workflow should complete with output:
      """yaml
      won: true
      """

  @S23
  Scenario: 23.3 Where all branches fault, the race faults with the first fault
    Given the clock stands at 2026-11-21T10:00:00Z
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: all-fault, version: '1.0.0' }
      do:
        - race:
            fork:
              compete: true
              branches:
                - one:
                    do:
                      - rest1: { wait: PT1S }
                      - break1: { raise: { error: { type: 'https://example.org/first', status: 501 } } }
                - two:
                    do:
                      - rest2: { wait: PT2S }
                      - break2: { raise: { error: { type: 'https://example.org/second', status: 502 } } }
      """
    When the workflow is executed
    And PT1S passes
    Then the workflow should be waiting
    When the runtime is killed
    And PT1S passes
    Then the workflow should fault with error:
      """yaml
      { type: 'https://example.org/first', status: 501 }
      """
    And the workflow should end at 2026-11-21T10:00:02Z

  @S23
  Scenario: 23.4 The listener of a loser is gone: what comes later is for who listens then
    Given the clock stands at 2026-11-21T10:00:00Z
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: listener-gone, version: '1.0.0' }
      do:
        - race:
            fork:
              compete: true
              branches:
                - ears: { listen: { to: { one: { with: { type: org.example.word } } } } }
                - clock: { wait: PT1M }
        - pause: { wait: PT1M }
        - later: { listen: { to: { one: { with: { type: org.example.word } } } } }
      """
    When the workflow is executed
    And PT90S passes
    Then ears should cancel
    When an event arrives:
      | field   | value            |
      | type    | org.example.word |
      | subject | the workflow     |
      | data    | { said: late }   |
    And PT30S passes
    Then the workflow should complete with output:
      """yaml
      [ { said: late } ]
      """
    And the journal has event-consumed for later
    And the journal has 1 event of kind event-consumed

  @S23
  Scenario: 23.5 Whatever a loser holds is given up: loops, retries, requests, children
    Given the clock stands at 2026-11-21T10:00:00Z
    And the service at http://slow.example/ takes PT20S
    And the service at http://slow.example/ answers 200
    And the service at http://broken.example/ answers 503
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: gives-up, version: '1.0.0' }
      do:
        - race:
            fork:
              compete: true
              branches:
                - loops: { for: { in: '[ 1, 2, 3 ]' }, do: [ { turn: { wait: PT4S } } ] }
                - retries:
                    try: [ { ask: { call: http, with: { method: get, endpoint: 'http://broken.example/' } } } ]
                    catch: { retry: { delay: PT7S, limit: { attempt: { count: 5 } } } }
                - calls: { call: http, with: { method: get, endpoint: 'http://slow.example/' } }
                - parent: { run: { workflow: { namespace: conformance, name: child, version: '1.0.0' } } }
                - winner: { do: [ { rest: { wait: PT10S } }, { won: { set: { won: true } } } ] }
        - behind: { wait: PT1M }
      """
    And another workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: child, version: '1.0.0' }
      do: [ { long: { wait: PT30S } }, { ends: { set: { child: ended } } } ]
      """
    When the workflow is executed
    And PT10S passes
    Then loops should cancel
    And turn should cancel
    And retries should cancel
    And calls should cancel
    And parent should cancel
    And instance 1 of child should be cancelled
    When PT1M passes
    Then the workflow should complete with output:
      """yaml
      won: true
      """
    And turn should run 3 times
    And ask should run 2 times
    And the service at http://broken.example/ was asked 2 times
    And race should end at 2026-11-21T10:00:10Z

  @S23
  Scenario: 23.6 A race that is decided stays decided where the runtime is killed
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: decided, version: '1.0.0' }
      do:
        - race:
            fork:
              compete: true
              branches:
                - slow: { do: [ { rest2: { wait: PT2M } }, { a: { set: { winner: slow } } } ] }
                - quick: { do: [ { rest1: { wait: PT1M } }, { b: { set: { winner: quick } } } ] }
        - behind: { wait: PT5M }
      """
    And the runtime is killed before b
    And the runtime is killed after race
    When the workflow is executed
    And PT30S passes
    And the runtime is killed
    And PT10M passes
    Then the workflow should complete with output:
      """yaml
      winner: quick
      """
    And a should not run
    And b should run 1 time
    And the journal has 1 event of kind instance-completed

  @S24
  Scenario: 24.1 A branch that faults cancels the others, and the fork raises its error
    Given the clock stands at 2026-11-21T10:00:00Z
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: faults, version: '1.0.0' }
      do:
        - beside:
            fork:
              branches:
                - rests: { do: [ { long: { wait: PT1H } }, { never: { set: { never: true } } } ] }
                - breaks:
                    do:
                      - short: { wait: PT1S }
                      - broken: { raise: { error: { type: 'https://example.org/broken', status: 500 } } }
      """
    When the workflow is executed
    And PT1S passes
    Then the workflow should fault with error:
      """yaml
      type: https://example.org/broken
      status: 500
      instance: /do/0/beside/fork/branches/1/breaks/do/1/broken
      """
    And long should cancel
    And broken should fault
    And the workflow should end at 2026-11-21T10:00:01Z
    When PT2H passes
    Then never should not run

  @S24
  Scenario: 24.2 The error of a branch is caught around the fork, and the others are cancelled by then
    Given the clock stands at 2026-11-21T10:00:00Z
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: caught, version: '1.0.0' }
      do:
        - guarded:
            try:
              - beside:
                  fork:
                    branches:
                      - ears: { listen: { to: { one: { with: { type: org.example.word } } } } }
                      - rests: { wait: PT1H }
                      - breaks: { do: [ { short: { wait: PT1S } }, { broken: { raise: { error: { type: 'https://example.org/broken', status: 500 } } } } ] }
            catch:
              do: [ { told: { set: { caught: '${ $error.status }' } } } ]
        - behind: { wait: PT2H }
      """
    When the workflow is executed
    And PT1S passes
    Then ears should cancel
    And rests should cancel
    And rests should end before told
    And beside should fault
    And guarded should end at 2026-11-21T10:00:01Z
    When PT2H passes
    Then the workflow should complete with output:
      """yaml
      caught: 500
      """

  @S24
  Scenario: 24.3 An error that is caught within its branch leaves the others alone
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: within, version: '1.0.0' }
      do:
        - beside:
            fork:
              branches:
                - guarded:
                    try: [ { broken: { raise: { error: { type: 'https://example.org/broken', status: 500 } } } } ]
                    catch: { do: [ { mend: { set: { mended: true } } } ] }
                - rests: { do: [ { rest: { wait: PT1S } }, { done: { set: { done: true } } } ] }
      """
    When the workflow is executed
    And PT1S passes
    Then the workflow should complete with output:
      """yaml
      [ { mended: true }, { done: true } ]
      """
    And the journal has 0 events of kind task-cancelled

  @S25
  Scenario: 25.1 What a branch exports only it sees, until the branches join
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: own-context, version: '1.0.0' }
      do:
        - before: { set: { x: 1 }, export: { as: '{ start: 1 }' } }
        - beside:
            fork:
              branches:
                - first:
                    do:
                      - tell: { set: { x: 1 }, export: { as: '$context + { first: true }' } }
                      - rest1: { wait: PT2S }
                      - own: { set: { sees: '${ $context }' } }
                - second:
                    do:
                      - rest2: { wait: PT1S }
                      - other: { set: { sees: '${ $context }' } }
        - behind: { set: { branches: '${ . }', context: '${ $context }' } }
      """
    And the runtime is killed before own
    And the runtime is killed before other
    When the workflow is executed
    And PT2S passes
    Then the workflow should complete with output:
      """yaml
      branches: [ { sees: { start: 1, first: true } }, { sees: { start: 1 } } ]
      context: { start: 1, first: true }
      """

  @S25
  Scenario: 25.2 At the join contexts are merged in the order of declaration, not of time
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: merged, version: '1.0.0' }
      do:
        - before: { set: { x: 1 }, export: { as: '{ start: 1, both: "none" }' } }
        - beside:
            fork:
              branches:
                - late: { do: [ { rest2: { wait: PT2S } }, { l: { set: { x: 1 }, export: { as: '$context + { late: true, both: "late" }' } } } ] }
                - early: { do: [ { rest1: { wait: PT1S } }, { e: { set: { x: 1 }, export: { as: '$context + { early: true, both: "early" }' } } } ] }
                - silent: { set: { x: 1 } }
      """
    And the runtime is killed after early
    When the workflow is executed
    And PT2S passes
    Then the workflow should complete
    And the context should be:
      """yaml
      { start: 1, late: true, early: true, both: early }
      """
    And the definition should be warned of with PG-D037

  @S25
  Scenario: 25.3 Of a race the context of the winner alone is kept
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: winner-context, version: '1.0.0' }
      do:
        - before: { set: { x: 1 }, export: { as: '{ start: 1 }' } }
        - race:
            fork:
              compete: true
              branches:
                - loser: { do: [ { l: { set: { x: 1 }, export: { as: '$context + { loser: true }' } } }, { rest2: { wait: PT2S } } ] }
                - winner: { do: [ { rest1: { wait: PT1S } }, { w: { set: { x: 1 }, export: { as: '$context + { winner: true }' } } } ] }
      """
    When the workflow is executed
    And PT1S passes
    Then the workflow should complete
    And the context should be:
      """yaml
      { start: 1, winner: true }
      """

  @S26
  Scenario: 26.1 Of two branches that end at the same instant the one declared first wins
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: tie, version: '1.0.0' }
      do:
        - race:
            fork:
              compete: true
              branches:
                - b: { do: [ { restB: { wait: PT1S } }, { setB: { set: { winner: b } } } ] }
                - a: { do: [ { restA: { wait: PT1S } }, { setA: { set: { winner: a } } } ] }
      """
    And the runtime is killed before setB
    When the workflow is executed
    And PT1S passes
    Then the workflow should complete with output:
      """yaml
      winner: b
      """
    And setA should not run

  @S26
  Scenario: 26.2 The tie goes to the branch declared first even where its last wait began later
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: late-tie, version: '1.0.0' }
      do:
        - race:
            fork:
              compete: true
              branches:
                - steps: { do: [ { rest1: { wait: PT1S } }, { rest2: { wait: PT1S } }, { setSteps: { set: { winner: steps } } } ] }
                - whole: { do: [ { rest3: { wait: PT2S } }, { setWhole: { set: { winner: whole } } } ] }
      """
    When the workflow is executed
    And PT1S passes
    And the runtime is killed
    And PT1S passes
    Then the workflow should complete with output:
      """yaml
      winner: steps
      """
    And setWhole should not run

  @S26
  Scenario: 26.3 An event that two branches listen for ends the race in favour of the one declared first
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: event-tie, version: '1.0.0' }
      do:
        - race:
            fork:
              compete: true
              branches:
                - late: { do: [ { rest: { wait: PT1S } }, { hear1: { listen: { to: { one: { with: { type: org.example.word } } } } } }, { set1: { set: { winner: late } } } ] }
                - early: { do: [ { hear2: { listen: { to: { one: { with: { type: org.example.word } } } } } }, { set2: { set: { winner: early } } } ] }
      """
    When the workflow is executed
    And PT1S passes
    And an event of type org.example.word arrives
    Then the workflow should complete with output:
      """yaml
      winner: late
      """
    And hear2 should cancel
    And the journal has 1 event of kind event-consumed

  @S24 @S26
  Scenario: 24.4 Of branches that fault at the same instant the error of the first declared is raised
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: fault-tie, version: '1.0.0' }
      do:
        - beside:
            fork:
              branches:
                - steps: { do: [ { rest1: { wait: PT1S } }, { rest2: { wait: PT1S } }, { break1: { raise: { error: { type: 'https://example.org/first', status: 501 } } } } ] }
                - whole: { do: [ { rest3: { wait: PT2S } }, { break2: { raise: { error: { type: 'https://example.org/second', status: 502 } } } } ] }
      """
    And the runtime is killed before break1
    When the workflow is executed
    And PT5S passes
    Then the workflow should fault with error:
      """yaml
      { type: 'https://example.org/first', status: 501 }
      """
    And break2 should not run

  @S25
  Scenario: 25.4 In a loop every fork begins with the context of its round
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: rounds, version: '1.0.0' }
      do:
        - begin: { set: { x: 1 }, export: { as: '{ left: [], right: [] }' } }
        - walk:
            for: { each: n, in: '[ 1, 2 ]' }
            do:
              - beside:
                  fork:
                    branches:
                      - l: { do: [ { rest: { wait: PT1S } }, { tellL: { set: { x: 1 }, export: { as: '$context + { left: ($context.left + [ $n ]), sawRight: ($context.right | length) }' } } } ] }
                      - r: { set: { x: 1 }, export: { as: '$context + { right: ($context.right + [ $n ]) }' } }
      """
    And the runtime is killed after r
    When the workflow is executed
    And PT5S passes
    Then the workflow should complete
    And the context should be:
      """yaml
      { left: [ 1, 2 ], right: [ 1, 2 ], sawRight: 1 }
      """

  @S23 @S18
  Scenario: 23.8 A race that is run again begins anew, with the losers of before out of the way
    Given the clock stands at 2026-11-21T10:00:00Z
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: again, version: '1.0.0' }
      do:
        - race:
            fork:
              compete: true
              branches:
                - slow: { do: [ { rest15: { wait: PT15S } }, { lost: { set: { winner: slow } } } ] }
                - quick: { do: [ { rest10: { wait: PT10S } }, { won: { set: { winner: quick } } } ] }
            export: { as: '{ rounds: (($context.rounds // 0) + 1) }' }
        - more: { switch: [ { yes: { when: $context.rounds < 3, then: race } } ] }
      """
    When the workflow is executed
    And PT12S passes
    And the runtime is killed
    And PT1M passes
    Then the workflow should complete with output:
      """yaml
      winner: quick
      """
    And lost should not run
    And the workflow should end at 2026-11-21T10:00:30Z
    And rest15 should run 3 times

  @S22 @S15
  Scenario: 22.6 A fork in a branch that ends the workflow cancels the branches of all forks around it
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: ends-all, version: '1.0.0' }
      do:
        - outer:
            fork:
              branches:
                - long1: { wait: PT1H }
                - inner:
                    fork:
                      branches:
                        - long2: { wait: PT1H }
                        - ends: { do: [ { rest: { wait: PT1S } }, { stop: { set: { stopped: true }, then: end } } ] }
        - never: { set: { never: true } }
      """
    And the runtime is killed before stop
    When the workflow is executed
    And PT1S passes
    Then the workflow should complete with output:
      """yaml
      stopped: true
      """
    And long1 should cancel
    And long2 should cancel
    And never should not run
