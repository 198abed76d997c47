import { price } from '../../src/domain/decimal.ts'
import { CdbError } from '../../src/domain/errors.ts'
import type { Command, CommandAction } from '../../src/domain/event.ts'
import type { ClientOrderId } from '../../src/domain/order.ts'
import { createPorts } from './faulty-ports.ts'
import type { Acknowledged } from './invariants.ts'
import type { World } from './world.ts'

/** People who command the deployment, and what they have been told of it. */
export type People = Readonly<{
  /** Gives a command at a time of the script, and repeats it until it is confirmed. */
  give(timeMs: number, action: CommandAction, value?: string): void
  /** Halts now, and resumes a little later; while a halt of this kind stands it does nothing. */
  haltNow(): void
  /** Rests an order on the account by hand, far from the market. */
  tradeByHand(timeMs: number): void
  acknowledged: readonly Acknowledged[]
}>

const RETRY_MS = 500
const TRIES_MAX = 100
const HALT_NOW_MS = 1_500
const HALTS_NOW_MAX = 8

export function createPeople(world: World, reached: Set<string>): People {
  const { scheduler, venue } = world
  const acknowledged: Acknowledged[] = []
  let number = 0
  let halts = 0
  let isHalting = false

  const give = (timeMs: number, action: CommandAction, value = ''): void => {
    const command: Command = {
      ...{ kind: 'command', id: `person/${number++}`, eventMs: timeMs, action },
      ...{ scope: 'global', actor: 'person', approver: '', reason: 'the script says so' },
      ...{ subject: action === 'setLimit' ? 'C12.instrumentMax' : '', value },
    }
    scheduler.at(timeMs, () => {
      reached.add(`command ${action}`)
      void repeat(world, command, acknowledged)
    })
  }

  return {
    give,
    haltNow() {
      if (isHalting || halts++ >= HALTS_NOW_MAX) return
      isHalting = true
      reached.add('command between approval and submission')
      give(scheduler.nowMs(), 'halt')
      give(scheduler.nowMs() + HALT_NOW_MS, 'resume')
      scheduler.at(scheduler.nowMs() + 2 * HALT_NOW_MS, () => {
        isHalting = false
      })
    },
    tradeByHand(timeMs) {
      scheduler.at(timeMs, () => {
        const ours = [...venue.orders.values()][0]
        if (ours === undefined) return
        reached.add('order by hand')
        const clientOrderId = 'web_1' as ClientOrderId
        const at = {
          price: price('1000'),
          stopPrice: null,
          timeInForce: 'gtc',
          side: 'buy',
          type: 'limit',
        } as const
        venue.placeByHand({ ...ours.order, ...at, clientOrderId })
      })
    },
    acknowledged,
  }
}

async function repeat(world: World, command: Command, acknowledged: Acknowledged[]): Promise<void> {
  const { scheduler, servers } = world
  const process = scheduler.createProcess('person')
  const { log } = createPorts(scheduler, process, servers, 'control')
  const draft = { event: command, causeSeq: 0, marketSeq: 0 }
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    try {
      await log.commit({ writer: 'control', lease: null, cursor: null, drafts: [draft] })
      acknowledged.push({ command })
      return
    } catch (error) {
      if (!(error instanceof CdbError)) throw error
    }
    await process.clock.sleep(RETRY_MS)
  }
}
