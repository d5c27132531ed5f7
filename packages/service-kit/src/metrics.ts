import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

type Named = { name: string; help: string; labels?: readonly string[] }
type Collected = Named & { collect?: () => number | Promise<number> }
type Bucketed = Named & { buckets?: number[] }

/** From what a batch takes to what an operator calls broken. Seconds. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Between two looks at the event loop's lag. Each look wakes an idle process, which prom-client would do 100 times a second. */
const LOOK_MS = 50

export type Metrics = ReturnType<typeof createMetrics>

/**
 * The metrics of one process, in a registry of their own: two services in one test do not meet. Names take
 * `farmgate_` in front. With `collect` a gauge is asked when it is scraped. Labels are fixed words, never ids.
 */
export function createMetrics(service: string) {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LOOK_MS })
  const common = ({ name, help, labels = [] }: Named) => ({
    name: `farmgate_${name}`,
    help,
    labelNames: [...labels],
    registers: [registry],
  })
  return {
    registry,
    counter: (options: Named) => new Counter(common(options)),
    gauge: ({ collect, ...options }: Collected) =>
      new Gauge({
        ...common(options),
        ...(collect && {
          async collect(this: Gauge) {
            this.set(await collect())
          },
        }),
      }),
    histogram: ({ buckets = SECONDS, ...options }: Bucketed) => new Histogram({ ...common(options), buckets }),
    close: async () => registry.clear(),
  }
}
