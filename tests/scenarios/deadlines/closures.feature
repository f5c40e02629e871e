Feature: Closures that are declared late

  Background:
    Given the deployment tests/scenarios/deadlines/qom
    And the clock stands at 2026-11-21T10:00+03:30

  # Saturday 30 Aban 1405. Elapsed hours ask no calendar: what is closed does not move them. Working hours and working days do.
  Scenario: Closed from 12:00 today: three working hours move, three elapsed hours and ten working days do not
    When op registers a message:
      | field  | value              |
      | mobile | 09990000001        |
      | topic  | three-terms        |
      | agency | city               |
      | text   | The queue is long  |
    Then task offices/elapsed is due at 2026-11-21T13:00+03:30
    And task offices/hours is due at 2026-11-21T13:00+03:30
    And task offices/days is due at 2026-12-05T14:30+03:30
    When 1 hour passes
    And centre declares a closure:
      | field | value      |
      | date  | 1405/08/30 |
      | from  | 12:00      |
      | name  | Heat       |
    Then the operation has moved 1 deadline
    And task offices/hours is due at 2026-11-22T08:30+03:30
    And the deadline of task offices/hours moved 1 time
    And the deadline of task offices/hours says «closure "Heat"»
    And the deadline of task offices/hours says «Moved on Saturday 30 Aban 1405 11:00 from Saturday 30 Aban 1405 13:00 to Sunday 1 Azar 1405 08:30»
    And task offices/elapsed is due at 2026-11-21T13:00+03:30
    And the deadline of task offices/elapsed moved 0 times
    And the deadline of task offices/elapsed says nothing of «Heat»
    And task offices/days is due at 2026-12-05T14:30+03:30
    And the deadline of task offices/days moved 0 times
    # The timers follow: at 13:00 only the elapsed hours are over.
    When 2 hours pass
    Then 1 message by template offices/overdue was sent
    When 19 hours pass
    Then 1 message by template offices/overdue was sent
    When 30 minutes pass
    Then 2 messages by template offices/overdue were sent
    And no incident is open

  Scenario: Whole days move the ten working days, and the latest date with them
    When op registers a message:
      | field  | value                  |
      | mobile | 09990000002            |
      | topic  | three-terms            |
      | agency | city                   |
      | text   | The lift does not work |
    Then the deadline of task offices/days says «At the latest Saturday 21 Azar 1405 14:30»
    When centre declares a closure:
      | field | value      |
      | date  | 1405/09/01 |
      | until | 1405/09/02 |
      | name  | Snow       |
    Then the operation has moved 1 deadline
    And task offices/days is due at 2026-12-07T14:30+03:30
    And the deadline of task offices/days says «At the latest Monday 23 Azar 1405 14:30»
    And task offices/hours is due at 2026-11-21T13:00+03:30

  Scenario Outline: A day that closes early counts where it was open for half of its hours
    When op registers a message:
      | field  | value                  |
      | mobile | 09990000003            |
      | topic  | ten-days               |
      | agency | city                   |
      | text   | The phone is engaged   |
    And centre declares a closure:
      | field | value      |
      | date  | 1405/09/01 |
      | from  | <from>     |
      | name  | Smog       |
    Then the operation has moved <moved>
    And task offices/days is due at <due>

    Examples:
      | from  | moved       | due                    |
      | 11:00 | 0 deadlines | 2026-12-05T14:30+03:30 |
      | 10:30 | 1 deadline  | 2026-12-06T14:30+03:30 |

  Scenario: A closure that is withdrawn gives the dates back
    When op registers a message:
      | field  | value                |
      | mobile | 09990000004          |
      | topic  | three-terms          |
      | agency | city                 |
      | text   | Nobody is at the desk |
    And centre declares a closure:
      | field | value      |
      | date  | 1405/08/30 |
      | until | 1405/09/02 |
      | name  | Snow       |
    Then the operation has moved 2 deadlines
    And task offices/hours is due at 2026-11-24T10:30+03:30
    And task offices/days is due at 2026-12-07T14:30+03:30
    When 20 minutes pass
    And centre withdraws the closure
    Then the operation has moved 2 deadlines
    And task offices/hours is due at 2026-11-21T13:00+03:30
    And task offices/days is due at 2026-12-05T14:30+03:30
    And the deadline of task offices/days moved 2 times
    And the deadline of task offices/hours says «a closure was declared or withdrawn»
    When op registers a message:
      | field  | value                 |
      | mobile | 09990000005           |
      | topic  | ten-days              |
      | agency | city                  |
      | text   | The door is locked    |
    Then task offices/days is due at 2026-12-05T14:30+03:30
    And the deadline of task offices/days says nothing of «Snow»

  Scenario: A closure that is withdrawn too late lets a deadline pass at once
    When op registers a message:
      | field  | value                 |
      | mobile | 09990000006           |
      | topic  | three-terms           |
      | agency | city                  |
      | text   | The form is missing   |
    And centre declares a closure:
      | field | value      |
      | date  | 1405/08/30 |
      | from  | 12:00      |
      | name  | Heat       |
    And 4 hours pass
    Then 1 message by template offices/overdue was sent
    When centre withdraws the closure
    Then task offices/hours is due at 2026-11-21T13:00+03:30
    And 2 messages by template offices/overdue were sent
    When 1 day passes
    Then 2 messages by template offices/overdue were sent

  Scenario: Open in some hours only
    When op registers a message:
      | field  | value                 |
      | mobile | 09990000007           |
      | topic  | three-terms           |
      | agency | city                  |
      | text   | There is no power     |
    And centre declares a closure:
      | field | value       |
      | date  | 1405/08/30  |
      | until | 1405/09/02  |
      | hours | 07:30-11:00 |
      | name  | Power       |
    Then task offices/hours is due at 2026-11-22T09:30+03:30
    And task offices/days is due at 2026-12-05T14:30+03:30

  Scenario: The runtime is killed behind the declaration, and the operation goes on when it is there again
    When op registers a message:
      | field  | value                 |
      | mobile | 09990000008           |
      | topic  | three-terms           |
      | agency | city                  |
      | text   | The lights are out    |
    And 1 hour passes
    And centre declares a closure, the runtime is down for PT4H behind it:
      | field | value      |
      | date  | 1405/08/30 |
      | from  | 12:00      |
      | name  | Heat       |
    Then the operation has moved 1 deadline
    And task offices/hours is due at 2026-11-22T08:30+03:30
    And the deadline of task offices/hours moved 1 time
    # Its old date passed while nobody was there; only the elapsed hours are over.
    And 1 message by template offices/overdue was sent
    When the server restarts
    And 1 day passes
    Then 2 messages by template offices/overdue were sent

  Scenario: A deadline comes due before the operation has come to it: it is derived anew and does not pass
    When op registers a message:
      | field  | value                 |
      | mobile | 09990000009           |
      | topic  | three-terms           |
      | agency | city                  |
      | text   | The water is off      |
    And 1 hour passes
    And centre declares a closure, and it is 2026-11-21T13:00+03:30 before its operation begins:
      | field | value      |
      | date  | 1405/08/30 |
      | from  | 12:00      |
      | name  | Heat       |
    Then the operation has moved 1 deadline
    And task offices/hours is due at 2026-11-22T08:30+03:30
    And the deadline of task offices/hours moved 1 time
    And 1 message by template offices/overdue was sent
    When 20 hours pass
    Then 2 messages by template offices/overdue were sent

  Scenario: One agency is closed, and the other is not
    When op registers a message:
      | field  | value                 |
      | mobile | 09990000010           |
      | topic  | ten-days              |
      | agency | water                 |
      | text   | The meter is broken   |
    And op registers a message:
      | field  | value                 |
      | mobile | 09990000011           |
      | topic  | ten-days              |
      | agency | city                  |
      | text   | The road is broken    |
    And centre declares a closure:
      | field  | value      |
      | date   | 1405/09/01 |
      | agency | water      |
      | name   | Flood      |
    Then the operation has moved 1 deadline
    And task offices/days is due at 2026-12-05T14:30+03:30
    When mgr-city answers task offices/days
    Then task offices/days is due at 2026-12-06T14:30+03:30
    And the deadline of task offices/days says «closure "Flood"»
    And the citizen and mgr-water read the same of the deadline of task offices/days
    And the citizen reads of the deadline «تعطیلی اعلام‌شده «Flood»»

  Scenario: Two closures follow each other, and a third lies on a day that is off anyway
    When op registers a message:
      | field  | value                 |
      | mobile | 09990000012           |
      | topic  | ten-days              |
      | agency | city                  |
      | text   | The park is dark      |
    And centre declares a closure:
      | field | value      |
      | date  | 1405/09/01 |
      | name  | Snow       |
    And centre declares a closure:
      | field | value      |
      | date  | 1405/09/07 |
      | name  | Smog       |
    Then the operation has moved 1 deadline
    And task offices/days is due at 2026-12-07T14:30+03:30
    When centre declares a closure:
      | field | value      |
      | date  | 1405/09/06 |
      | name  | Friday     |
    Then the operation has moved 0 deadlines
    And task offices/days is due at 2026-12-07T14:30+03:30
    And the deadline of task offices/days moved 2 times

  Scenario: A deadline that has passed moves, and neither passes nor reminds again
    When op registers a message:
      | field  | value                 |
      | mobile | 09990000013           |
      | topic  | reminded              |
      | agency | city                  |
      | text   | The bus is late       |
    And 10 days pass
    Then 1 message by template offices/overdue was sent
    When centre declares a closure:
      | field | value      |
      | date  | 1405/09/01 |
      | until | 1405/09/20 |
      | name  | Snow       |
    Then the operation has moved 1 deadline
    And task offices/reminded is due at 2026-12-16T14:30+03:30
    When 40 days pass
    Then 1 message by template offices/overdue was sent
    And 1 message by template offices/soon was sent
    And 1 message by template offices/two-days was sent
    And 1 message by template offices/half-hour was sent
