Feature: A restart changes nothing

  Background:
    Given the deployment examples/one-province
    And the clock stands at 2026-11-21T10:00+03:30

  Scenario Outline: Restarted while the agency owes an answer
    When a citizen texts «در بانک ملی کارمند باجه نیست» from 09990000001 to 6133
    And <before> minutes pass
    And the server restarts
    Then the case is at stage <stage>
    And task foad/resolution is open for duty-manager
    And task foad/resolution is due at 2026-11-21T13:00+03:30
    And <reminders> messages by template foad/half-time were sent
    When <after> minutes pass
    Then 2 messages by template foad/half-time were sent
    And 1 message by template foad/last-warning was sent
    And 1 message by template foad/overdue was sent
    And task foad/visit is open for inspector

    Examples:
      | before | stage    | reminders | after |
      | 0      | referred | 0         | 180   |
      | 90     | referred | 2         | 90    |
      | 170    | referred | 2         | 10    |
      | 180    | overdue  | 2         | 0     |

  Scenario: Restarted in every resting place on the way to an inspector
    When a citizen texts «سلام، خسته نباشید» from 09990000002 to 6133
    And the server restarts
    Then the case is at stage classifying
    When op-sadaf completes task intake/classify with:
      | field  | value            |
      | topic  | long-queue       |
      | agency | shahrdari-hamedan |
    And the server restarts
    And mgr-shahrdari claims task foad/resolution
    And the server restarts
    And mgr-shahrdari answers task foad/resolution
    And the server restarts
    Then the case is at stage verifying
    When op-sadaf calls the citizen: unreached
    And the server restarts
    And 30 minutes pass
    And op-sadaf calls the citizen: unsolved
    And the server restarts
    Then the case is in round 2
    When mgr-shahrdari answers task foad/resolution
    And op-sadaf calls the citizen: unsolved
    And mgr-shahrdari answers task foad/resolution
    And op-sadaf calls the citizen: unsolved
    And the server restarts
    Then the case is at stage inspecting
    When insp-mehrdad completes task foad/inspection with:
      | field   | value          |
      | finding | solved         |
      | report  | صف برچیده شد   |
    And the server restarts
    Then the case is closed as solved
    And 1 message by template intake/received was sent
    And 1 message by template foad/closed was sent
