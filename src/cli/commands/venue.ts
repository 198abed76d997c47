import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { simulatorCredentials } from '../../adapters/venue-simulator/credentials.ts'
import type { Credentials } from '../../adapters/venue-simulator/credentials.ts'
import { startVenueSimulator } from '../../adapters/venue-simulator/server.ts'
import type { VenueSimulatorOptions } from '../../adapters/venue-simulator/server.ts'
import { money } from '../../domain/decimal.ts'
import { CdbError } from '../../domain/errors.ts'
import { instrumentOf } from '../../domain/instruments.ts'
import { parseParams } from '../../domain/param.ts'
import { paperVenueParams } from '../../engine/paper-venue/paper-venue.ts'
import type { CliArgs, CliCommand } from '../command.ts'
import { exitCodes, pairsOption, textOption } from '../command.ts'

export const venue: CliCommand = {
  name: 'venue',
  summary: 'run a simulated venue that speaks the wire protocol of Binance spot',
  help: `Usage: cdb venue [OPTIONS]

Runs a simulated market and an account on it, behind the REST and WebSocket interface of Binance spot, until Ctrl-C.
Faults are put in over /sim/ (see docs/reference/venue-protocol.md). It is for paper trading and tests: whoever can
reach its port can do anything to it.

Options:
  --port N              port of both interfaces, 0 for any free one (default: 8010)
  --host ADDRESS        address to listen on (default: 127.0.0.1)
  --instrument ID       the instrument (default: BTCUSDT.SIM)
  --seed N              seed of the market (default: 1)
  --rate N              trades a second on average; the market has about 9 by itself
  --cash AMOUNT         cash of the account, in the quote asset (default: 10000)
  --venue KEY=VALUE     fees and other settings of the paper venue
  --key-file FILE       JSON with the apiKey and secret of the account (default: a key that all know)
  --state FILE          keep orders and trades here, and go on with them at the next start

Exit codes: 0 stopped as asked, 1 failed, 2 wrong usage.

Examples:
  cdb venue
  cdb venue --port 0 --rate 1000 --state venue.jsonl
`,
  options: {
    port: { type: 'string', default: '8010' },
    host: { type: 'string', default: '127.0.0.1' },
    instrument: { type: 'string', default: 'BTCUSDT.SIM' },
    seed: { type: 'string', default: '1' },
    rate: { type: 'string' },
    cash: { type: 'string', default: '10000' },
    venue: { type: 'string', multiple: true },
    'key-file': { type: 'string' },
    state: { type: 'string' },
  },
  async run(terminal, args) {
    const options = optionsOf(args)
    const running = await startVenueSimulator(options)
    try {
      const { id } = options.instrument
      terminal.stdout.write(`cdb: venue of ${id} at ${running.url}, streams at ${running.streamUrl}\n`)
      if (!terminal.signal.aborted) await once(terminal.signal, 'abort')
    } finally {
      await running.close()
    }
    return exitCodes.ok
  },
}

const PORT_MAX = 65_535
const RATE_MAX = 100_000

function optionsOf(args: CliArgs): VenueSimulatorOptions {
  const [extra] = args.positionals
  if (extra !== undefined) {
    throw new CdbError('CDB_USAGE', `venue takes no argument "${extra}"`, { mend: 'see: cdb venue --help' })
  }
  const keyFile = textOption(args, 'key-file')
  return {
    port: integerOption(args, 'port', PORT_MAX),
    host: textOption(args, 'host') ?? '127.0.0.1',
    instrument: instrumentOf(textOption(args, 'instrument') ?? ''),
    seed: integerOption(args, 'seed', Number.MAX_SAFE_INTEGER),
    tradesPerSecond: integerOption(args, 'rate', RATE_MAX),
    cash: money(textOption(args, 'cash') ?? ''),
    params: parseParams('paper venue', paperVenueParams, pairsOption(args, 'venue')),
    credentials: keyFile === undefined ? simulatorCredentials : readCredentials(keyFile),
    stateFile: textOption(args, 'state') ?? null,
  }
}

function integerOption(args: CliArgs, name: string, max: number): number {
  const text = textOption(args, name) ?? '0'
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (value <= max) return value
  throw new CdbError('CDB_USAGE', `--${name} ${text} is not a whole number`, { mend: `use 0 to ${max}` })
}

/** Nothing of the content is ever shown. */
function readCredentials(path: string): Credentials {
  let json: unknown
  try {
    json = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    throw badKeyFile(path)
  }
  if (typeof json !== 'object' || json === null) throw badKeyFile(path)
  const { apiKey, secret }: Readonly<Record<string, unknown>> = { ...json }
  if (typeof apiKey !== 'string' || typeof secret !== 'string') throw badKeyFile(path)
  return { apiKey, secret }
}

const badKeyFile = (path: string): CdbError =>
  new CdbError('CDB_CONFIG_INVALID', `--key-file ${path} cannot be read`, {
    mend: 'write {"apiKey":"...","secret":"..."} into it',
  })
