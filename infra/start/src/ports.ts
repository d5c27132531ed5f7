import { isFree } from '@farmgate/stores/ports.ts'
import type { Config } from './config.ts'
import { origin, services } from './services.ts'
import { StartError } from './start-error.ts'

/** @throws StartError with a line for each port that is taken, by another program or by another of ours. */
export async function requireFreePorts(config: Config): Promise<void> {
  const taken = new Map<number, string>()
  const faults: string[] = []
  for (const { name, port: variable } of [origin, ...services]) {
    const port = config[variable]
    const other = taken.get(port)
    if (other) faults.push(`${name} and ${other} cannot both listen on port ${port}: set ${variable}`)
    else if (!(await isFree(port)))
      faults.push(`Port ${port} is in use: end what listens there, or set ${variable} for ${name}`)
    taken.set(port, name)
  }
  if (faults.length > 0) throw new StartError(faults.join('\n'))
}
