import { openTools } from './tools.ts'
import type { Verb } from './verb.ts'
import { drainGateway } from './verbs/drain-gateway.ts'
import { listDeadLetters } from './verbs/list-dead-letters.ts'
import { rebuild } from './verbs/rebuild.ts'
import { replayDeadLetters } from './verbs/replay-dead-letters.ts'
import { showLag } from './verbs/show-lag.ts'
import { showRoom } from './verbs/show-room.ts'

// npm run ops -- <verb>: what an operator may do, while everything runs.
const verbs: readonly Verb[] = [rebuild, listDeadLetters, replayDeadLetters, showLag, showRoom, drainGateway]

const words = process.argv.slice(2)
const wantsHelp = words.some((word) => word === '--help' || word === '-h')
/** What a verb is called: the words of its usage before its arguments. */
const nameOf = ({ usage }: Verb) => usage.split(/ [<[]/, 1)[0]?.split(' ') ?? []
const verb = verbs.find((it) => nameOf(it).every((word, i) => words[i] === word))

if (verb && wantsHelp) say(`npm run ops -- ${verb.usage}\n\n${verb.help}`)
else if (verb) await run(verb, words.slice(nameOf(verb).length))
else {
  say(`npm run ops -- <verb> [--help]\n\n${verbs.map(({ usage }) => `  ${usage}`).join('\n')}`)
  if (!wantsHelp) complain(words.length > 0 ? `There is no verb ${words.join(' ')}` : 'The verb is missing')
}

async function run({ run }: Verb, args: readonly string[]) {
  const tools = await openTools(process.env, say)
  try {
    await run(args, tools)
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error))
  } finally {
    await tools.close()
  }
}

function complain(line: string) {
  process.stderr.write(`${line}\n`)
  process.exitCode = 1
}

function say(line: string) {
  process.stdout.write(`${line}\n`)
}
