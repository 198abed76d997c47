import { basename } from 'node:path'
import { importFiles } from '../../adapters/recording/import.ts'
import { openMarketFiles } from '../../adapters/recording/open.ts'
import { CdbError } from '../../domain/errors.ts'
import type { CliCommand } from '../command.ts'
import { exitCodes, flagOption, textOption } from '../command.ts'
import { createProgress, progressBar } from '../progress.ts'
import { badRowText, tapeReport, tapeText } from '../tape-report.ts'

export const importCommand: CliCommand = {
  name: 'import',
  summary: 'turn market data files into a recording',
  help: `Usage: cdb import FILE... --out OUT [--instrument ID] [--force] [--json]

Reads market data files of one instrument, in the order of their first time, and writes one
recording: an Arrow file that pandas, polars and DuckDB open as well. Each file is known by its
content, whatever its name: recordings, Binance WebSocket frames, Binance public data (trades,
aggTrades, klines), LEAN candles, CSV with a header; each also as gzip or zip.

Bad rows are left out, listed and counted, and the exit code is 3. A truncated or damaged file is
an error, and then nothing is written.

Options:
  --out OUT          where to write the recording
  --instrument ID    SYMBOL.VENUE, where neither content nor file name tells it
  --force            replace OUT if it is there
  --json             print what was imported as JSON

Examples:
  cdb import frames.ws.gz --out day.arrow
  cdb import BTCUSDT-trades-2024-01.zip BTCUSDT-trades-2024-02.zip --out btc.arrow
  cdb import my.csv --instrument BTCUSDT.BINANCE --out my.arrow
`,
  options: {
    out: { type: 'string' },
    instrument: { type: 'string' },
    force: { type: 'boolean' },
    json: { type: 'boolean' },
  },
  async run(terminal, args) {
    const out = textOption(args, 'out')
    if (args.positionals.length === 0 || out === undefined) {
      throw new CdbError('CDB_USAGE', 'import takes files and --out', { mend: 'see: cdb import --help' })
    }
    const instrument = textOption(args, 'instrument')
    const files = await openMarketFiles(args.positionals, {
      reuse: true,
      ...(instrument === undefined ? {} : { instrument }),
    })
    const progress = createProgress(terminal.stderr)
    const written = await importFiles(files, out, {
      replace: flagOption(args, 'force'),
      sources: args.positionals.map((path) => basename(path)),
      signal: terminal.signal,
      onBatch: () => {
        const { bytesRead, bytesTotal } = files.progress()
        progress.update(`importing ${progressBar(bytesRead, bytesTotal)}`)
      },
    }).finally(() => {
      progress.end()
    })
    if (!written) {
      terminal.stderr.write('cdb: interrupted, nothing was written\n')
      return exitCodes.failed
    }
    const report = tapeReport(files)
    terminal.stderr.write(badRowText(report))
    const data = flagOption(args, 'json') ? `${JSON.stringify({ out, ...report })}\n` : ''
    terminal.stdout.write(data === '' ? `${tapeText(report)}written to ${out}\n` : data)
    return report.badRows > 0 ? exitCodes.badRows : exitCodes.ok
  },
}
