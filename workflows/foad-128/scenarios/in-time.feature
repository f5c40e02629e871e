Feature: A Fo'ad complaint that is answered in time
  The agency has three hours; the citizen says whether it is solved.

  Background:
    Given the deployment examples/one-province
    And the clock stands at 2026-11-21T10:00+03:30

  Scenario: Solved in time
    When a citizen texts «در بانک ملی کارمند باجه نیست و جانشین ندارد» from 09990000001 to 6133
    Then an SMS went to 09990000001 containing «کد پیگیری»
    And the case has topic no-officer and agency bank-melli-hamedan
    And the case is at stage referred
    And 1 message by template foad/new-complaint was sent
    And a mail went to centre-inspection containing «کارمند باجه نیست»
    And a mail went to mgr-bank-melli containing «بانک ملی استان همدان»
    And task foad/resolution is open for duty-manager
    And task foad/resolution is due at 2026-11-21T13:00+03:30
    When 40 minutes pass
    And mgr-bank-melli claims task foad/resolution
    And mgr-bank-melli completes task foad/resolution with:
      | field  | value                                  |
      | result | stand-in                               |
      | action | جانشین باجه سه از ساعت ده و نیم حاضر شد |
    Then the case is at stage verifying
    And task foad/verify is open for operator
    When op-sadaf calls the citizen: solved, satisfaction 5
    Then the case is closed as solved
    And an SMS went to 09990000001 containing «سپاسگزاریم»
    And 0 messages by template foad/half-time were sent
    And no task is open
    And no incident is open

  Scenario: Reminders go out at half time and half an hour before the deadline
    When a citizen texts «سامانهٔ ثبت احوال از صبح قطع است» from 09990000002 to 6133
    And 89 minutes pass
    Then 0 messages by template foad/half-time were sent
    When 1 minute passes
    Then 2 messages by template foad/half-time were sent
    And an SMS went to mgr-sabt-ahval containing «نیمی از مهلت»
    When 1 hour passes
    Then 1 message by template foad/last-warning was sent
    And an SMS went to head-sabt-ahval containing «نیم ساعت»
    When 20 minutes pass
    And mgr-sabt-ahval completes task foad/resolution with:
      | field  | value                        |
      | result | solved                       |
      | action | سامانه از ساعت یک برقرار است |
    And 2 hours pass
    Then 2 messages by template foad/half-time were sent
    And 0 messages by template foad/overdue were sent
    And the case is at stage verifying

  Scenario: A complaint about conduct goes to the head of the agency
    When op-arman registers a message:
      | field      | value                              |
      | channel    | phone                              |
      | nationalId | 9990000018                         |
      | mobile     | 09990000003                        |
      | text       | متصدی شرکت گاز به من توهین کرد     |
      | topic      | conduct                            |
      | agency     | gaz-hamedan                        |
    Then task foad/resolution is open for agency-head
    And a mail went to head-gaz containing «توهین»
