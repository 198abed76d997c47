import { createSnapshotStore } from '../../adapters/postgres/snapshot-store.ts'
import { digest } from '../../adapters/system/digest.ts'
import { runExecution } from '../../services/execution.ts'
import { programVersion } from '../program-version.ts'
import { serviceCommand } from '../service-command.ts'
import { withTradingParts } from '../service-parts.ts'
import { openGateway } from '../venue-access.ts'

export const execution = serviceCommand({
  role: 'execution',
  summary: 'service: sends approved orders to the venue, each once, and books what becomes of them',
  about: `\
Reads the trading log, commits each submission before its one POST, books fills by the venue's trade ids, and compares
open orders and balances with the venue. It does without Redis, only slower.`,
  live: (life) =>
    withTradingParts(life, async ({ base, db, config, log, wire }) => {
      const { account, instrument, cash } = life.settings
      const codeVersion = programVersion()
      const snapshots = createSnapshotStore({ db, consumer: 'execution', codeVersion, digest })
      const gateway = openGateway(life.settings, life.clock, life.telemetry)
      try {
        const { approvalAgeMsMax } = config
        await runExecution({
          ...base,
          log,
          wire,
          gateway,
          snapshots,
          account,
          instrument,
          cash,
          approvalAgeMsMax,
        })
      } finally {
        await gateway.close()
      }
    }),
})
