Feature: A clock that jumps back

  Scenario: Nothing passes twice, and no reminder is sent again
    Given the deployment tests/scenarios/deadlines/qom
    And the clock stands at 2026-11-21T10:00+03:30
    When op registers a message:
      | field  | value                 |
      | mobile | 09990000001           |
      | topic  | reminded              |
      | agency | city                  |
      | text   | The clock is wrong    |
    And op registers a message:
      | field  | value                 |
      | mobile | 09990000002           |
      | topic  | three-terms           |
      | agency | city                  |
      | text   | The clock is wrong    |
    And the clock reaches 2026-11-21T11:40+03:30
    Then 1 message by template offices/soon was sent
    When the clock jumps back by PT1H
    Then 1 message by template offices/soon was sent
    When 2 hours pass
    Then 1 message by template offices/soon was sent
    When the clock reaches 2026-11-21T13:10+03:30
    Then 2 messages by template offices/overdue were sent
    When the clock jumps back by PT4H
    And the server restarts
    And 5 hours pass
    Then 1 message by template offices/soon was sent
    And 2 messages by template offices/overdue were sent
    And task offices/reminded is due at 2026-11-28T14:30+03:30
    And the deadline of task offices/reminded moved 0 times
    When the clock reaches 2026-11-29T10:00+03:30
    Then 3 messages by template offices/overdue were sent
    And 1 message by template offices/ten-hours was sent
    And 1 message by template offices/two-days was sent
    And 1 message by template offices/two-hours was sent
    And 1 message by template offices/half-hour was sent
    And no incident is open

  Scenario: A closure is declared by a clock that was set back
    Given the deployment tests/scenarios/deadlines/qom
    And the clock stands at 2026-11-21T10:00+03:30
    When op registers a message:
      | field  | value                 |
      | mobile | 09990000003           |
      | topic  | three-terms           |
      | agency | city                  |
      | text   | The clock is wrong    |
    And 90 minutes pass
    And the clock jumps back by PT2H
    And centre declares a closure:
      | field | value      |
      | date  | 1405/08/30 |
      | from  | 12:00      |
      | name  | Heat       |
    Then the operation has moved 1 deadline
    And task offices/hours is due at 2026-11-22T08:30+03:30
    When 1 day passes
    Then 2 messages by template offices/overdue were sent

  Scenario: A schedule does not start again what it started
    Given the clock stands at 2026-11-21T10:30:00Z
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: test, name: hourly, version: '1.0.0' }
      schedule: { cron: '0 * * * *' }
      do: [ { a: { set: { x: 1 } } } ]
      """
    When the workflow is deployed
    And 1 hour passes
    Then 1 instance of hourly has been started
    When the clock jumps back by PT2H
    And 2 hours pass
    Then 1 instance of hourly has been started
    When 1 hour passes
    Then 2 instances of hourly have been started
