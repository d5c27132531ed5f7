import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, totalmem } from 'node:os'
import path from 'node:path'
import { FLAGS, type Flags, readFlags } from './flags.ts'
import { toHtml } from './report/html.ts'
import { toText } from './report/text.ts'
import { scenarios } from './scenarios.ts'
import { openTarget } from './target.ts'

/* `npm run bench -- [scenario] [flags]`: loads a Farmgate, prints what it found, and writes it as a page. */

const say = (line: string) => void process.stdout.write(`${line}\n`)

try {
  const flags = readFlags(process.argv.slice(2), Object.keys(scenarios))
  if (flags.help) say(help())
  else await run(flags)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}

async function run(flags: Flags) {
  const scenario = scenarios[flags.scenario]
  if (!scenario) throw new Error(`No scenario ${flags.scenario}`)
  say(flags.url ? `Farmgate at ${flags.url}` : 'starting a stack of our own')
  const target = await openTarget(flags)
  const finding = await scenario.run({ target, flags, say }).finally(() => target.close())
  say(`\n${toText(finding)}\n`)
  await mkdir(path.dirname(path.resolve(flags.out)), { recursive: true })
  await writeFile(flags.out, toHtml(`Farmgate: ${flags.scenario}`, aboutRun(flags), finding))
  say(`written: ${flags.out}`)
  if (finding.faults.length > 0) process.exitCode = 2
}

function aboutRun({ url, instances }: Flags): string[] {
  const where = url ?? `a stack of its own on this machine (${JSON.stringify(instances)})`
  const machine = `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB`
  return [
    `${new Date().toISOString()}, ${where}`,
    `generator on ${machine}, Node ${process.version}`,
    process.argv.slice(2).join(' '),
  ]
}

function help(): string {
  const list = (rows: [string, string][]) => rows.map(([name, says]) => `  ${name.padEnd(42)}${says}`).join('\n')
  const named = Object.entries(scenarios).map(([name, { says }]): [string, string] => [name, says])
  const flags = Object.entries(FLAGS).map(([name, flag]): [string, string] => [
    `--${name} ${flag.sample}`,
    'default' in flag ? `${flag.says} (${flag.default})` : flag.says,
  ])
  return `npm run bench -- [scenario] [flags]\n\nScenarios\n${list(named)}\n\nFlags\n${list(flags)}`
}
