import { freePort as anyFreePort } from '@farmgate/stores/ports.ts'

/** A TCP port of 127.0.0.1 that nobody listens on. */
export const freePort = (): Promise<number> => anyFreePort()

/** As many, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>()
  while (ports.size < count) ports.add(await anyFreePort())
  return [...ports]
}
