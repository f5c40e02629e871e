Feature: Listen (statements 31 to 35)

  @S31
  Scenario Outline: 31.1 The output is an array, whatever is read of the events
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: read, version: '1.0.0' }
      do:
        - hear:
            listen: { to: { one: { with: { type: org.example.word } } }, read: <read> }
            output: { as: '<as>' }
      """
    When the workflow is executed
    And an event arrives:
      | field   | value                    |
      | type    | org.example.word         |
      | source  | https://example.org/here |
      | id      | word-1                   |
      | data    | { n: 1 }                 |
      | country | ir                       |
    Then the workflow should complete with output:
      """yaml
      <output>
      """

    Examples:
      | read     | as                                                   | output                                                                     |
      | data     | .                                                    | [ { n: 1 } ]                                                               |
      | envelope | [ .[] \| { id, source, type, country, data } ]       | [ { id: word-1, source: https://example.org/here, type: org.example.word, country: ir, data: { n: 1 } } ] |
      | raw      | [ .[] \| if type == "string" then fromjson else . end ] | [ { n: 1 } ]                                                            |

  @S31
  Scenario: 31.2 Without a word the data is read, of one event too
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: default, version: '1.0.0' }
      do: [ { hear: { listen: { to: { one: { with: { type: org.example.word } } } } } } ]
      """
    When the workflow is executed
    Then hear should be waiting
    When an event of type org.example.other arrives
    Then hear should be waiting
    When an event of type org.example.word arrives with data:
      """yaml
      [ 1, 2 ]
      """
    Then the workflow should complete with output:
      """yaml
      [ [ 1, 2 ] ]
      """

  @S32
  Scenario: 32.1 "all" waits for an event of each filter, and gives them in the order in which they came
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: all, version: '1.0.0' }
      do:
        - hear:
            listen:
              to:
                all:
                  - with: { type: org.example.first }
                  - with: { type: org.example.second }
      """
    When the workflow is executed
    And an event of type org.example.second arrives with data:
      """yaml
      second
      """
    Then hear should be waiting
    When the runtime is killed
    And an event of type org.example.second arrives with data:
      """yaml
      again
      """
    Then hear should be waiting
    When an event of type org.example.first arrives with data:
      """yaml
      first
      """
    Then the workflow should complete with output:
      """yaml
      [ second, first ]
      """

  @S32
  Scenario: 32.2 One event satisfies one filter of "all", though it would suit two
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: one-filter, version: '1.0.0' }
      do:
        - hear:
            listen:
              to:
                all:
                  - with: { type: org.example.word }
                  - with: { source: /scenario }
      """
    When the workflow is executed
    And an event of type org.example.word arrives with data:
      """yaml
      1
      """
    Then hear should be waiting
    When an event of type org.example.other arrives with data:
      """yaml
      2
      """
    Then the workflow should complete with output:
      """yaml
      [ 1, 2 ]
      """

  @S32
  Scenario: 32.3 "any" ends with the first event of any filter
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: any, version: '1.0.0' }
      do:
        - hear: { listen: { to: { any: [ { with: { type: org.example.a } }, { with: { type: org.example.b } } ] } } }
        - rest: { wait: PT1M }
      """
    When the workflow is executed
    And an event of type org.example.c arrives
    And an event of type org.example.b arrives with data:
      """yaml
      b
      """
    And an event of type org.example.a arrives with data:
      """yaml
      a
      """
    And PT1M passes
    Then the workflow should complete with output:
      """yaml
      [ b ]
      """

  @S32
  Scenario: 32.4 "any" of nothing takes every event, until a condition over those so far holds
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: every-event, version: '1.0.0' }
      do: [ { hear: { listen: { to: { any: [], until: '(map(.n) | add) >= 6' } } } } ]
      """
    When the workflow is executed
    And an event of type org.example.a arrives with data:
      """yaml
      n: 1
      """
    And an event of type org.example.b arrives with data:
      """yaml
      n: 2
      """
    And the runtime is killed
    Then hear should be waiting
    When an event of type org.example.c arrives with data:
      """yaml
      n: 3
      """
    Then the workflow should complete with output:
      """yaml
      [ { n: 1 }, { n: 2 }, { n: 3 } ]
      """

  @S32
  Scenario: 32.5 What ends "until" is no part of the output
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: until-event, version: '1.0.0' }
      do:
        - hear:
            listen:
              to:
                any: [ { with: { type: org.example.reading } } ]
                until: { one: { with: { type: org.example.stop } } }
      """
    When the workflow is executed
    And an event of type org.example.reading arrives with data:
      """yaml
      1
      """
    And the runtime is killed
    And an event of type org.example.other arrives
    And an event of type org.example.reading arrives with data:
      """yaml
      2
      """
    And an event of type org.example.stop arrives with data:
      """yaml
      3
      """
    Then the workflow should complete with output:
      """yaml
      [ 1, 2 ]
      """

  @S32
  Scenario: 32.6 "until" can end before anything was taken, and can want all of several events
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: until-all, version: '1.0.0' }
      do:
        - hear:
            listen:
              to:
                any: []
                until: { all: [ { with: { type: org.example.stop } }, { with: { type: org.example.really } } ] }
      """
    When the workflow is executed
    And an event of type org.example.stop arrives
    And the runtime is killed
    Then hear should be waiting
    When an event of type org.example.really arrives
    Then the workflow should complete with output:
      """yaml
      []
      """

  @S33
  Scenario: 33.1 Events are gone through one after the other, the next once the one before is through
    Given the clock stands at 2026-11-21T10:00:00Z
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: foreach, version: '1.0.0' }
      do:
        - hear:
            listen: { to: { any: [ { with: { type: org.example.item } } ], until: 'length == 3' } }
            foreach:
              item: thing
              at: place
              do:
                - rest: { wait: PT1M }
                - note: { set: { said: '${ "\($place)\($thing.n)" }', from: '${ .n }' } }
      """
    When the workflow is executed
    And an event of type org.example.item arrives with data:
      """yaml
      n: a
      """
    And an event of type org.example.item arrives with data:
      """yaml
      n: b
      """
    And PT30S passes
    And an event of type org.example.item arrives with data:
      """yaml
      n: c
      """
    Then rest should run 1 time
    When the runtime is killed
    And PT1M passes
    Then rest should run 2 times
    And note should run 1 time
    When the runtime is killed
    And PT2M passes
    Then the workflow should complete with output:
      """yaml
      [ { said: 0a, from: a }, { said: 1b, from: b }, { said: 2c, from: c } ]
      """
    And the workflow should end at 2026-11-21T10:03:00Z
    And note should run 3 times

  @S33
  Scenario: 33.2 Where the runtime is killed behind an item, that item is not gone through again
    Given the service at http://items.example/ answers 200
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: items-killed, version: '1.0.0' }
      do:
        - hear:
            listen: { to: { any: [ { with: { type: org.example.item } } ], until: { one: { with: { type: org.example.stop } } } } }
            foreach:
              item: thing
              do:
                - send: { call: http, with: { method: post, endpoint: 'http://items.example/', body: '${ $thing }' }, output: { as: '$input' } }
              output: { as: '. + { through: true }' }
              export: { as: '{ seen: (($context.seen // []) + [ $thing.n ]) }' }
      """
    And the runtime is killed after send
    When the workflow is executed
    And an event of type org.example.item arrives with data:
      """yaml
      n: 1
      """
    And the runtime is killed
    And an event of type org.example.item arrives with data:
      """yaml
      n: 2
      """
    And an event of type org.example.stop arrives
    Then the workflow should complete with output:
      """yaml
      [ { n: 1, through: true }, { n: 2, through: true } ]
      """
    And send should run 2 times
    And the service at http://items.example/ was asked 2 times
    And the service at http://items.example/ was asked with another key each time
    And the context should be:
      """yaml
      seen: [ 1, 2 ]
      """

  @S33
  Scenario: 33.3 An error of an item is an error of the listen, and what waits behind it is not gone through
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: item-error, version: '1.0.0' }
      do:
        - guarded:
            try:
              - hear:
                  listen: { to: { any: [], until: 'length == 3' } }
                  foreach:
                    item: thing
                    do:
                      - rest: { wait: PT1M }
                      - check: { set: { half: '${ 6 / $thing }' } }
            catch:
              do: [ { told: { set: { at: '${ $error.instance }', status: '${ $error.status }' } } } ]
      """
    When the workflow is executed
    And an event of type org.example.item arrives with data:
      """yaml
      1
      """
    And an event of type org.example.item arrives with data:
      """yaml
      0
      """
    And an event of type org.example.item arrives with data:
      """yaml
      2
      """
    And PT5M passes
    Then the workflow should complete with output:
      """yaml
      { at: /do/0/guarded/try/0/hear/foreach/do/1/check, status: 400 }
      """
    And check should run 2 times
    And hear should fault

  @S34
  Scenario: 34.1 Without an expected value the first event binds it for the others
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: binds, version: '1.0.0' }
      do:
        - hear:
            listen:
              to:
                all:
                  - { with: { type: org.example.asked }, correlate: { room: { from: .data.room } } }
                  - { with: { type: org.example.answered }, correlate: { room: { from: .data.room } } }
      """
    When the workflow is executed
    And an event of type org.example.asked arrives with data:
      """yaml
      { room: 7, text: question }
      """
    And the runtime is killed
    And an event of type org.example.answered arrives with data:
      """yaml
      { room: 8, text: of others }
      """
    Then hear should be waiting
    When an event of type org.example.answered arrives with data:
      """yaml
      { room: 7, text: answer }
      """
    Then the workflow should complete with output:
      """yaml
      [ { room: 7, text: question }, { room: 7, text: answer } ]
      """

  @S34
  Scenario: 34.2 An expected value is that of the flow's data, and what is compared is found in the envelope
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: expects, version: '1.0.0' }
      do:
        - hear:
            listen:
              to:
                one:
                  with: { type: org.example.order }
                  correlate:
                    order: { from: .data.order, expect: '${ .order }' }
                    source: { from: .source, expect: 'https://example.org/shop' }
      """
    And the workflow input is:
      """yaml
      order: o-1
      """
    When the workflow is executed
    And an event arrives:
      | field  | value                    |
      | type   | org.example.order        |
      | source | https://example.org/shop |
      | data   | { order: o-2 }           |
    And an event arrives:
      | field  | value                     |
      | type   | org.example.order         |
      | source | https://example.org/other |
      | data   | { order: o-1 }            |
    Then hear should be waiting
    When an event arrives:
      | field  | value                    |
      | type   | org.example.order        |
      | source | https://example.org/shop |
      | data   | { order: o-1, paid: 1 }  |
    Then the workflow should complete with output:
      """yaml
      [ { order: o-1, paid: 1 } ]
      """

  @S34 @S18
  Scenario: 34.3 What was bound holds for one activation: behind a jump back it is bound anew
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: anew, version: '1.0.0' }
      do:
        - hear:
            listen:
              to:
                any: [ { with: { type: org.example.note }, correlate: { who: { from: .data.who } } } ]
                until: 'length == 2'
            output: { as: '{ rounds: (($context.rounds // []) + [ map(.text) ]) }' }
            export: { as: '{ rounds: .rounds }' }
        - again: { switch: [ { once: { when: (.rounds | length) < 2, then: hear } } ] }
      """
    When the workflow is executed
    And an event of type org.example.note arrives with data:
      """yaml
      { who: a, text: a1 }
      """
    And an event of type org.example.note arrives with data:
      """yaml
      { who: b, text: b0 }
      """
    And an event of type org.example.note arrives with data:
      """yaml
      { who: a, text: a2 }
      """
    And an event of type org.example.note arrives with data:
      """yaml
      { who: b, text: b1 }
      """
    And an event of type org.example.note arrives with data:
      """yaml
      { who: a, text: a3 }
      """
    And an event of type org.example.note arrives with data:
      """yaml
      { who: b, text: b2 }
      """
    Then the workflow should complete with output:
      """yaml
      rounds: [ [ a1, a2 ], [ b1, b2 ] ]
      """
    And hear should run 2 times

  @S35
  Scenario Outline: 35.1 A plain attribute is compared to the letter; it is no pattern
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: exact, version: '1.0.0' }
      do: [ { hear: { listen: { to: { one: { with: { type: <wanted> } } } } } } ]
      """
    When the workflow is executed
    And an event of type <type> arrives
    Then hear should be waiting

    Examples:
      | wanted             | type               |
      | org.example.word   | org.example.words  |
      | org.example.word   | org.example.Word   |
      | 'org.example..*'   | org.example.word   |
      | 'org[.]example'    | org.example        |

  @S35
  Scenario: 35.2 An expression that gives true or false judges the attribute, any other value is compared
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: stations, version: '1.0.0' }
      do:
        - know: { set: { station: s1 }, export: { as: '{ station: .station }' } }
        - hear:
            listen:
              to:
                one:
                  with:
                    type: org.example.reading
                    source: '${ startswith("https://sensors.") }'
                    data: '${ .celsius > 30 }'
                    station: '${ $context.station }'
      """
    When the workflow is executed
    And an event arrives:
      | field   | value                        |
      | type    | org.example.reading          |
      | source  | https://other.example.org    |
      | data    | { celsius: 35 }              |
      | station | s1                           |
    And an event arrives:
      | field   | value                        |
      | type    | org.example.reading          |
      | source  | https://sensors.example.org  |
      | data    | { celsius: 25 }              |
      | station | s1                           |
    And an event arrives:
      | field   | value                        |
      | type    | org.example.reading          |
      | source  | https://sensors.example.org  |
      | data    | { celsius: 36 }              |
      | station | s2                           |
    Then hear should be waiting
    When an event arrives:
      | field   | value                        |
      | type    | org.example.reading          |
      | source  | https://sensors.example.org  |
      | data    | { celsius: 37 }              |
      | station | s1                           |
    Then the workflow should complete with output:
      """yaml
      [ { celsius: 37 } ]
      """

  @S35
  Scenario: 35.9 An event on which a filter fails is not the one that is waited for, and faults nobody
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: test, name: wary, version: '1.0.0' }
      do:
        - hear:
            listen:
              to:
                one:
                  with: { type: paid, data: '${ .amount | tonumber > 3 }' }
                  correlate: { order: { from: '${ .data.order }' } }
      """
    When the workflow is executed
    And an event of type paid arrives with data:
      """yaml
      boom
      """
    And an event of type paid arrives with data:
      """yaml
      amount: many
      """
    Then the workflow should be waiting
    When an event of type paid arrives with data:
      """yaml
      amount: '7'
      order: 1
      """
    Then the workflow should complete with output:
      """yaml
      - amount: '7'
        order: 1
      """
