Feature: Operations that a document describes (statement 59)

  Background:
    Given the clock stands at 2026-11-21T10:00:00Z
    And the service at http://pets.example/v2/swagger.json answers 200 with:
      """yaml
      swagger: '2.0'
      info: { title: Pets, version: '1.0' }
      host: pets.example
      basePath: /v2
      schemes: [ http ]
      paths:
        /pet/{petId}:
          get:
            operationId: getPet
            parameters:
              - { name: petId, in: path, required: true, type: integer }
              - { name: verbose, in: query, required: false, type: boolean }
              - { name: X-Tenant, in: header, required: false, type: string }
            responses: { '200': { description: fine } }
        /pet:
          post:
            operationId: addPet
            consumes: [ application/json ]
            parameters: [ { name: body, in: body, required: true, schema: { type: object } } ]
            responses: { '200': { description: fine } }
      """
    And the service at http://orders.example/openapi.json answers 200 with:
      """yaml
      openapi: 3.0.3
      info: { title: Orders, version: '1.0' }
      servers: [ { url: 'http://orders.example/api' } ]
      paths:
        /orders/{id}:
          put:
            operationId: changeOrder
            parameters:
              - { name: id, in: path, required: true, schema: { type: string } }
              - { name: dry, in: query, schema: { type: boolean } }
              - { name: X-Tenant, in: header, schema: { type: string } }
            requestBody: { required: true, content: { application/json: { schema: { type: object, properties: { amount: { type: integer }, note: { type: string } } } } } }
            responses: { '200': { description: fine } }
      """

  @S59
  Scenario: 59.1 A Swagger 2.0 document: parameters go by their names into path, query and header
    Given the service at http://pets.example/v2/pet/7 answers 200 with:
      """yaml
      { id: 7, name: Milou }
      """
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: swagger, version: '1.0.0' }
      do:
        - ask:
            call: openapi
            with: { document: { endpoint: 'http://pets.example/v2/swagger.json' }, operationId: getPet, parameters: { petId: '${ .pet }', verbose: true, X-Tenant: ours } }
            output: { as: .name }
      """
    And the workflow input is:
      """yaml
      pet: 7
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      Milou
      """
    And the service at http://pets.example/v2/pet/7 was asked by GET
    And the service at http://pets.example/v2/pet/7 was asked for «http://pets.example/v2/pet/7?verbose=true»
    And the service at http://pets.example/v2/pet/7 was asked with header X-Tenant «ours»

  @S59
  Scenario: 59.2 A Swagger 2.0 document: the parameter that is the body
    Given the service at http://pets.example/v2/pet answers 200 with:
      """yaml
      id: 8
      """
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: swagger-body, version: '1.0.0' }
      do:
        - ask: { call: openapi, with: { document: { endpoint: 'http://pets.example/v2/swagger.json' }, operationId: addPet, parameters: { body: { name: '${ .name }' } }, output: response }, output: { as: '{ status: .statusCode, id: .content.id }' } }
      """
    And the workflow input is:
      """yaml
      name: Snowy
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      { status: 200, id: 8 }
      """
    And the service at http://pets.example/v2/pet was asked by POST
    And the service at http://pets.example/v2/pet was asked with body:
      """yaml
      name: Snowy
      """

  @S59
  Scenario: 59.3 An OpenAPI 3 document: path, query, header, and what else is named is the body
    Given the service at http://orders.example/api/orders/a%2Fb answers 200 with:
      """yaml
      changed: true
      """
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: openapi, version: '1.0.0' }
      do:
        - ask:
            call: openapi
            with:
              document: { endpoint: 'http://orders.example/openapi.json' }
              operationId: changeOrder
              parameters: { id: a/b, dry: false, X-Tenant: ours, amount: 3, note: quick }
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      changed: true
      """
    And the service at http://orders.example/api/orders/a%2Fb was asked by PUT
    And the service at http://orders.example/api/orders/a%2Fb was asked for «http://orders.example/api/orders/a%2Fb?dry=false»
    And the service at http://orders.example/api/orders/a%2Fb was asked with header X-Tenant «ours»
    And the service at http://orders.example/api/orders/a%2Fb was asked with body:
      """yaml
      { amount: 3, note: quick }
      """

  @S59
  Scenario Outline: 59.4 What the document does not have is a configuration error, and a parameter that is missing or unknown a validation error
    Given a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: wrong, version: '1.0.0' }
      do: [ { ask: { call: openapi, with: { document: { endpoint: '<document>' }, operationId: <operation>, parameters: <parameters> } } } ]
      """
    And the service at http://pets.example/v2/pet/7 answers 200
    And the service at http://pets.example/v2/text answers 200 of type text/plain with:
      """text
      no document
      """
    When the workflow is executed
    Then the workflow should fault with error:
      """yaml
      { type: 'https://open-workflow-specification.org/spec/1.0.0/errors/<type>', status: 400, instance: /do/0/ask }
      """
    And the service at http://pets.example/v2/pet/7 was never asked

    Examples:
      | document                            | operation | parameters                | type          |
      | http://pets.example/v2/swagger.json | getDog    | { petId: 7 }              | configuration |
      | http://pets.example/v2/swagger.json | getpet    | { petId: 7 }              | configuration |
      | http://pets.example/v2/text         | getPet    | { petId: 7 }              | configuration |
      | http://pets.example/v2/swagger.json | getPet    | {}                        | validation    |
      | http://pets.example/v2/swagger.json | getPet    | { petId: 7, colour: red } | validation    |

  @S59 @S56
  Scenario: 59.5 What an operation answers is judged as any answer over HTTP
    Given the service at http://pets.example/v2/pet/9 answers 404
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: judged, version: '1.0.0' }
      do:
        - attempt:
            try: [ { ask: { call: openapi, with: { document: { endpoint: 'http://pets.example/v2/swagger.json' }, operationId: getPet, parameters: { petId: 9 } } } } ]
            catch:
              errors: { with: { type: 'https://serverlessworkflow.io/spec/1.0.0/errors/communication', status: 404 } }
              do: [ { instead: { set: { found: false } } } ]
      """
    When the workflow is executed
    Then the workflow should complete with output:
      """yaml
      found: false
      """

  @S59 @S58
  Scenario: 59.6 An operation is tried again under its key
    Given the service at http://pets.example/v2/pet answers 200 with:
      """yaml
      id: 8
      """
    And the first 2 times the service at http://pets.example/v2/pet answers 503
    And a workflow with definition:
      """yaml
      document: { dsl: '1.0.3', namespace: conformance, name: operation-again, version: '1.0.0' }
      do:
        - attempt:
            try: [ { ask: { call: openapi, with: { document: { endpoint: 'http://pets.example/v2/swagger.json' }, operationId: addPet, parameters: { body: { name: a } } } } } ]
            catch: { retry: { delay: PT10S, limit: { attempt: { count: 3 } } } }
      """
    When the workflow is executed
    And PT1M passes
    Then the workflow should complete with output:
      """yaml
      id: 8
      """
    And the service at http://pets.example/v2/pet was asked 3 times
    And the service at http://pets.example/v2/pet was asked with the same key each time
