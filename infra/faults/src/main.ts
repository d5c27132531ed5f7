import { parseArgs } from 'node:util'
import { cases } from './cases.ts'
import { detailsOf, rowOf, tableOf } from './report.ts'
import { runCase, type Verdict } from './run-case.ts'

const HELP = `npm run faults [-- F9 F14 …] [-- options]

Makes each fault of the table under load and compares what everybody saw with what is stored.

  --seed N     the load and the choice of victims; another each time where not given, and always printed
  --rooms N    conversations, two sockets each (100)
  --rate N     operations a second (80)
  --write      puts the table into infra/faults/README.md
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
    rooms: { type: 'string', default: '100' },
    rate: { type: 'string', default: '80' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) say(HELP)
else await main()

async function main() {
  const wanted = cases.filter(({ id }) => positionals.length === 0 || positionals.includes(id))
  const run = { seed: Number(values.seed), size: { rooms: Number(values.rooms), perS: Number(values.rate) } }
  say(`seed ${run.seed}: ${run.size.rooms} rooms, ${run.size.perS} operations a second, two of each service\n`)
  const verdicts: Verdict[] = []
  for (const it of wanted) {
    const verdict = await runCase(it, run)
    verdicts.push(verdict)
    say([rowOf(verdict).join('  '), detailsOf(verdict)].filter(Boolean).join('\n'))
  }
  say(`\n${tableOf(verdicts)}`)
  process.exitCode = verdicts.every(({ healedMs }) => healedMs !== undefined) ? 0 : 1
}

function say(text: string) {
  process.stdout.write(`${text}\n`)
}
