/*
 * Two of each service as real processes, killed, paused and cut off, on servers of its own:
 * `npm run chaos -- --minutes 10 --seed 1 --json`. Exits 1 when an order was lost or doubled, or an invariant
 * is broken.
 */
import { parseArgs } from 'node:util'
import { runCampaign } from './campaign.ts'
import type { CampaignResult } from './campaign.ts'
import { rows } from './rows.ts'

const help = `Usage: npm run chaos -- [OPTIONS]

Starts PostgreSQL, Redis, a venue and two of each service, injects faults, and compares books, log and venue.

  --minutes N        how long faults are injected (default: 2)
  --seed S           chooses the faults (default: 1)
  --rate N           trades a second of the market (default: 200)
  --period DURATION  time between two wishes of the strategy (default: 500ms)
  --rows LIST        do these rows of the fault matrix once each, in order, instead of a time of random ones
  --json             one JSON object on stdout; what was injected is told on stderr
`

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    rate: { type: 'string', default: '200' },
    period: { type: 'string', default: '500ms' },
    rows: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

function numberOf(name: 'minutes' | 'seed' | 'rate'): number {
  const value = Number(values[name])
  if (value > 0) return value
  process.stderr.write(`--${name} ${values[name]} is not a number above zero\n`)
  process.exit(2)
}

function wantedRows(): typeof rows {
  if (values.rows === undefined || values.rows === 'all') return rows
  const numbers = values.rows.split(',').map(Number)
  const unknown = numbers.find((number) => !rows.some(({ row }) => row === number))
  if (unknown === undefined) return rows.filter(({ row }) => numbers.includes(row))
  process.stderr.write(`there is no row ${unknown}; there are ${rows.map(({ row }) => row).join(', ')}\n`)
  process.exit(2)
}

function textOf(result: CampaignResult): string {
  const { failoverMs, violations, crashes } = result
  return [
    `seed ${result.seed}, ${result.seconds} s of faults: ${result.kills} kills, ${result.faults} faults`,
    `${result.orders} orders, ${result.fills} fills: ${result.lost} lost, ${result.doubled} doubled`,
    `failover p50 ${failoverMs.p50} ms, p99 ${failoverMs.p99} ms, max ${failoverMs.max} ms`,
    `${violations.length} violations${violations.map((text) => `\n  ${text}`).join('')}`,
    `${crashes.length} processes ended by themselves${crashes.map((text) => `\n  ${text}`).join('')}`,
    `logs: ${result.logFolder}`,
  ].join('\n')
}

if (values.help) process.stdout.write(help)
else {
  const result = await runCampaign({
    seconds: numberOf('minutes') * 60,
    seed: numberOf('seed'),
    rate: numberOf('rate'),
    period: values.period,
    rows: wantedRows(),
    inOrder: values.rows !== undefined,
    onTold: (line) => process.stderr.write(`${line}\n`),
  })
  const isClean = result.lost === 0 && result.doubled === 0 && result.violations.length === 0
  process.stdout.write(`${values.json ? JSON.stringify(result) : textOf(result)}\n`)
  process.exitCode = isClean && result.orders > 0 ? 0 : 1
}
