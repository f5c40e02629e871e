### What each kind of task does, in whole sentences.

only-if = Only if { $condition }; otherwise this step is left out.
input-schema = Its input is checked against its schema.
input-from = Its input is { $value }.
output-as = Its output is { $value }.
output-schema = Its output is checked against its schema.
export-as = It keeps { $value } for later steps.
timeout = It has { $duration } at most; after that a timeout error occurs.

then = Then it { $way }.
then-after = After these steps it { $way }.
way-next = goes on to the next step
way-end = ends the flow
way-exit = leaves this part
way-back = goes back to step { $number } ({ $name })
way-on = goes on to step { $number } ({ $name })

do = Does these steps one after the other:
for = Does these steps for each { $each } in { $items }:
for-while = It checks before each round and goes on only as long as { $condition }.
fork = Does these { $count } things at the same time and waits until all have ended:
fork-compete = Starts these { $count } things at the same time; the first that ends gives the result, and the others are cancelled:
switch = Decides:
case = If { $condition }, it { $way }.
case-default = Otherwise it { $way }.
case-none = If none of these is so, it { $way }.
try = Does these steps and catches their errors:
catch = If { $errors } occurs:
catch-when = Only when { $condition }.
catch-except = Unless { $condition }.
catch-do = It does these steps:
catch-do-after-retry = If it still fails, it does these steps:
catch-then-only = The error is passed over.
catch-then-only-after-retry = If it still fails, the error is passed over.
catch-swallow = The error is passed over and the flow goes on.
catch-raise-after-retry = If it still fails, the error goes on beyond this step.
retry-at-once = It tries again at once.
retry-constant = It tries again after { $delay } each time.
retry-linear = It tries again: first after { $delay }, and each time as much later.
retry-exponential = It tries again: first after { $delay }, then with twice the pause each time.
retry-jitter = From { $from } to { $to } are added to each pause at random.
retry-count = { $count ->
    [one] At most { $count } time.
   *[other] At most { $count } times.
}
retry-within = Until { $duration } after the first error.
retry-attempt = Each try has { $duration } at most.
retry-when = It tries again only when { $condition }.
retry-except = It does not try again if { $condition }.
error-any = any error
error-such = an error with { $members }
error-type = the type { $code }
error-status = status { $value }
error-instance = the place { $value }
error-title = the title { $value }
error-detail = the detail { $value }
error-type-communication = the type “communication”
error-type-timeout = the type “timeout”
error-type-validation = the type “validation”
error-type-expression = the type “expression”
error-type-configuration = the type “configuration”
error-type-authentication = the type “authentication”
error-type-authorization = the type “authorization”
error-type-runtime = the type “runtime”
raise = Raises an error with { $type } and status { $status }.
raise-title = It says: { $title }.
set = Replaces the data with { $names }.
set-value = Replaces the data with { $value }.
wait = Waits for { $duration }.
refused = Asks for { $feature }, which this engine does not run; the flow cannot be deployed.

event = event { $type }
event-every = any event
event-where = { $event } where { $asked }
event-attribute = { $name } is { $value }
event-correlate = { $event } (with the same { $name }, from { $from }{ $expect })
event-expect = { $event } (whose { $name }, from { $from }, is { $expect })
emit = Emits the event { $type }.
emit-data = With the data { $data }.
listen-one = Waits for { $events }.
listen-all = Waits until all of these have come: { $events }.
listen-any = Waits until one of these comes: { $events }.
listen-many = Takes these one after the other: { $events }.
listen-until = Until { $condition }.
listen-until-one = Until { $events } comes.
listen-until-all = Until all of these have come: { $events }.
listen-until-any = Until one of these comes: { $events }.
listen-until-many = Until one of these comes: { $events }.
listen-each = For each event ({ $item }) it does these steps:

call-human-task = Opens a task for { $who }: “{ $form }”.
task-notified = Who has to do it is told by { $by }.
task-copied = A copy goes to { $who }.
task-due = It is due in { $term }.
task-due-by = It is due in { $term } by the calendar “{ $calendar }”.
task-due-referral = It is due as the referral says.
task-max = It waits { $max } at most.
task-open = It waits until there is an answer.
task-rest = While the citizen is waited for, the deadline may rest { $times }, for at most { $max } in all.
rest-times = { $count ->
    [one] once
   *[other] up to { $count } times
}
rest-times-computed = as often as { $code } says
task-rest-ends = A message of the citizen ends the rest, at the latest the end of that time.
task-rest-ends-by = A message of the citizen or the event { $events } ends the rest, at the latest the end of that time.
remind-after = After { $time }, { $who } is reminded by { $by }.
remind-before = { $time } before it is due, { $who } is reminded by { $by }.
remind = Reminds { $who } by { $by }{ $time }.
task-overdue = When it is overdue, the flow “{ $flow }” starts beside it; the task stays open.
task-closed-by = The event { $events } closes it.
call-verification = Has the citizen asked by phone: “{ $form }”; { $who } makes the call.
call-tries = { $count ->
    [one] At most { $count } try, { $every } apart, { $between }.
   *[other] At most { $count } tries, { $every } apart, { $between }.
}
hours-between = between { $from } and { $to }
call-notify = Tells { $who } by { $by } (template { $template }).
call-case-open = Opens the case.
call-case-classify = Records what the case is about.
call-case-refer = Refers the case and keeps the referral with it.
call-case-mark = Marks the stage of the case.
call-case-attach = Attaches something to the case.
call-case-new-round = Opens a new round of following up.
call-rounds-max = { $count ->
    [one] At most { $count } round in all.
   *[other] At most { $count } rounds in all.
}
call-case-close = Closes the case.
call-outcome = With the outcome { $outcome }.
call-case-reopen = Opens the case again.
call-find-duplicates = Looks for cases that tell the same matter.
call-wait-working = Waits { $what }.
call-wait-working-by = Waits { $what } by the calendar “{ $calendar }”.
wait-term = for { $term }
wait-open = until the offices are open
wait-rule = until the { $rule }
wait-computed = until the time that { $code } gives
wait-some = for a stretch of working time
call-calendar-next = Finds { $what } in the calendar.
call-calendar-next-by = Finds { $what } in the calendar “{ $calendar }”.
next-term = the end of { $term }
next-open = the next time at which the offices are open
next-rule = the { $rule }
next-computed = the time that { $code } gives
next-from = It counts from { $from }.
call-evaluate-agency = Evaluates the agency.
call-own = Calls the function { $name } (see { $number }).
call-table = Asks the decision table “{ $title }”.
call-script = Asks the script “{ $title }”.
call-operation = Asks a connector for “{ $title }”.
call-function = Calls the function { $title }.
call-inputs = It is given { $names }.
call-http = Sends a { $method } request to { $uri }.
http-body = Its body is { $body }.
call-openapi = Calls the operation { $operation } of the service at { $uri }.
members-more = { $count } more
run-workflow = Runs the flow “{ $flow }”.
call-run-script = Runs a script ({ $what }).
call-run-shell = Runs the command { $what }.
run-no-await = It does not wait for the end.
