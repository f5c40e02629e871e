Feature: Waiting for the citizen over a holiday

  # Wednesday 2 Dey 1405 is a holiday, Thursday and Friday are off.
  Background:
    Given the deployment tests/scenarios/deadlines/qom
    And the clock stands at 2026-12-21T10:00+03:30
    When op registers a message:
      | field   | value             |
      | channel | in-person         |
      | mobile  | 09990000002       |
      | topic   | papers            |
      | agency  | city              |
      | text    | My papers         |

  Scenario: Nobody waits: three working days around the holiday
    Then task offices/papers is due at 2026-12-27T14:30+03:30
    And the deadline of task offices/papers says «holiday "Birthday of Imam Ali"»

  Scenario: The waiting ends by itself at its latest end
    When 2 hours pass
    And mgr-city waits for the citizen on task offices/papers until 2026-12-26T09:00+03:30
    Then task offices/papers is due at 2026-12-28T14:30+03:30
    And the deadline of task offices/papers says «waiting for the citizen»
    And the deadline of task offices/papers says «Suspension 1: from Monday 30 Azar 1405 12:00, at the latest until Saturday 5 Dey 1405 09:00»
    And the citizen and mgr-city read the same of the deadline of task offices/papers
    When 5 days pass
    Then task offices/papers is due at 2026-12-28T14:30+03:30
    And the deadline of task offices/papers moved 1 time
    When the clock reaches 2026-12-28T14:29+03:30
    Then 0 messages by template offices/overdue were sent
    When 1 minute passes
    Then 1 message by template offices/overdue was sent

  Scenario: The waiting lasts as long as the flow allows where nobody says how long
    When mgr-city waits for the citizen on task offices/papers
    Then the deadline of task offices/papers says «at the latest until Thursday 10 Dey 1405 10:00»
    And task offices/papers is due at 2027-01-04T14:30+03:30

  Scenario: The waiting is ended by hand
    When mgr-city waits for the citizen on task offices/papers
    And 1 day passes
    And mgr-city has the citizen's answer on task offices/papers
    Then the deadline of task offices/papers says «Suspension 1: from Monday 30 Azar 1405 10:00 to Tuesday 1 Dey 1405 10:00»
    And the deadline of task offices/papers moved 2 times
    And task offices/papers is due at 2026-12-27T14:30+03:30
    When the clock reaches 2026-12-26T11:00+03:30
    And mgr-city waits for the citizen on task offices/papers
    And 1 hour passes
    And mgr-city has the citizen's answer on task offices/papers
    Then the deadline of task offices/papers says «Suspension 2»

  Scenario: The waiting is ended by an event of the case
    When mgr-city waits for the citizen on task offices/papers
    And 5 days pass
    And an event arrives:
      | field   | value                          |
      | type    | org.example.papers-came.v1     |
      | subject | the case                       |
    Then the deadline of task offices/papers says «to Saturday 5 Dey 1405 10:00, waiting for the citizen»
    And task offices/papers is due at 2026-12-28T14:30+03:30
    When the same event arrives again
    Then the deadline of task offices/papers moved 2 times

  Scenario: The waiting is ended by the citizen, who writes again
    When a citizen texts «Here are my papers» from 09990000001 to 3000
    And mgr-city waits for the citizen on task offices/papers
    And 3 hours pass
    And a citizen texts «Here are my papers» from 09990000001 to 3000
    Then there are 2 cases
    And the deadline of task offices/papers says «Suspension 1: from Monday 30 Azar 1405 10:00 to Monday 30 Azar 1405 13:00»
    And the deadline of task offices/papers moved 2 times
    And task offices/papers is due at 2026-12-27T14:30+03:30

  # The case was told in person; the number is what the citizen is known by.
  Scenario: The waiting is ended by the citizen's own words, over the holiday
    When mgr-city waits for the citizen on task offices/papers
    And 5 days pass
    And a citizen texts «My file number is 12» from 09990000002 to 3000
    Then there is 1 case
    And the deadline of task offices/papers says «to Saturday 5 Dey 1405 10:00, waiting for the citizen»
    And task offices/papers is due at 2026-12-28T14:30+03:30
    # Nobody waits any more: it is a matter of its own.
    When a citizen texts «And my street has no lamps» from 09990000002 to 3000
    Then there are 2 cases

  Scenario: A closure meets a deadline that rests, and a reminder waits with it
    When mgr-city waits for the citizen on task offices/papers until 2026-12-26T07:30+03:30
    And centre declares a closure:
      | field | value      |
      | date  | 1405/10/06 |
      | name  | Snow       |
    Then task offices/papers is due at 2026-12-29T14:30+03:30
    And the deadline of task offices/papers says «closure "Snow"»
    # One working day before: at the opening of the day before.
    When the clock reaches 2026-12-28T07:29+03:30
    Then 0 messages by template offices/two-days were sent
    When 1 minute passes
    Then 1 message by template offices/two-days was sent
    When 5 days pass
    Then 1 message by template offices/two-days was sent
    And 1 message by template offices/overdue was sent

  Scenario: A date that an inspector sets while the deadline rests holds when the answer comes
    When mgr-city waits for the citizen on task offices/papers
    And inspector sets the deadline of task offices/papers to 2026-12-24T12:00+03:30
    Then task offices/papers is due at 2026-12-24T12:00+03:30
    When mgr-city has the citizen's answer on task offices/papers
    Then task offices/papers is due at 2026-12-24T12:00+03:30
    And the deadline of task offices/papers says «was set by an officer»
    When the server restarts
    And 4 days pass
    Then 1 message by template offices/overdue was sent
