import { CdbError } from '../domain/errors.ts'
import type { InstrumentId } from '../domain/instrument.ts'
import { isOwnId } from '../engine/client-order-id.ts'
import type { Clock } from '../engine/clock.ts'
import type { VenueGateway, VenueOrder } from '../engine/venue-gateway.ts'

/** What is left at the venue after all of our orders were to be canceled. */
export type BreakGlass = Readonly<{
  canceled: readonly string[]
  /** Ours and still open. */
  residual: readonly string[]
  /** Open, and not ours: nothing was done about them. */
  foreign: readonly string[]
  /** The last failure; empty without one. */
  problem: string
}>

/** An order on its way when the first answer was given shows up in a later one. */
const EMPTY_READS = 3
const PAUSE_MS = 250
const TIME_MS_MAX = 30_000

/**
 * Cancels every open order of ours straight at the venue, again and again, until it has said three times in a
 * row that there is none. Never throws on what the venue answers: residuals are what the person must know.
 */
export async function breakGlass(
  gateway: Pick<VenueGateway, 'openOrders' | 'cancel'>,
  instrument: InstrumentId,
  clock: Clock,
): Promise<BreakGlass> {
  const canceled = new Set<string>()
  const untilMs = clock.monotonicMs() + TIME_MS_MAX
  let open: readonly VenueOrder[] | null = null
  let problem = ''
  for (let empty = 0; empty < EMPTY_READS && clock.monotonicMs() < untilMs;) {
    try {
      open = await gateway.openOrders(instrument)
      const ours = open.filter(isOurs)
      empty = ours.length === 0 ? empty + 1 : 0
      for (const { clientOrderId } of ours) {
        await gateway.cancel(instrument, clientOrderId)
        canceled.add(clientOrderId)
      }
      problem = ''
    } catch (error) {
      if (!(error instanceof CdbError)) throw error
      problem = error.message
      empty = 0
    }
    if (empty < EMPTY_READS) await clock.sleep(PAUSE_MS)
  }
  if (open === null) throw new CdbError('CDB_VENUE_UNREACHABLE', `no answer of the venue: ${problem}`)
  return {
    canceled: [...canceled],
    residual: open.filter(isOurs).map(({ clientOrderId }) => clientOrderId),
    foreign: open.filter((order) => !isOurs(order)).map(({ clientOrderId }) => clientOrderId),
    problem,
  }
}

const isOurs = ({ clientOrderId }: VenueOrder): boolean => isOwnId(clientOrderId)
