import { type Driven, drive } from '../drive.ts'
import { openRooms } from '../market.ts'
import { watchUsage } from './costs.ts'
import { faultsOf } from './messages.ts'
import { ms, type Scenario, type Scene, type Table, whole } from './scenario.ts'

const REFINEMENTS = 3
/** Later than this with one in a hundred messages the generator, not the server, is at its end. */
const BEHIND_MS = 50

type Step = { rate: number; driven: Driven; costs: Table[]; verdict: string }

/** The highest rate that is delivered in time. */
export const saturation: Scenario = {
  says: 'the highest rate with a delivery p99 below --p99-ms and nothing lost: doubling from --rate, then halving the gap',
  async run(scene) {
    const rooms = await openRooms(scene.target, scene.flags.rooms)
    const steps: Step[] = []
    const passes = async (rate: number) => {
      const step = await tryRate({ ...scene, rooms }, rate)
      steps.push(step)
      scene.say(`${whole(rate)}/s: p99 ${ms(step.driven.deliver.p99)} ms, ${step.verdict}`)
      return step.verdict === 'good'
    }
    await search(scene.flags.rate, passes)
    const best = steps.filter(({ verdict }) => verdict === 'good').toSorted((a, b) => b.rate - a.rate)[0]
    const lines = [...steps].sort((a, b) => a.rate - b.rate)
    return {
      tables: [stepsTable(steps, best), ...(best?.costs ?? [])],
      charts: [
        {
          title: 'Delivery by rate',
          x: 'messages/s',
          y: 'ms',
          lines: (['p50', 'p99'] as const).map((name) => ({
            name,
            points: lines.map(({ rate, driven }) => [rate, driven.deliver[name]] as const),
          })),
        },
      ],
      faults: steps.flatMap(({ driven, rate }) => faultsOf(driven).map((fault) => `at ${whole(rate)}/s ${fault}`)),
    }
  },
}

/** Doubles until it fails, then halves the gap (on a scale of ratios). */
async function search(from: number, passes: (rate: number) => Promise<boolean>): Promise<void> {
  let good = from
  while (await passes(good)) good *= 2
  let bad = good
  good /= 2
  for (let n = 0; n < REFINEMENTS && bad > from; n++) {
    const middle = Math.round(Math.sqrt(good * bad))
    if (await passes(middle)) good = middle
    else bad = middle
  }
}

async function tryRate(
  { target, flags, rooms }: Scene & { rooms: Awaited<ReturnType<typeof openRooms>> },
  rate: number,
): Promise<Step> {
  const usage = await watchUsage(target)
  const driven = await drive({ ...flags, target, rooms, rate })
  const costs = await usage.table(`a message at ${whole(rate)}/s`, driven.sent)
  return { rate, driven, costs, verdict: verdictOf(driven, flags.p99Ms) }
}

function verdictOf(driven: Driven, p99Ms: number): string {
  if (driven.lost + driven.unacked + driven.refused > 0) return 'not all delivered'
  if (driven.lag.p99 > BEHIND_MS) return 'the generator was behind'
  return Math.max(driven.deliver.p99, driven.ack.p99) > p99Ms ? 'too slow' : 'good'
}

const stepsTable = (steps: readonly Step[], best: Step | undefined): Table => ({
  title: `Highest rate delivered in time: ${best ? whole(best.rate) : 'none'} messages/s`,
  heads: ['messages/s', 'delivery p50', 'p99', 'ack p99', 'lost', 'verdict'],
  rows: steps.map(({ rate, driven, verdict }) => [
    whole(rate),
    ms(driven.deliver.p50),
    ms(driven.deliver.p99),
    ms(driven.ack.p99),
    whole(driven.lost),
    verdict,
  ]),
})
