import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

const FOLDER = path.resolve(import.meta.dirname, '..')
const read = (file: string) => readFileSync(path.join(FOLDER, file), 'utf8')

const dashboard = z.object({
  panels: z.array(z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })).default([]) })),
})
const alerts = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          alert: z.string(),
          expr: z.string(),
          annotations: z.object({ summary: z.string(), runbook: z.string() }),
        }),
      ),
    }),
  ),
})

/** A query, and the panel or alert that asks it. */
export type Query = { asker: string; expr: string }

/** What a query wants of a metric: its name, and the labels that it is selected by. */
export type Wanted = { name: string; labels: string[] }

export const panelQueries = (): Query[] =>
  dashboard
    .parse(JSON.parse(read('grafana/dashboards/farmgate.json')))
    .panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ asker: title, expr })))

export const alertRules = () => alerts.parse(parse(read('alerts.yml'))).groups.flatMap(({ rules }) => rules)

/** Every metric of a query with the labels in its braces; `up` is Prometheus's own and not among them. */
export const wantedBy = (expr: string): Wanted[] =>
  [...expr.matchAll(/\b((?:farmgate|nodejs|process)_\w+)(?:\{([^}]*)\})?/g)].map(([, name = '', braces = '']) => ({
    name,
    labels: [...braces.matchAll(/(\w+)\s*(?:=|!)/g)].map(([, label = '']) => label),
  }))

/** The series of a scrape: their labels by name. */
export function seriesOf(scraped: string): Map<string, Set<string>> {
  const series = new Map<string, Set<string>>()
  for (const [, name = '', braces = ''] of scraped.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)) {
    const labels = series.get(name) ?? new Set()
    for (const [, label = ''] of braces.matchAll(/(\w+)="/g)) labels.add(label)
    series.set(name, labels)
  }
  return series
}
