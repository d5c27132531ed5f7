import type postgres from 'postgres'

/**
 * A statement of postgres.js as it is inside; its types show the promise only. It begins by handing itself to its `handler`
 * when it is first awaited, and may be refused from outside by `reject`.
 */
export type Statement = Promise<unknown> & {
  handler: (statement: Statement) => void
  reject: (reason: unknown) => void
}

export type Ask = (statement: Statement) => void

/**
 * `sql` as `template` has it, with every statement going to `ask`: which connection it takes is ours to say, at the moment
 * when it begins. Only what is a statement or a part of one is there; `begin`, `reserve`, `listen` and the like, which
 * would take the driver's own way to a connection, are not (README.md: one connection, one life).
 */
export function sqlThrough(template: postgres.Sql, ask: Ask): postgres.Sql {
  const routed = <T>(made: T): T => {
    if (isStatement(made)) made.handler = ask
    return made
  }
  const tag = (first: TemplateStringsArray, ...rest: never[]) => routed(template(first, ...rest))
  const unsafe: postgres.Sql['unsafe'] = (...words) => routed(template.unsafe(...words))
  const { options, json, typed, types } = template
  return Object.assign(tag, { options, json, typed, types, unsafe }) as unknown as postgres.Sql
}

/** How `client` itself would begin a statement. */
export const handlerOf = (client: postgres.Sql): Ask => {
  const statement: unknown = client.unsafe('')
  if (!isStatement(statement)) throw new Error('this version of postgres.js makes its statements in another way')
  return statement.handler
}

const isStatement = (made: unknown): made is Statement => made instanceof Promise && 'handler' in made
