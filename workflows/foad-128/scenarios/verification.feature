Feature: The citizen has the last word

  Background:
    Given the deployment examples/one-province
    And the clock stands at 2026-11-21T10:00+03:30
    And a citizen texts «هر بار شهرداری مدرک دیگری می‌خواهد» from 09990000001 to 6133

  Scenario: Not solved twice, then solved
    When mgr-shahrdari answers task foad/resolution
    And op-sadaf calls the citizen: unsolved
    Then the case is in round 2
    And task foad/resolution is due at 2026-11-21T13:00+03:30
    When 1 hour passes
    And mgr-shahrdari answers task foad/resolution
    And op-sadaf calls the citizen: unsolved
    Then the case is in round 3
    And task foad/resolution is due at 2026-11-21T14:00+03:30
    And 3 messages by template foad/referral were sent
    When mgr-shahrdari answers task foad/resolution
    And op-sadaf calls the citizen: solved, satisfaction 2
    Then the case is closed as solved

  Scenario: Not solved three times, and an inspector takes over
    When mgr-shahrdari answers task foad/resolution
    And op-sadaf calls the citizen: unsolved
    And mgr-shahrdari answers task foad/resolution
    And op-sadaf calls the citizen: unsolved
    And mgr-shahrdari answers task foad/resolution
    And op-sadaf calls the citizen: unsolved
    Then the case is at stage inspecting
    And task foad/inspection is open for inspector
    And task foad/resolution is not open
    When insp-mehrdad completes task foad/inspection with:
      | field   | value                                         |
      | finding | agency-at-fault                               |
      | report  | بخشنامه‌ها با هم نمی‌خوانند و اصلاح شدند      |
    Then the case is closed as agency-at-fault
    And an SMS went to 09990000001 containing «گزارش بازرس»

  Scenario: Unreached three times
    When mgr-shahrdari answers task foad/resolution
    And op-sadaf calls the citizen: unreached
    Then the next call is at 2026-11-21T10:30+03:30
    When 30 minutes pass
    And op-arman calls the citizen: unreached
    Then the next call is at 2026-11-21T11:00+03:30
    When 30 minutes pass
    And op-sadaf calls the citizen: unreached
    Then the case is closed as unreached
    And an SMS went to 09990000001 containing «پاسخی نشنیدیم»

  Scenario: A call that would ring at night waits for the morning
    When mgr-shahrdari claims task foad/resolution
    And 2 hours pass
    And mgr-shahrdari answers task foad/resolution
    And 8 hours pass
    And 45 minutes pass
    And op-sadaf calls the citizen: unreached
    Then the next call is at 2026-11-22T08:00+03:30
    When 11 hours pass
    And 15 minutes pass
    And op-sadaf calls the citizen: solved, satisfaction 4
    Then the case is closed as solved
  Scenario: A call that nobody makes does not rest in silence
    When mgr-shahrdari answers task foad/resolution
    And 23 hours pass
    Then 0 messages by template foad/call-waiting were sent
    When 1 hour passes
    Then a mail went to centre-inspection containing «کسی از شهروند نپرسیده است»
    And task foad/verify is open for operator
    When op-sadaf calls the citizen: solved, satisfaction 3
    Then the case is closed as solved
