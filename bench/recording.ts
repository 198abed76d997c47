import { createHash } from 'node:crypto'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { readFileSync } from 'node:fs'
import { importFiles } from '../src/adapters/recording/import.ts'
import { openMarketFiles } from '../src/adapters/recording/open.ts'
import { writeSyntheticRecording } from './synthetic.ts'

/*
 * Speed of recordings: importing raw Binance frames (MB of frames a second) and loading a recording (trades a
 * second, each column summed, every byte checked), with peak memory. Usage:
 *   node bench/recording.ts [--trades 5000000] [--frames FILE.ws.gz] [--megabytes 200] [--json]
 */
export type RecordingBenchOptions = Readonly<{
  trades: number
  /** Recorded frames to repeat; generated ones where it is null. */
  frames: string | null
  megabytes: number
}>

export type RecordingBench = Readonly<{
  importMegabytesPerSecond: number
  loadTradesPerSecond: number
  rssMegabytesMax: number
  /** Over counts and sums: equal for equal options, whatever the speed. */
  hash: string
}>

export async function benchRecording(options: RecordingBenchOptions): Promise<RecordingBench> {
  const folder = await mkdtemp(join(tmpdir(), 'cdb-bench-'))
  try {
    const imported = await benchImport(folder, options)
    const loaded = await benchLoad(folder, options.trades)
    const hash = createHash('sha256').update(`${imported.events} ${loaded.sum}`).digest('hex').slice(0, 16)
    const rssMegabytesMax = Math.round(process.resourceUsage().maxRSS / 1024)
    return {
      importMegabytesPerSecond: Math.round(imported.megabytesPerSecond),
      loadTradesPerSecond: Math.round(loaded.tradesPerSecond),
      rssMegabytesMax,
      hash,
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

type Imported = Readonly<{ megabytesPerSecond: number; events: number }>

async function benchImport(folder: string, { frames, megabytes }: RecordingBenchOptions): Promise<Imported> {
  const path = join(folder, 'frames.ws')
  const one = frames === null ? generatedFrames() : gunzipSync(readFileSync(frames))
  const copies = Math.max(1, Math.round((megabytes * 1e6) / one.length))
  for (let copy = 0; copy < copies; copy++) await writeFile(path, shifted(one, copy), { flag: 'a' })
  const { size } = await stat(path)
  const files = await openMarketFiles([path], { reuse: true })
  const startMs = performance.now()
  await importFiles(files, join(folder, 'frames.arrow'), {
    replace: false,
    sources: ['frames.ws'],
    signal: new AbortController().signal,
    onBatch: () => undefined,
  })
  const seconds = (performance.now() - startMs) / 1000
  return { megabytesPerSecond: size / 1e6 / seconds, events: files.summary().events }
}

/** Frames of a second, third ... copy get later ids and times, so that none is a duplicate. */
function shifted(frames: Buffer, copy: number): string {
  const later = (digits: string): string => String(Number(digits) + copy * 10_000_000)
  return frames
    .toString('latin1')
    .replaceAll(/"([tTEUu])":(\d+)/g, (_match, key: string, digits: string) => `"${key}":${later(digits)}`)
}

/** A minute of trades, quotes and book changes in the shapes that Binance sends. */
function generatedFrames(): Buffer {
  const lines: string[] = []
  for (let index = 1; index <= 5000; index++) {
    const ns = `${1_700_000_000_000 + index * 10}000000`
    const [ms, price] = [1_700_000_000_000 + index * 10, (60_000 + (index % 100) / 100).toFixed(8)]
    const common = { E: ms, s: 'BTCUSDT' }
    const trade = {
      e: 'trade',
      ...common,
      t: index,
      p: price,
      q: '0.02000000',
      T: ms,
      m: index % 2 === 0,
      M: true,
    }
    const ticker = { u: index, s: 'BTCUSDT', b: price, B: '3.78826000', a: price, A: '1.54698000' }
    const [bids, asks] = [[[price, '0.50000000']], [['61000.00000000', '0.00000000']]]
    const depth = { e: 'depthUpdate', ...common, U: index, u: index, b: bids, a: asks }
    for (const [stream, data] of Object.entries({ trade, bookTicker: ticker, 'depth@100ms': depth })) {
      lines.push(`${ns} ${JSON.stringify({ stream: `btcusdt@${stream}`, data })}`)
    }
  }
  return Buffer.from(`${lines.join('\n')}\n`)
}

type Loaded = Readonly<{ tradesPerSecond: number; sum: number }>

async function benchLoad(folder: string, trades: number): Promise<Loaded> {
  const path = join(folder, 'trades.arrow')
  await writeSyntheticRecording(path, { trades, seed: 1 })
  let best: Loaded = { tradesPerSecond: 0, sum: 0 }
  for (let round = 0; round < 3; round++) {
    const startMs = performance.now()
    const files = await openMarketFiles([path], { reuse: true })
    let sum = 0
    for (let columns = await files.readColumns(); columns !== null; columns = await files.readColumns()) {
      const { eventMs, tradeId, price, quantity, side } = columns
      for (let row = 0; row < eventMs.length; row++) {
        sum += (price[row] ?? 0) * (quantity[row] ?? 0) + (side?.[row] ?? 0)
        sum += (eventMs[row] ?? 0) - (tradeId?.[row] ?? 0)
      }
    }
    const tradesPerSecond = trades / ((performance.now() - startMs) / 1000)
    if (tradesPerSecond > best.tradesPerSecond) best = { tradesPerSecond, sum }
  }
  return best
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      trades: { type: 'string', default: '5000000' },
      frames: { type: 'string' },
      megabytes: { type: 'string', default: '200' },
      json: { type: 'boolean', default: false },
    },
  })
  const options = {
    trades: Number(values.trades),
    frames: values.frames ?? null,
    megabytes: Number(values.megabytes),
  }
  const result = await benchRecording(options)
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : report(result, options))
}

function report(result: RecordingBench, { trades, megabytes }: RecordingBenchOptions): string {
  return [
    `import   ${result.importMegabytesPerSecond} MB/s of raw frames (${megabytes} MB)`,
    `load     ${(result.loadTradesPerSecond / 1e6).toFixed(1)} M trades/s (${trades}, best of 3)`,
    `memory   ${result.rssMegabytesMax} MB at most, the bench's own input included`,
    `hash     ${result.hash}`,
    `machine  ${cpus()[0]?.model ?? 'unknown'}, Node.js ${process.versions.node}`,
    `date     ${new Date().toISOString().slice(0, 10)}, seed 1`,
    '',
  ].join('\n')
}
