Feature: For (statements 19 to 21)

  @S19
  Scenario: 19.1 The output of a round is the input of the next, and that of the last is the output of the loop
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: rounds, version: '1.0.0' }
      do:
        - add:
            for: { each: n, in: .numbers }
            do: [ { sum: { set: { total: '${ .total + $n }', before: '${ .total }' } } } ]
      """
    And the workflow input is:
      """yaml
      { numbers: [ 1, 2, 3 ], total: 10 }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      { total: 16, before: 13 }
      """
    And the input of add/do/sum should be:
      """yaml
      { total: 13, before: 11 }
      """
    And sum should run 3 times

  @S19
  Scenario: 19.2 The first round begins with the input of the loop as it was transformed
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: first-round, version: '1.0.0' }
      do:
        - walk:
            input: { from: .inner }
            for: { each: n, in: .list }
            do: [ { see: { set: { seen: '${ . }', n: '${ $n }' } } } ]
            output: { as: '{ first: .seen, loop: $input }' }
      """
    And the workflow input is:
      """yaml
      { inner: { list: [ 7 ] }, list: [ 1, 2 ] }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      { first: { list: [ 7 ] }, loop: { list: [ 7 ] } }
      """
    And see should run 1 time

  @S19
  Scenario: 19.3 Over nothing the loop hands its input on
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: nothing, version: '1.0.0' }
      do:
        - walk:
            for: { in: '[]' }
            do: [ { never: { set: { never: true } } } ]
        - behind: { set: { handed: '${ . }' } }
      """
    And the workflow input is:
      """yaml
      { kept: 1 }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      handed: { kept: 1 }
      """
    And never should not run
    And walk should complete

  @S19
  Scenario: 19.4 Without names of their own, item and index are $item and $index
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: no-names, version: '1.0.0' }
      do:
        - walk:
            for: { in: .letters }
            do: [ { note: { set: { said: '${ .said + [ "\($index)\($item)" ] }' } } } ]
      """
    And the workflow input is:
      """yaml
      { letters: [ a, b, c ] }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      said: [ 0a, 1b, 2c ]
      """

  @S19
  Scenario: 19.5 Item and index are seen in every task below, and those of an inner loop beside them
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: nested, version: '1.0.0' }
      do:
        - rows:
            for: { each: row, at: y, in: .rows }
            do:
              - inside:
                  do:
                    - cells:
                        for: { each: cell, at: x, in: $row }
                        do:
                          - even:
                              if: ($x + $y) % 2 == 0
                              set: { seen: '${ .seen + [ "\($y)\($x)\($cell)" ] }' }
      """
    And the workflow input is:
      """yaml
      rows: [ [ a, b ], [ c, d ] ]
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      seen: [ 00a, 11d ]
      """
    And even should run 2 times

  @S19
  Scenario Outline: 19.6 Item and index are known to the tasks of the loop alone
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: known, version: '1.0.0' }
      do:
        - walk: { for: { each: n, at: i, in: .list }, do: [ { note: { set: { x: 1 } } } ] }
        - behind: { set: { x: '${ <variable> }' } }
      """
    Then the definition should be refused with PG-D008

    Examples:
      | variable |
      | $n       |
      | $i       |

  @S19
  Scenario: 19.7 A round can go back within its list without disturbing the loop
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: back, version: '1.0.0' }
      do:
        - walk:
            for: { each: n, in: '[ 2, 3 ]' }
            do:
              - begin: { set: { left: '${ $n }', steps: '${ .steps }' } }
              - step: { set: { left: '${ .left - 1 }', steps: '${ (.steps // 0) + 1 }' } }
              - more: { switch: [ { yes: { when: .left > 0, then: step } }, { no: { then: continue } } ] }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      { left: 0, steps: 5 }
      """
    And begin should run 2 times
    And step should run 5 times

  @S20
  Scenario: 20.1 "while" is tested before each round, against the data of that moment
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: while, version: '1.0.0' }
      do:
        - add:
            for: { each: n, in: '[ 1, 2, 3, 4, 5 ]' }
            while: .total < 6
            do: [ { sum: { set: { total: '${ .total + $n }' } } } ]
      """
    And the workflow input is:
      """yaml
      total: 0
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      total: 6
      """
    And sum should run 3 times

  @S20
  Scenario: 20.2 Where "while" is false from the first, nothing runs and the input is handed on
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: never, version: '1.0.0' }
      do:
        - add:
            for: { each: n, in: '[ 1, 2 ]' }
            while: '${ .total < 0 }'
            do: [ { sum: { set: { total: 99 } } } ]
      """
    And the workflow input is:
      """yaml
      total: 0
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      total: 0
      """
    And sum should not run

  @S20
  Scenario: 20.3 "while" sees item and index; once it is false the loop ends, later items or not
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: stops, version: '1.0.0' }
      do:
        - add:
            for: { each: n, at: i, in: '[ 1, 2, 3, 1 ]' }
            while: $n < 3 and $i < 10
            do: [ { sum: { set: { total: '${ .total + $n }' } } } ]
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      total: 3
      """
    And sum should run 2 times

  @S20
  Scenario: 20.4 The items are those of the beginning, whatever the rounds do to data and context
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: once, version: '1.0.0' }
      do:
        - keep: { set: { list: [ 1, 2, 3 ] }, export: { as: '{ list: .list }' } }
        - walk:
            for: { each: n, in: '$context.list' }
            do:
              - rest: { wait: PT1M }
              - note:
                  set: { list: [ 9 ], seen: '${ .seen + [ $n ] }' }
                  export: { as: '{ list: [ 9, 9, 9, 9, 9 ] }' }
      """
    And the runtime is killed after note
    When the workflow is executed
    And PT1M passes
    And the runtime is killed
    And PT10M passes
    Then the workflow should complete with output:
      """yaml
      { list: [ 9 ], seen: [ 1, 2, 3 ] }
      """
    And note should run 3 times

  @S20
  Scenario Outline: 20.5 What is gone through must be an array
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: no-array, version: '1.0.0' }
      do:
        - walk: { for: { in: .things }, do: [ { note: { set: { x: 1 } } } ] }
      """
    And the workflow input is:
      """yaml
      things: <things>
      """
    When the workflow is executed
    Then the workflow should fault with error:
      """yaml
      type: https://open-workflow-specification.org/spec/1.0.0/errors/expression
      status: 400
      instance: /do/0/walk
      """
    And note should not run

    Examples:
      | things   |
      | { a: 1 } |
      | text     |
      | 3        |
      | null     |

  @S20
  Scenario: 20.6 A "while" that can't be evaluated is an error of the loop, and can be caught around it
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: broken-while, version: '1.0.0' }
      do:
        - guarded:
            try:
              - walk:
                  for: { each: n, in: '[ 1, 2, 3 ]' }
                  while: '${ (.said + 1) > 0 }'
                  do: [ { say: { set: { said: text } } } ]
            catch:
              as: error
              do: [ { told: { set: { status: '${ $error.status }', at: '${ $error.instance }' } } } ]
      """
    And the workflow input is:
      """yaml
      said: 1
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      { status: 400, at: /do/0/guarded/try/0/walk }
      """
    And say should run 1 time
    And walk should fault

  @S21
  Scenario: 21.1 A loop goes on at its index where the runtime is killed between and within rounds
    Given the service at http://parcels.example/send answers 200 with:
      """yaml
      sent: true
      """
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: index, version: '1.0.0' }
      do:
        - walk:
            for: { each: parcel, at: i, in: .parcels }
            do:
              - send:
                  call: http
                  with: { method: post, endpoint: 'http://parcels.example/send', body: { parcel: '${ $parcel }' } }
                  output: { as: '$input + { last: $input.next, next: .sent }' }
              - note: { set: { count: '${ .count + 1 }', parcel: '${ $parcel }', i: '${ $i }' } }
      """
    And the workflow input is:
      """yaml
      { parcels: [ a, b, c ], count: 0 }
      """
    And the runtime is killed before note
    And the runtime is killed after note
    And the runtime is killed before send
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      { count: 3, parcel: c, i: 2 }
      """
    And note should run 3 times
    And the service at http://parcels.example/send was asked 3 times
    And the service at http://parcels.example/send was asked with another key each time

  @S21
  Scenario: 21.2 A loop over 500 items that is killed in its midst runs none of the finished items again
    Given the clock stands at 2026-11-21T10:00:00Z
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: five-hundred, version: '1.0.0' }
      do:
        - walk:
            for: { each: n, in: '[ range(500) ]' }
            do:
              - rest: { wait: PT1S }
              - count: { set: { count: '${ .count + 1 }', sum: '${ .sum + $n }' } }
      """
    When the workflow is executed
    And PT4M10S passes
    And the runtime is killed
    Then count should run 250 times
    When PT2M5S passes
    And the runtime is killed before count
    And PT10M passes
    Then the workflow should complete with output:
      """yaml
      { count: 500, sum: 124750 }
      """
    And count should run 500 times
    And rest should run 500 times
    And the workflow should end at 2026-11-21T10:08:20Z

  @S21
  Scenario: 21.3 The place in nested loops is kept
    Given the clock stands at 2026-11-21T10:00:00Z
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: place, version: '1.0.0' }
      do:
        - outer:
            for: { each: a, in: '[ "x", "y" ]' }
            do:
              - inner:
                  for: { each: b, in: '[ 1, 2 ]' }
                  do:
                    - rest: { wait: PT1H }
                    - note: { set: { seen: '${ .seen + [ "\($a)\($b)" ] }' } }
      """
    When the workflow is executed
    And PT1H30M passes
    And the runtime is killed
    And PT1H passes
    And the runtime is killed
    And PT1H passes
    And the runtime is killed
    And PT1H passes
    Then the workflow should complete with output:
      """yaml
      seen: [ x1, x2, y1, y2 ]
      """
    And inner should run 2 times
    And note should run 4 times
    And the workflow should end at 2026-11-21T14:00:00Z

  @S21
  Scenario: 21.5 A round that faulted is tried again alone, and the loop goes on from there
    Given the service at http://parcels.example/ answers 200
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: retried, version: '1.0.0' }
      do:
        - walk:
            for: { each: n, in: '$context.list // [ 1, 2, 3 ]' }
            do:
              - rest: { wait: PT1M }
              - send:
                  call: http
                  with: { method: post, endpoint: 'http://parcels.example/', body: '${ $n }' }
                  output: { as: '{ sent: (($input.sent // []) + [ $n ]) }' }
                  export: { as: '{ list: [ 9 ] }' }
      """
    When the workflow is executed
    And PT1M passes
    And the service at http://parcels.example/ answers 400
    And PT1M passes
    Then the workflow should fault
    When the service at http://parcels.example/ answers 200
    And the runtime is killed
    And the workflow is retried
    And PT1M passes
    Then the workflow should complete with output:
      """yaml
      sent: [ 1, 2, 3 ]
      """
    And rest should run 3 times
    And send should run 4 times
    And the service at http://parcels.example/ was asked 4 times
