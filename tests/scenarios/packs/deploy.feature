Feature: Packs that are deployed while cases run

  Background:
    Given the deployment tests/scenarios/deadlines/qom
    And the clock stands at 2026-11-21T10:00+03:30
    When op registers a message:
      | field  | value             |
      | mobile | 09990000001       |
      | topic  | three-terms       |
      | agency | city              |
      | text   | The queue is long |
    Then task offices/days is due at 2026-12-05T14:30+03:30

  Scenario: A calendar that a pack brings moves what is open at once
    When the pack tests/scenarios/packs/snow is deployed
    Then task offices/days is due at 2026-12-07T14:30+03:30
    And the deadline of task offices/days moved 1 time
    And the deadline of task offices/days says «Snow»
    And task offices/elapsed is due at 2026-11-21T13:00+03:30
    And no incident is open

  Scenario: Until its date the case goes on as before, also where the runtime was down at the instant
    When the pack tests/scenarios/packs/snow is deployed for 2026-11-21T18:00+03:30 on
    Then task offices/days is due at 2026-12-05T14:30+03:30
    When 7 hours pass
    Then task offices/days is due at 2026-12-05T14:30+03:30
    When 1 hour passes
    Then task offices/days is due at 2026-12-07T14:30+03:30
    And the deadline of task offices/days moved 1 time
