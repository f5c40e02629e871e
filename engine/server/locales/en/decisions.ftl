### The card that says why a case went where it did.

decision-title = Why here?
decision-version = version { $version }
decision-inputs = What counted
decision-recorded = What is on record
decision-above = Rules that did not answer ({ $count })
decision-above-lead = In the order of the table; beside each rule stands the first condition that did not hold.
decision-others = { $count ->
    [one] One more decision
   *[other] { $count } more decisions
}
