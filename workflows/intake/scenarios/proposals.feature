Feature: What a message is about is found out from its words

  Background:
    Given the deployment examples/one-province
    And the clock stands at 2026-11-21T10:00+03:30

  Scenario Outline: Topic and agency are proposed
    When a citizen texts «<text>» from 09990000001 to 6133
    Then the case has topic <topic> and agency <agency>
    And task intake/classify is not open

    Examples:
      | text                                | topic                   | agency             |
      | در بانک ملی کارمند باجه نیست        | no-officer              | bank-melli-hamedan |
      | به تلفن ادارهٔ گاز کسی جواب نمی‌دهد | phone-unanswered        | gaz-hamedan        |
      | سامانهٔ ثبت احوال از صبح قطع است    | system-down             | sabt-ahval-hamedan |
      | هر بار شهرداری مدرک دیگری می‌خواهد  | contradictory-documents | shahrdari-hamedan  |

  Scenario: What the operator says stands
    When op-sadaf registers a message:
      | field  | value                        |
      | mobile | 09990000002                  |
      | text   | در بانک ملی کارمند باجه نیست |
      | topic  | delay                        |
      | agency | maliat-hamedan               |
    Then the case has topic delay and agency maliat-hamedan
