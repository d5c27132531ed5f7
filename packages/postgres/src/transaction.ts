import { DependencyAway } from '@farmgate/service-kit/dependency.ts'
import postgres from 'postgres'
import type { Link } from './link.ts'
import { sqlThrough } from './statements.ts'

/** What a transaction's work speaks: statements and their parts. Savepoints are not offered. */
export type Tx = postgres.ISql

/**
 * Does `work` between BEGIN and COMMIT on `link`, lent for as long as this takes; rolled back where it throws, where one of
 * its statements failed (heard by `work` or not), or where `isLate` by then. A statement that `work` asks later still is
 * refused: it would stand outside of the transaction, or in the next one.
 */
export async function transaction<T>(
  template: postgres.Sql,
  link: Link,
  work: (tx: Tx) => Promise<T>,
  isLate: () => boolean,
): Promise<T> {
  const own = sqlThrough(template, (statement) => void link.ask(statement))
  const failures: unknown[] = []
  let isOpen = true
  let asked = Promise.resolve()
  const tx = sqlThrough(template, (statement) => {
    statement.catch((error: unknown) => failures.push(error))
    asked = asked.then(() => (isOpen ? link.ask(statement) : statement.reject(new Error('the transaction is over'))))
  })

  try {
    await own.unsafe('begin')
    const result = await work(tx)
    isOpen = false
    await asked
    if (failures.length > 0) throw failures[0]
    if (isLate()) throw new DependencyAway('postgres', new Error('the transaction outlived its deadline'))
    await own.unsafe('commit')
    return result
  } catch (error) {
    isOpen = false
    await asked
    // Without an answer to it nobody knows what the connection is in: without the connection, Postgres rolls back.
    await own.unsafe('rollback').catch(link.end)
    throw isAftermath(error) ? (failures[0] ?? error) : error
  }
}

/** in_failed_sql_transaction: some statement failed earlier, and that one says why. */
const isAftermath = (error: unknown) => error instanceof postgres.PostgresError && error.code === '25P02'
