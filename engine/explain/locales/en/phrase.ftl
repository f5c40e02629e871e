### Pieces of sentences: lists, conditions, durations, and words for what the built-in functions say.

list-more = { $begun }, { $next }
list-last = { $begun } and { $last }
list-either = { $begun } or { $last }
quoted = “{ $text }”

cond-is = { $left } is { $right }
cond-is-not = { $left } is not { $right }
cond-less = { $left } is less than { $right }
cond-at-most = { $left } is at most { $right }
cond-more = { $left } is more than { $right }
cond-at-least = { $left } is at least { $right }
cond-known = { $left } is known
cond-unknown = { $left } is not known
cond-holds = { $left } holds
cond-holds-not = { $left } does not hold
cond-not = it is not so that { $inner }
cond-group = ({ $inner })
cond-code = { $code } holds
cond-always = always
cond-never = never

short-is = { $left }: { $right }
short-is-not = { $left } ≠ { $right }
short-less = { $left } < { $right }
short-at-most = { $left } ≤ { $right }
short-more = { $left } > { $right }
short-at-least = { $left } ≥ { $right }
short-known = { $left } known
short-unknown = { $left } not known
short-holds = { $left }
short-holds-not = not { $left }
short-not = not { $inner }

field-data = the data
field-outcome = outcome
field-topic = topic
field-agency = agency
field-severity = severity
field-status = status
field-channel = channel
field-province = province
field-county = county
field-unit = unit
field-manager = manager
field-managerRole = manager’s role
field-role = role
field-round = round
field-finding = finding
field-verdict = verdict
field-satisfaction = satisfaction
field-within = time allowed
field-by = way of sending
field-answer = answer
field-result = result
field-error = error

value-true = true
value-false = false
value-null = unknown
value-solved = solved
value-unsolved = unsolved
value-unreached = unreached
value-answered = answered
value-expired = expired
value-closed-by-event = closed by an event
value-cancelled = cancelled
value-opened = opened
value-exhausted = rounds used up

duration-years = { $count ->
    [one] { $count } year
   *[other] { $count } years
}
duration-months = { $count ->
    [one] { $count } month
   *[other] { $count } months
}
duration-weeks = { $count ->
    [one] { $count } week
   *[other] { $count } weeks
}
duration-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
duration-hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
duration-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
duration-seconds = { $count ->
    [one] { $count } second
   *[other] { $count } seconds
}
duration-milliseconds = { $count ->
    [one] { $count } millisecond
   *[other] { $count } milliseconds
}
duration-microseconds = { $count ->
    [one] { $count } microsecond
   *[other] { $count } microseconds
}
duration-working-days = { $count ->
    [one] { $count } working day
   *[other] { $count } working days
}
duration-working-days-computed = { $code } working days
duration-working-time-computed = the working time in { $code }
duration-none = no time
duration-computed = the time in { $code }

role-citizen = the citizen
role-task-owner = the owner of the task
role-operator = the operator
role-duty-manager = the duty manager
role-agency-head = the head of the agency
role-inspector = the inspector
role-inspection-centre = the inspection centre
role-administrator = the administrator
role-auditor = the auditor
role-governor-office = the governor’s office
role-routing-owner = the owner of the routing rules
role-computed = whoever holds { $code }

channel-sms = SMS
channel-mail = mail
channel-voice = a voice call
channel-call = a call
channel-http = an HTTP request
