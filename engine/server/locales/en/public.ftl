### Pages that anybody may read: tracking and signing in.

track-title = Track a message
track-lead = Enter the tracking code that you got by SMS.
track-find = Track
track-unknown = No message has this code. Check its digits.
track-history = Stages
track-another = Track another code

login-title = Sign in
login-as = You are signing in as { $name }.
login-confirm = Sign in
login-note = This link works once and for { $minutes } minutes. If you did not ask for it, close this page.
