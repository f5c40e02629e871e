Feature: HTTP calls in their details (statements 56 to 58, 60, 62)

  Background:
    Given the clock stands at 2026-11-21T10:00:00Z

  @S56
  Scenario Outline: 56.3 Every 2xx is fine, and every other answer is a communication error with its status
    Given the service at http://api.example/ answers <status> with:
      """yaml
      said: something
      """
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: statuses, version: '1.0.0' }
      do:
        - attempt:
            try: [ { ask: { call: http, with: { method: get, endpoint: 'http://api.example/' }, output: { as: '{ fine: true }' } } } ]
            catch: { do: [ { failed: { set: { type: '${ $error.type | split("/") | last }', status: '${ $error.status }' } } } ] }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      <output>
      """

    Examples:
      | status | output                                 |
      | 200    | { fine: true }                         |
      | 201    | { fine: true }                         |
      | 299    | { fine: true }                         |
      | 300    | { type: communication, status: 300 }   |
      | 304    | { type: communication, status: 304 }   |
      | 400    | { type: communication, status: 400 }   |
      | 401    | { type: communication, status: 401 }   |
      | 404    | { type: communication, status: 404 }   |
      | 408    | { type: communication, status: 408 }   |
      | 500    | { type: communication, status: 500 }   |
      | 599    | { type: communication, status: 599 }   |

  @S56
  Scenario Outline: 56.4 A redirection is an error or a result, and is followed in neither case
    Given the service at http://old.example/ answers <status> with headers:
      | field    | value               |
      | Location | http://new.example/ |
    And the service at http://new.example/ answers 200
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: redirect, version: '1.0.0' }
      do:
        - attempt:
            try: [ { ask: { call: http, with: { method: get, endpoint: 'http://old.example/', <redirect> output: response }, output: { as: '{ status: .statusCode, to: .headers.location }' } } } ]
            catch: { do: [ { failed: { set: { error: '${ $error.status }' } } } ] }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      <output>
      """
    And the service at http://new.example/ was never asked

    Examples:
      | status | redirect         | output                                        |
      | 302    |                  | { error: 302 }                                |
      | 301    | redirect: false, | { error: 301 }                                |
      | 302    | redirect: true,  | { status: 302, to: 'http://new.example/' }    |
      | 308    | redirect: true,  | { status: 308, to: 'http://new.example/' }    |

  @S56
  Scenario: 56.5 What is beyond 3xx stays an error where redirections are results
    Given the service at http://api.example/ answers 404
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: beyond, version: '1.0.0' }
      do: [ { ask: { call: http, with: { method: get, endpoint: 'http://api.example/', redirect: true } } } ]
      """
    When the workflow is executed
    Then the workflow should fault with error:
      """yaml
      { type: 'https://open-workflow-specification.org/spec/1.0.0/errors/communication', status: 404 }
      """

  @S56
  Scenario: 56.6 A connection that breaks is a communication error, and a retry may mend it
    Given the service at http://shaky.example/ answers 200 with:
      """yaml
      fine: true
      """
    And first the service at http://shaky.example/ breaks the connection
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: shaky, version: '1.0.0' }
      do:
        - attempt:
            try: [ { ask: { call: http, with: { method: get, endpoint: 'http://shaky.example/' } } } ]
            catch:
              errors: { with: { type: 'https://serverlessworkflow.io/spec/1.0.0/errors/communication' } }
              retry: { delay: PT10S, limit: { attempt: { count: 1 } } }
      """
    When the workflow is executed
    And PT10S passes
    Then the workflow should complete with output:
      """yaml
      fine: true
      """
    And ask should run 2 times

  @S56 @S41
  Scenario: 56.7 A service that is too slow for the task's own timeout is given up then
    Given the service at http://slow.example/ answers 200
    And the service at http://slow.example/ takes PT20S
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: too-slow, version: '1.0.0' }
      do: [ { ask: { timeout: { after: PT5S }, call: http, with: { method: get, endpoint: 'http://slow.example/' } } } ]
      """
    When the workflow is executed
    And PT1M passes
    Then the workflow should fault with error:
      """yaml
      { type: 'https://open-workflow-specification.org/spec/1.0.0/errors/timeout', status: 408, instance: /do/0/ask }
      """
    And the workflow should end at 2026-11-21T10:00:05Z

  @S57
  Scenario Outline: 57.1 The content is what its type says: JSON parsed, text as text, all else in base64
    Given the service at http://files.example/ answers 200 of type <type> with:
      """text
      <content>
      """
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: content, version: '1.0.0' }
      do: [ { ask: { call: http, with: { method: get, endpoint: 'http://files.example/' }, output: { as: '{ got: (if type == "string" then (. | rtrimstr("\n")) else . end) }' } } } ]
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      got: <got>
      """

    Examples:
      | type                     | content  | got          |
      | application/json         | {"a":1}  | { a: 1 }     |
      | application/problem+json | [1,2]    | [ 1, 2 ]     |
      | application/json         | 7        | 7            |
      | text/plain               | {"a":1}  | '{"a":1}'    |
      | text/csv                 | a;b      | 'a;b'        |

  @S57
  Scenario: 57.2 Bytes of another type, and whatever is asked for raw, are in base64
    Given the service at http://files.example/image answers 200 of type image/png with:
      """text
      png
      """
    And the service at http://files.example/json answers 200 of type application/json with:
      """text
      {"a":1}
      """
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: raw, version: '1.0.0' }
      do:
        - image: { call: http, with: { method: get, endpoint: 'http://files.example/image' }, export: { as: '{ image: (. | @base64d | rtrimstr("\n")) }' } }
        - json: { call: http, with: { method: get, endpoint: 'http://files.example/json', output: raw }, output: { as: '{ type: type, json: (. | @base64d | rtrimstr("\n")), image: $context.image }' } }
        - done: { set: { type: '${ .type }', json: '${ .json }', image: '${ $context.image }' } }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      { type: string, json: '{"a":1}', image: png }
      """

  @S57
  Scenario: 57.3 The response tells the request, the status, the headers and the content
    Given the service at http://api.example/items answers 201 with:
      """yaml
      id: 7
      """
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: response, version: '1.0.0' }
      do:
        - ask:
            call: http
            with: { method: post, endpoint: 'http://api.example/items', query: { q: a b, n: '${ 1 + 1 }' }, headers: { X-Own: own }, body: { n: 1 }, output: response }
            output: { as: '{ keys: keys, method: .request.method, uri: .request.uri, own: .request.headers["x-own"], status: .statusCode, type: (.headers["content-type"] | split(";")[0]), content: .content }' }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      keys: [ content, headers, request, statusCode ]
      method: POST
      uri: http://api.example/items?n=2&q=a+b
      own: own
      status: 201
      type: application/json
      content: { id: 7 }
      """
    And the service at http://api.example/items was asked by POST
    And the service at http://api.example/items was asked with header X-Own «own»
    And the service at http://api.example/items was asked with body:
      """yaml
      n: 1
      """

  @S57
  Scenario: 57.4 An answer without content gives null, and one that lies about its type is an error
    Given the service at http://api.example/empty answers 204
    And the service at http://api.example/lie answers 200 of type application/json with:
      """text
      this is no JSON
      """
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: empty, version: '1.0.0' }
      do:
        - empty: { call: http, with: { method: delete, endpoint: 'http://api.example/empty' }, output: { as: '{ got: . }' } }
        - attempt:
            try: [ { lie: { call: http, with: { method: get, endpoint: 'http://api.example/lie' } } } ]
            catch: { do: [ { seen: { set: { got: '${ .got }', status: '${ $error.status }' } } } ] }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      { got: null, status: 502 }
      """

  @S58
  Scenario Outline: 58.2 Who asks is proved as the policy says, and told to the flow without the proof
    Given the service at http://closed.example/ answers 200 with:
      """yaml
      open: true
      """
    And the secret login is:
      """yaml
      { username: ali, password: baba-s3cret }
      """
    And the secret pass is:
      """yaml
      token: t0k3n-s3cret
      """
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: login, version: '1.0.0' }
      use:
        secrets: [ login, pass ]
        authentications: { named: { basic: { use: login } } }
      do:
        - ask:
            call: http
            with: { method: get, endpoint: { uri: 'http://closed.example/', authentication: <authentication> } }
            output: { as: '{ open: .open, scheme: ($authorization.scheme | ascii_downcase) }' }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      { open: true, scheme: <scheme> }
      """
    And the service at http://closed.example/ was asked with header Authorization «<header>»
    And the journal nowhere has «s3cret»

    Examples:
      | authentication                                        | scheme | header                       |
      | { use: named }                                        | basic  | Basic YWxpOmJhYmEtczNjcmV0   |
      | { basic: { use: login } }                             | basic  | Basic YWxpOmJhYmEtczNjcmV0   |
      | { bearer: { use: pass } }                             | bearer | Bearer t0k3n-s3cret          |
      | { bearer: { token: '${ $secrets.pass.token }' } }     | bearer | Bearer t0k3n-s3cret          |

  @S58
  Scenario: 58.3 What proves who asks is made out anew for each attempt
    Given the service at http://closed.example/ answers 200
    And first the service at http://closed.example/ answers 401
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: each-attempt, version: '1.0.0' }
      do:
        - attempt:
            try:
              - renew: { set: { n: '${ ($context.n // 0) + 1 }' }, export: { as: '{ n: .n }' } }
              - ask: { call: http, with: { method: post, endpoint: { uri: 'http://closed.example/', authentication: { bearer: { token: '${ "token-\($context.n)" }' } } }, body: { x: 1 } } }
            catch: { retry: { delay: PT1S, limit: { attempt: { count: 3 } } } }
      """
    When the workflow is executed
    And PT1S passes
    Then the workflow should complete
    And the service at http://closed.example/ was asked 2 times
    And the service at http://closed.example/ was asked with the same key each time
    And the service at http://closed.example/ was asked with header Authorization «Bearer token-2»

  @S58
  Scenario: 58.4 A token is fetched from its authority and shown to the service
    Given the service at http://authority.example/oauth2/token answers 200 with:
      """yaml
      { access_token: fetched-t0ken, token_type: Bearer, expires_in: 3600 }
      """
    And the service at http://closed.example/ answers 200 with:
      """yaml
      open: true
      """
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: oauth2, version: '1.0.0' }
      do:
        - ask:
            call: http
            with:
              method: get
              endpoint:
                uri: http://closed.example/
                authentication: { oauth2: { authority: 'http://authority.example', grant: client_credentials, client: { id: runtime, secret: hush }, scopes: [ api ] } }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      open: true
      """
    And the service at http://authority.example/oauth2/token was asked by POST
    And the service at http://closed.example/ was asked with header Authorization «Bearer fetched-t0ken»
    And the journal nowhere has «fetched-t0ken»

  @S58
  Scenario: 58.5 Whoever gets no token has an authentication error, and the service is not asked
    Given the service at http://authority.example/oauth2/token answers 400 with:
      """yaml
      error: invalid_client
      """
    And the service at http://closed.example/ answers 200
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: no-token, version: '1.0.0' }
      do:
        - ask:
            call: http
            with:
              method: get
              endpoint:
                uri: http://closed.example/
                authentication: { oauth2: { authority: 'http://authority.example', grant: client_credentials, client: { id: runtime, secret: hush } } }
      """
    When the workflow is executed
    Then the workflow should fault with error:
      """yaml
      { type: 'https://open-workflow-specification.org/spec/1.0.0/errors/authentication', status: 401, instance: /do/0/ask }
      """
    And the service at http://closed.example/ was never asked

  @S58
  Scenario: 58.6 Each round of a loop, each jump back and each branch asks with a key of its own, though all ask the same
    Given the service at http://keys.example/ answers 200
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: keys, version: '1.0.0' }
      do:
        - each:
            for: { each: n, in: '[1, 2]' }
            do: [ { ask: { call: http, with: { method: post, endpoint: 'http://keys.example/', body: { same: body } }, output: { as: $input } } } ]
        - count: { set: { x: 1 }, export: { as: '{ rounds: (($context.rounds // 0) + 1) }' } }
        - again: { switch: [ { more: { when: $context.rounds < 2, then: each } } ] }
        - beside:
            fork:
              branches:
                - one: { call: http, with: { method: post, endpoint: 'http://keys.example/', body: { same: body } } }
                - two: { call: http, with: { method: post, endpoint: 'http://keys.example/', body: { same: body } } }
      """
    When the workflow is executed
    Then the workflow should complete
    And the service at http://keys.example/ was asked 6 times
    And the service at http://keys.example/ was asked with another key each time

  @S60
  Scenario Outline: 60.1 Protocols that are not run are refused by name when the flow is checked
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: refused, version: '1.0.0' }
      do: [ { ask: <task> } ]
      """
    Then the definition should be refused with <code>

    Examples:
      | task                                                                                                                             | code    |
      | { call: grpc, with: { proto: { endpoint: 'http://x.example/p' }, service: { name: s, host: h, port: 1 }, method: m } }           | PG-D021 |
      | { call: asyncapi, with: { document: { endpoint: 'http://x.example/d' }, operation: o, message: { payload: {} } } }               | PG-D022 |
      | { call: a2a, with: { server: 'http://x.example/', method: message/send } }                                                        | PG-D023 |
      | { call: mcp, with: { method: tools/list, transport: { http: { endpoint: 'http://x.example/' } } } }                               | PG-D024 |
      | { run: { container: { image: alpine } } }                                                                                         | PG-D025 |

  @S60
  Scenario: 60.2 A policy that needs a person with a browser is refused by name
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: browser, version: '1.0.0' }
      do:
        - ask:
            call: http
            with:
              method: get
              endpoint: { uri: 'http://x.example/', authentication: { oauth2: { authority: 'http://a.example', grant: authorization_code, client: { id: c, secret: s } } } }
      """
    Then the definition should be refused with PG-D026

  @S60
  Scenario Outline: 60.3 What is no call is refused
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: no-call, version: '1.0.0' }
      do: [ { ask: { call: http, with: <with> } } ]
      """
    Then the definition should be refused with <code>

    Examples:
      | with                                                            | code    |
      | { method: get }                                                 | PG-D002 |
      | { endpoint: 'http://x.example/' }                               | PG-D002 |
      | { method: gt, endpoint: 'http://x.example/' }                   | PG-D013 |
      | { method: get, endpoint: 'ftp://x.example/' }                   | PG-D020 |
      | { method: get, endpoint: 'http://x.example/', output: all }     | PG-D013 |
      | { method: get, endpoint: 'http://x.example/', header: { a: b } } | PG-D003 |
      | { method: get, endpoint: { uri: 'http://x.example/', authentication: { use: unknown } } } | PG-D010 |

  @S62
  Scenario: 62.2 A call is asked under one key however often the runtime is killed around it, and its result is written once
    Given the service at http://slow.example/ answers 200 with:
      """yaml
      n: 1
      """
    And the service at http://slow.example/ takes PT20S
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: killed-often, version: '1.0.0' }
      do:
        - one: { call: http, with: { method: post, endpoint: 'http://slow.example/', body: { n: 1 } }, output: { as: '{ one: .n }' } }
        - two: { call: http, with: { method: post, endpoint: 'http://slow.example/', body: { n: 2 } }, output: { as: '{ one: $input.one, two: .n }' } }
      """
    And the runtime is killed before one
    And the runtime is killed after one
    And the runtime is killed before two
    And the runtime is killed after two
    When the workflow is executed
    And PT10S passes
    And the runtime is killed
    And PT10S passes
    And PT10S passes while the runtime is down
    And PT10S passes
    Then the workflow should complete with output:
      """yaml
      { one: 1, two: 1 }
      """
    And the service at http://slow.example/ was asked 2 times
    And the service at http://slow.example/ was asked with another key each time
    And the journal has 2 events of kind call-answered
    And one should run 1 time
    And two should run 1 time

  @S62 @S30
  Scenario: 62.3 What is behind a call that was answered never asks it again
    Given the service at http://once.example/ answers 200
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: answered, version: '1.0.0' }
      do:
        - ask: { call: http, with: { method: post, endpoint: 'http://once.example/', body: { n: 1 } }, output: { as: '{ asked: true }' } }
        - tell: { emit: { event: { with: { type: org.example.told } } }, output: { as: $input } }
        - rest: { wait: P1D }
        - done: { set: { done: '${ .asked }' } }
      """
    And the runtime is killed after tell
    When the workflow is executed
    And PT1H passes
    And the runtime is killed
    And PT30H passes while the runtime is down
    Then the workflow should complete with output:
      """yaml
      done: true
      """
    And the service at http://once.example/ was asked 1 time
    And 1 event of type org.example.told was emitted
