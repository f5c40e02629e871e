### Labels of the drawing: a few words each.

drawing-start = Start
drawing-end = End
drawing-every = every { $duration }
drawing-after = { $duration } after each end
drawing-desc = { $count ->
    [one] The flow “{ $title }” as a diagram with { $count } step, from top to bottom.
   *[other] The flow “{ $title }” as a diagram with { $count } steps, from top to bottom.
}
drawing-here = now here
drawing-otherwise = otherwise
drawing-after-error = after an error
drawing-for = each { $each } in { $items }
drawing-while = as long as { $condition }
drawing-next-item = next item
drawing-next-event = next event
drawing-fork = At the same time ({ $count })
drawing-fork-join = all have ended
drawing-fork-compete = Race ({ $count })
drawing-fork-compete-join = the first that ends
drawing-if = if { $condition }
drawing-catch = { $errors }
drawing-retry = tries again
drawing-retry-count = { $count ->
    [one] up to { $count } retry
   *[other] up to { $count } retries
}
drawing-retry-within = retries for { $duration }
drawing-raise = Error: { $type }
drawing-set = Set the data
drawing-wait = Wait { $duration }
drawing-refused = { $feature }
drawing-refused-detail = not run here
drawing-emit = Emit an event
drawing-listen-one = Wait for an event
drawing-listen-all = Wait for all events
drawing-listen-any = Wait for any event
drawing-listen-many = Take events
drawing-who-due = { $who } · { $due }
drawing-tries = { $count ->
    [one] up to { $count } call
   *[other] up to { $count } calls
}
drawing-verification = Verification call
drawing-notify = Tell { $who }
drawing-case-open = Open the case
drawing-case-classify = Classify the case
drawing-case-refer = Refer the case
drawing-case-mark = Mark the stage
drawing-case-attach = Attach to the case
drawing-case-new-round = New round
drawing-rounds-max = { $count ->
    [one] at most { $count } round
   *[other] at most { $count } rounds
}
drawing-case-close = Close the case
drawing-outcome = outcome: { $outcome }
drawing-case-reopen = Reopen the case
drawing-find-duplicates = Find duplicates
drawing-wait-working = Wait in working time
drawing-calendar-next = Next time in the calendar
drawing-by-calendar = { $what } · { $calendar }
drawing-evaluate-agency = Evaluate the agency
drawing-function = Function { $name }
drawing-kind-table = decision table
drawing-kind-script = script
drawing-kind-operation = connector
drawing-kind-function = function
drawing-http = { $method } request
drawing-run-workflow = another flow
drawing-run-script = Run a script
drawing-run-shell = Run a command
