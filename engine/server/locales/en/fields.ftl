### What is wrong with a field.

field-required = Fill this in.
field-too-long = The text is longer than it may be.
field-too-short = The text is shorter than it may be.
field-too-small = The number is below the least that is allowed.
field-too-large = The number is above the most that is allowed.
field-out-of-range = The number is out of range.
field-not-a-number = Write a number.
field-not-an-option = Choose one of the options.
field-wrong-type = The value is of the wrong type.
field-wrong-value = The value is not allowed.
field-unknown-field = There is no such field.
field-unknown-parameter = There is no such parameter.
field-given-twice = It stands twice.
field-national-id-checksum = The national ID is not right; check its digits.
field-national-id-invalid = A national ID has ten digits.
field-mobile-invalid = A mobile number looks like 09121234567; landlines are not taken.
field-tracking-code-invalid = The tracking code is not right.
field-scope-invalid = A scope is nation, province:ID, county:PROVINCE/COUNTY or agency:ID.
field-name-invalid = A name has small ASCII letters, digits and - _ . only, 64 characters at most.
field-person-unknown = There is nobody of this id in the deployment's directory.
field-not-a-cursor = This is not the `next` of a page.
field-archived = What stood here was taken to an archive; begin without it.
field-not-readable = What came could not be read.
