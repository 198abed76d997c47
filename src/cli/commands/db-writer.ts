import { openMarketStore } from '../../adapters/postgres/market-store.ts'
import { createMarketReader } from '../../adapters/redis/market-reader.ts'
import { createRelay } from '../../adapters/redis/relay.ts'
import { renderDailyReport } from '../../adapters/report/daily-report.ts'
import { mailReport } from '../../adapters/system/mail.ts'
import { saveReport } from '../../adapters/system/report-folder.ts'
import type { DailyReportSink } from '../../engine/daily-report.ts'
import { runDbWriter } from '../../services/db-writer.ts'
import { serviceCommand } from '../service-command.ts'
import { withTradingParts } from '../service-parts.ts'
import type { ServiceSettings } from '../service-settings.ts'

export const dbWriter = serviceCommand({
  role: 'db-writer',
  summary: 'service: stores market data and equity, keeps the wire whole, writes daily reports',
  about: `\
Stores trades, candles and equity in PostgreSQL, puts on the wire what Redis has lost, deletes old trades, and writes
a report of each day (CDB_REPORT_FOLDER, CDB_SMTP_URL).`,
  live: (life) =>
    withTradingParts(life, async ({ base, redis, log }) => {
      const { account, instrument, database, retentionDays } = life.settings
      const connection = { ...database, applicationName: 'cdb db-writer store', poolMax: 2 }
      const store = await openMarketStore(connection, instrument.id)
      try {
        await runDbWriter({
          ...{ ...base, store, log, retentionDays },
          reader: createMarketReader(redis, instrument.id),
          relay: createRelay({ redis, log, account }),
          reports: reportSinkOf(life.settings),
        })
      } finally {
        await store.close()
      }
    }),
})

function reportSinkOf({ reports: { folder, mail } }: ServiceSettings): DailyReportSink | null {
  if (folder === null && mail === null) return null
  return {
    async deliver(figures) {
      const report = renderDailyReport(figures)
      if (folder !== null) await saveReport(folder, report)
      if (mail !== null) await mailReport(mail, report)
    },
  }
}
