Feature: Waiting for working time, and asking the calendar

  Background:
    Given the deployment tests/scenarios/deadlines/qom

  Scenario: A wait for two working days over a closure that is declared meanwhile
    Given the clock stands at 2026-11-21T10:00+03:30
    When op registers a message:
      | field  | value                 |
      | mobile | 09990000001           |
      | topic  | waiting               |
      | agency | city                  |
      | text   | Later                 |
    And 1 day passes
    And centre declares a closure:
      | field | value      |
      | date  | 1405/09/02 |
      | name  | Snow       |
    Then the operation has moved 1 deadline
    And waiting should be waiting
    When the clock reaches 2026-11-23T15:00+03:30
    Then task offices/waited is not open
    When the clock reaches 2026-11-24T14:29+03:30
    Then task offices/waited is not open
    When 1 minute passes
    Then task offices/waited is open for duty-manager
    And waiting should end at 2026-11-24T14:30+03:30
    And the output of waiting should be:
      """yaml
      { at: '2026-11-24T14:30:00+03:30', date: 1405/09/03, weekday: tue }
      """

  Scenario: A wait until offices open, over a closure of the morning that is declared in the night
    Given the clock stands at 2026-11-21T16:00+03:30
    When op registers a message:
      | field  | value                 |
      | mobile | 09990000002           |
      | topic  | opening               |
      | agency | city                  |
      | text   | Tomorrow              |
    And 10 hours pass
    And centre declares a closure:
      | field | value       |
      | date  | 1405/09/01  |
      | hours | 09:00-14:30 |
      | name  | Snow        |
    Then the operation has moved 1 deadline
    When the clock reaches 2026-11-22T08:59+03:30
    Then task offices/waited is not open
    When 1 minute passes
    Then task offices/waited is open for duty-manager
    And the output of opening should be:
      """yaml
      { at: '2026-11-22T09:00:00+03:30', date: 1405/09/01 }
      """

  # The first Monday of spring 1406 is the second day of Nowruz.
  Scenario: The first working Monday of the season, the next opening and the last working day of the month
    Given the clock stands at 2027-03-21T08:00+03:30
    When op registers a message:
      | field  | value                 |
      | mobile | 09990000003           |
      | topic  | season                |
      | agency | city                  |
      | text   | In spring             |
    Then the output of firstMonday should be:
      """yaml
      { at: '2027-03-29T07:30:00+03:30', date: 1406/01/09, weekday: mon, season: spring }
      """
    And the output of nextOpening should be:
      """yaml
      { at: '2027-03-27T07:30:00+03:30', date: 1406/01/07 }
      """
    And the output of tenDays should be:
      """yaml
      { date: 1406/01/21, caveats: 1 }
      """
    And lastDay should be waiting
    When centre declares a closure:
      | field | value      |
      | date  | 1406/01/31 |
      | name  | Heat       |
    Then the operation has moved 1 deadline
    When the clock reaches 2027-04-19T07:29+03:30
    Then task offices/waited is not open
    When 1 minute passes
    Then task offices/waited is open for duty-manager
    And lastDay should end at 2027-04-19T07:30+03:30

  # A verification call has a deadline of working days, and its reminder counts by the same calendar.
  Scenario: A call to the citizen over a closure
    Given the clock stands at 2026-11-21T10:00+03:30
    When op registers a message:
      | field  | value                 |
      | mobile | 09990000004           |
      | topic  | call                  |
      | agency | city                  |
      | text   | Call me               |
    Then task foad/verify is due at 2026-11-22T14:30+03:30
    When centre declares a closure:
      | field | value      |
      | date  | 1405/09/01 |
      | name  | Snow       |
    Then task foad/verify is due at 2026-11-23T14:30+03:30
    When the clock reaches 2026-11-23T14:29+03:30
    Then 0 messages by template offices/overdue were sent
    When 1 minute passes
    Then 1 message by template offices/overdue was sent
