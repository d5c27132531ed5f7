import type { Tools } from './tools.ts'

/** One thing that an operator may do; doing it twice is as good as once. */
export type Verb = {
  /** What stands after `npm run ops --`; arguments in brackets. */
  usage: string
  /** What it does, and what it changes, in a few lines. */
  help: string
  run(args: readonly string[], tools: Tools): Promise<void>
}

/** The operator asked for something that cannot be: said in a line, without a stack. */
export class OpsError extends Error {
  override readonly name = 'OpsError'
}

/** The argument at this place. */
export function argument(args: readonly string[], place: number, name: string): string {
  const value = args[place]
  if (!value) throw new OpsError(`${name} is missing; --help says more`)
  return value
}
