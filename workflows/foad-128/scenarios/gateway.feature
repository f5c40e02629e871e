Feature: A gateway that fails holds up no case

  Background:
    Given the deployment examples/one-province
    And the clock stands at 2026-11-21T10:00+03:30

  Scenario: The SMS gateway is down for an hour
    When the sms gateway is down
    And op-sadaf registers a message:
      | field  | value                                       |
      | mobile | 09990000001                                 |
      | text   | در بانک ملی کارمند باجه نیست و جانشین ندارد |
    Then the case is at stage referred
    And 0 messages by template intake/received were sent
    And a mail went to mgr-bank-melli containing «بانک ملی»
    When 1 hour passes
    Then 0 messages by template intake/received were sent
    When the sms gateway is up
    And 30 minutes pass
    Then 1 message by template intake/received was sent
    And 1 message by template foad/referred was sent
    And no incident is open

  Scenario: A gateway that stays away longer than a message may wait leaves an incident
    When the sms gateway is down
    And op-sadaf registers a message:
      | field  | value                            |
      | mobile | 09990000002                      |
      | text   | سه ساعت در شهرداری معطل شدیم     |
    And 25 hours pass
    Then an incident is open
    And task foad/resolution is open for duty-manager
