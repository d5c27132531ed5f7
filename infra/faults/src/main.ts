import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { cases } from './cases.ts'
import { detailsOf, type Row, rowOf, tableOf, withRows } from './report.ts'
import { runCase } from './run-case.ts'
import { hasBroken, type Verdict } from './verdict.ts'

const README = path.resolve(import.meta.dirname, '../README.md')

const HELP = `npm run faults [F9 F14 …] [-- options]

Makes each fault of the table under load and compares what everybody saw with what is stored.
Logs of a case that fails are kept in .farmgate/faults.

  --seed N     the load and the choice of victims; may stand several times; a new one where not given, and always printed
  --rooms N    conversations, two sockets each (100)
  --rate N     operations a second (80)
  --slack N    everything may take N times as long as is promised, on a machine that does other work, too (1)
  --write      puts the rows into the table of infra/faults/README.md
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', multiple: true, default: [String(Math.floor(Math.random() * 1e9))] },
    rooms: { type: 'string', default: '100' },
    rate: { type: 'string', default: '80' },
    slack: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) say(HELP)
else await main()

async function main() {
  const wanted = cases.filter(({ id }) => positionals.length === 0 || positionals.includes(id))
  if (wanted.length === 0) throw new Error(`There is no ${positionals}: ${cases.map(({ id }) => id).join(' ')}`)
  const size = { rooms: Number(values.rooms), perS: Number(values.rate) }
  say(`seed ${values.seed}: ${size.rooms} rooms, ${size.perS} operations a second, two of each service\n`)
  const slack = Number(values.slack)
  const leaving: Promise<void>[] = []
  const leave = (closed: Promise<void>) => void leaving.push(closed)
  const rows: Row[] = []
  for (const it of wanted) {
    const verdicts: Verdict[] = []
    for (const seed of values.seed.map(Number)) verdicts.push(await runCase(it, { seed, size, slack, leave }))
    const row = rowOf(verdicts, today())
    rows.push(row)
    say([row.cells.join('  '), ...verdicts.map(detailsOf)].filter(Boolean).join('\n'))
    if (verdicts.some(hasBroken)) process.exitCode = 1
    if (values.write) await writeFile(README, withRows(await readFile(README, 'utf8'), [row]))
  }
  await Promise.all(leaving)
  say(`\n${tableOf(rows)}`)
}

/** The day and the commit. */
function today(): string {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: import.meta.dirname, encoding: 'utf8' })
  return `${new Date().toISOString().slice(0, 10)}, ${commit.trim()}`
}

function say(text: string) {
  process.stdout.write(`${text}\n`)
}
