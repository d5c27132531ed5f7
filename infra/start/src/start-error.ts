/** The start cannot go on. Its message says to whoever typed the command what to do; no stack is shown. */
export class StartError extends Error {
  override name = 'StartError'
}
