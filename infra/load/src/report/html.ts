import type { Finding, Table } from '../scenarios/scenario.ts'
import { drawChart, escapeText } from './chart.ts'

const STYLE = `
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
  table { border-collapse: collapse; margin: .5rem 0 1.5rem } caption { text-align: left; font-weight: 600 }
  td, th { padding: .2rem .8rem .2rem 0; text-align: right; border-bottom: 1px solid #ddd; font-variant-numeric: tabular-nums }
  td:first-child, th:first-child { text-align: left }
  svg { width: 100%; font: 12px system-ui, sans-serif } .fault { color: #a00; font-weight: 600 }`

/** A page that needs nothing else: no script, no font, no network. */
export function toHtml(title: string, about: readonly string[], { tables, charts, faults }: Finding): string {
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeText(title)}</title>
<style>${STYLE}</style>
<h1>${escapeText(title)}</h1>
${about.map((line) => `<p>${escapeText(line)}</p>`).join('\n')}
${faults.map((fault) => `<p class="fault">${escapeText(fault)}</p>`).join('\n')}
${tables.map(tableOf).join('\n')}
${charts.map((chart) => `<h2>${escapeText(chart.title)}</h2>${drawChart(chart)}`).join('\n')}
</html>
`
}

const tableOf = ({ title, heads, rows }: Table) =>
  `<table><caption>${escapeText(title)}</caption><thead><tr>${heads.map((head) => `<th>${escapeText(head)}</th>`).join('')}</tr></thead>
<tbody>${rows.map((row) => `<tr>${row.map((cell) => `<td>${escapeText(cell)}</td>`).join('')}</tr>`).join('\n')}</tbody></table>`
