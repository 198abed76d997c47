import { openMarketFiles } from '../../adapters/recording/open.ts'
import { CdbError } from '../../domain/errors.ts'
import type { CliCommand } from '../command.ts'
import { exitCodes, flagOption, textOption } from '../command.ts'
import { createProgress, progressBar } from '../progress.ts'
import { badRowText, tapeReport, tapeText } from '../tape-report.ts'

export const inspect: CliCommand = {
  name: 'inspect',
  summary: 'tell what is in a recording or market data file',
  help: `Usage: cdb inspect FILE... [--instrument ID] [--json]

Reads files to the end, checks every byte and row, and tells what is in them: instrument, counts,
time span, price range, gaps and bad rows. Takes whatever "cdb import" takes. The exit code is 3
when there are bad rows.

Options:
  --instrument ID    SYMBOL.VENUE, where neither content nor file name tells it
  --json             print the same as JSON: instrument, files, events, trades, quotes, bookLevels,
                     bookResets, candles, firstMs, lastMs, priceMin, priceMax, gaps, gapList,
                     badRows, badRowList, leftOut

Examples:
  cdb inspect day.arrow
  cdb inspect frames.ws.gz --json
  cdb inspect coinbase-minute-btcusd-20180404_trade.zip
`,
  options: { instrument: { type: 'string' }, json: { type: 'boolean' } },
  async run(terminal, args) {
    if (args.positionals.length === 0) {
      throw new CdbError('CDB_USAGE', 'inspect takes one file or more', { mend: 'see: cdb inspect --help' })
    }
    const instrument = textOption(args, 'instrument')
    const files = await openMarketFiles(args.positionals, {
      reuse: true,
      ...(instrument === undefined ? {} : { instrument }),
    })
    const progress = createProgress(terminal.stderr)
    try {
      while (!terminal.signal.aborted && (await files.readColumns()) !== null) {
        const { bytesRead, bytesTotal } = files.progress()
        progress.update(`reading ${progressBar(bytesRead, bytesTotal)}`)
      }
    } finally {
      progress.end()
      await files.close()
    }
    if (terminal.signal.aborted) {
      terminal.stderr.write('cdb: interrupted\n')
      return exitCodes.failed
    }
    const report = tapeReport(files)
    terminal.stderr.write(badRowText(report))
    terminal.stdout.write(flagOption(args, 'json') ? `${JSON.stringify(report)}\n` : tapeText(report))
    return report.badRows > 0 ? exitCodes.badRows : exitCodes.ok
  },
}
