import type { Exchange } from './exchange.ts'
import { faultKinds } from './faults.ts'
import type { Faults } from './faults.ts'
import { ledgerOf } from './ledger.ts'
import type { PostCount } from './ledger.ts'
import { parseOrderForm } from './order-form.ts'
import { refused } from './rest-api.ts'
import type { ApiAnswer } from './rest-api.ts'

export type ControlPlaneOptions = Readonly<{
  exchange: Exchange
  posts: PostCount
  faults: Faults
  nowMs(): number
  closeStreams(): void
}>

const EXTERNAL = { isExternal: true, hideMs: 0, partsMs: null } as const

/** What a test asks of the venue behind the account's back: its ledger, faults, and orders by hand. */
export function answerControl(
  options: ControlPlaneOptions,
  request: Readonly<{ method: string; path: string; body: string; params: URLSearchParams }>,
): ApiAnswer {
  const { exchange, posts, faults } = options
  switch (`${request.method} ${request.path}`) {
    case 'GET /sim/ledger':
      return { status: 200, body: ledgerOf(exchange, posts) }
    case 'GET /sim/faults':
      return { status: 200, body: faults.happened() }
    case 'DELETE /sim/faults': {
      const kind = request.params.get('kind')
      faults.clear(faultKinds.find((known) => known === kind) ?? null)
      return { status: 200, body: {} }
    }
    case 'POST /sim/faults':
      return addFault(options, request.body)
    case 'POST /sim/orders':
      return orderByHand(options, request.body)
    default:
      return { status: 404, body: { code: -1000, msg: 'There is nothing at this path.' } }
  }
}

function addFault({ faults, closeStreams }: ControlPlaneOptions, body: string): ApiAnswer {
  const fault = faults.add(parsed(body))
  if (typeof fault === 'string') return { status: 400, body: { code: -1100, msg: fault } }
  if (fault.kind === 'closeStreams' && faults.take('closeStreams') !== null) closeStreams()
  return { status: 200, body: fault }
}

/** `{"action":"place", ...}` with an order's parameters, or `{"action":"cancel","clientOrderId":"x"}`. */
function orderByHand({ exchange, nowMs }: ControlPlaneOptions, body: string): ApiAnswer {
  const wanted = parsed(body)
  if (typeof wanted !== 'object' || wanted === null)
    return refused({ code: -1100, message: 'not a JSON object' })
  const fields = Object.entries(wanted).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  const params = new URLSearchParams(fields)
  if (params.get('action') === 'cancel') {
    const record = exchange.cancel(params.get('clientOrderId') ?? '', nowMs())
    return record === null
      ? refused({ code: -2011, message: 'Unknown order sent.' })
      : { status: 200, body: {} }
  }
  params.set('newClientOrderId', params.get('clientOrderId') ?? '')
  const form = parseOrderForm(params)
  if ('code' in form) return refused(form)
  const record = exchange.place(form, nowMs(), EXTERNAL)
  return 'code' in record ? refused(record) : { status: 200, body: { orderId: record.orderId } }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}
