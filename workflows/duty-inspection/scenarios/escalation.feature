Feature: Who hears of a missed deadline

  Background:
    Given the deployment examples/one-province
    And the clock stands at 2026-11-21T10:00+03:30
    And a citizen texts «پروانه در شهرداری با تأخیر صادر می‌شود» from 09990000001 to 6133

  Scenario: The first time the inspection centre hears of it, by mail
    When 3 hours pass
    Then a mail went to centre-inspection containing «گذشتن مهلت»
    And task foad/visit is due at 2026-11-21T15:00+03:30

  Scenario: In a later round the governor's office hears of it too
    When mgr-shahrdari answers task foad/resolution
    And op-sadaf calls the citizen: unsolved
    And 3 hours pass
    Then a mail went to office-governor containing «گذشتن مهلت»
    And an SMS went to office-governor containing «مهلت»
    And task foad/visit is due at 2026-11-21T14:00+03:30
