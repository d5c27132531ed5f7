import { type ErrorCode, errorCodes } from '@farmgate/contracts/errors.ts'
import { type AsyncApi, type Listed, readAsyncApi, readOpenApi } from './documents.ts'
import { type Html, html } from './html.ts'

type Sources = { rooms?: unknown; messages?: unknown; gateway?: unknown }
type Schemas = Record<string, Record<string, unknown>>

/** The whole reference as one page: operations, sockets with their frames, schemas and error codes. */
export function referencePage({ rooms, messages, gateway }: Sources): string {
  const apis = [
    { id: 'rooms', title: 'Rooms and catalog', source: '/docs/rooms-api.json', api: readOpenApi(rooms) },
    { id: 'messages', title: 'Messages', source: '/docs/messages-api.json', api: readOpenApi(messages) },
  ]
  const sockets = readAsyncApi(gateway)
  const schemas: Schemas = Object.assign({}, ...apis.map(({ api }) => api?.schemas))
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Farmgate API reference</title>
<link rel="stylesheet" href="/docs/reference.css">
</head>
<body>
<header>
<p class="mark">Farmgate</p>
<h1>The order chat of a farmers’ market</h1>
<p>Customer and farmer meet in one room for each product bought, talk live, and take the order from <em>new</em> through
<em>active</em> to <em>completed</em>. Everything below is made from the documents that the running services publish.</p>
<nav>${apis.map(({ id, title }) => html`<a href="#${id}">${title}</a>`)}<a href="#sockets">Sockets</a><a href="#schemas">Schemas</a><a href="#errors">Errors</a></nav>
</header>
<main>
${apis.map(
  ({ id, title, source, api }) => html`<section id="${id}">
<h2>${title} <a class="source" href="${source}">OpenAPI 3.1</a></h2>
${api ? api.operations.map(operationPart) : awayPart()}
</section>`,
)}
<section id="sockets">
<h2>Sockets <a class="source" href="/docs/ws-gateway.json">AsyncAPI 3</a></h2>
${sockets ? socketPart(sockets) : awayPart()}
</section>
<section id="schemas"><h2>Schemas</h2>${Object.entries(schemas).map(schemaPart)}</section>
<section id="errors"><h2>Errors</h2>${errorsPart()}</section>
</main>
<footer><p><a href="/readyz">Readiness</a> · <a href="/healthz">Health</a></p></footer>
</body>
</html>
`.html
}

const awayPart = () =>
  html`<p class="away">This service does not answer at the moment. Its part appears once it is back.</p>`

function operationPart({ method, path, operation }: Listed): Html {
  const body = operation.requestBody?.content?.['application/json']?.schema
  return html`<details class="operation">
<summary><span class="method ${method.toLowerCase()}">${method}</span> <code>${path}</code> <span>${operation.summary}</span></summary>
${prosePart(operation.description)}
${
  operation.parameters?.length
    ? html`<h4>Parameters</h4><table>${operation.parameters.map(
        ({ name, in: place, required, schema, description }) =>
          html`<tr><td><code>${name}</code></td><td>${place}${required ? ', required' : ''}</td><td>${typeName(schema)}${defaultPart(schema)}${prosePart(description ?? describedBy(schema))}</td></tr>`,
      )}</table>`
    : undefined
}
${body ? html`<h4>Body</h4>${jsonPart(body)}` : undefined}
<h4>Answers</h4><table>${Object.entries(operation.responses ?? {}).map(
    ([status, { description, content }]) =>
      html`<tr><td><b>${status}</b></td><td>${prosePart(description)}${typeName(Object.values(content ?? {})[0]?.schema)}</td></tr>`,
  )}</table>
</details>`
}

function socketPart({ channels, operations, components, 'x-close-codes': closeCodes }: AsyncApi): Html {
  return html`${Object.entries(channels).map(
    ([name, { address, description }]) => html`<h3><code>${address ?? name}</code></h3>${prosePart(description)}`,
  )}
${Object.entries(operations ?? {}).map(
  ([name, { action, summary }]) => html`<p><span class="method">${action}</span> <code>${name}</code> ${summary}</p>`,
)}
<h3>Frames</h3>
${Object.entries(components?.messages ?? {}).map(
  ([name, { summary, description, payload }]) => html`<details><summary><code>${name}</code></summary>
${prosePart(summary)}${prosePart(description)}${payload ? jsonPart(payload) : undefined}</details>`,
)}
${
  closeCodes.length === 0
    ? undefined
    : html`<h3>Close codes</h3><table>${closeCodes.map(
        ({ code, why, client }) =>
          html`<tr><td><b>${code}</b></td><td>${why}</td><td>${prosePart(`The client ${client}`)}</td></tr>`,
      )}</table>`
}`
}

const schemaPart = ([name, schema]: [string, unknown]) =>
  html`<details id="schema-${name}"><summary><code>${name}</code></summary>${jsonPart(schema)}</details>`

const jsonPart = (value: unknown) => html`<pre><code>${JSON.stringify(value, null, 2)}</code></pre>`

/** The documents' own Markdown, of which only paragraphs and code are used. */
const prosePart = (text: string | undefined): Html[] =>
  (text ?? '')
    .split(/\n{2,}/)
    .filter(Boolean)
    .map(
      (paragraph) =>
        html`<p>${paragraph.split('`').map((part, at) => (at % 2 ? html`<code>${part}</code>` : part))}</p>`,
    )

/** One word for a schema: the name that it refers to, as a link, or its type. */
function typeName(schema: Record<string, unknown> | undefined): Html | undefined {
  const name = /^#\/components\/schemas\/(.+)$/.exec(String(schema?.$ref))?.[1]
  if (name) return html`<a href="#schema-${name}">${name}</a>`
  return schema?.type === undefined ? undefined : html`<code>${String(schema.format ?? schema.type)}</code>`
}

const describedBy = (schema: Record<string, unknown> | undefined) =>
  typeof schema?.description === 'string' ? schema.description : undefined

const defaultPart = (schema: Record<string, unknown> | undefined) =>
  schema?.default === undefined ? undefined : html` <span>default <code>${String(schema.default)}</code></span>`

const errorsPart = () =>
  html`<table>${Object.entries(errorCodes).map(
    ([code, { status, title }]: [string, (typeof errorCodes)[ErrorCode]]) =>
      html`<tr id="error-${code}"><td><b>${status}</b></td><td><code>${code}</code></td><td>${title}</td></tr>`,
  )}</table>`
