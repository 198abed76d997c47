import { createSnapshotStore } from '../../adapters/postgres/snapshot-store.ts'
import { digest } from '../../adapters/system/digest.ts'
import { runRisk } from '../../services/risk.ts'
import { programVersion } from '../program-version.ts'
import { serviceCommand } from '../service-command.ts'
import { withTradingParts } from '../service-parts.ts'

export const risk = serviceCommand({
  role: 'risk',
  summary: 'service: judges every signal, approves or denies',
  about: `\
Reads the trading log, judges each signal by every control (see: cdb controls), and writes orders, denials, cancels
and alerts on the log. It does without Redis, only slower.`,
  live: (life) =>
    withTradingParts(life, ({ base, db, config, log, wire }) => {
      const codeVersion = programVersion()
      const snapshots = createSnapshotStore({ db, consumer: 'risk', codeVersion, digest })
      return runRisk({ ...base, log, wire, snapshots, config: config.risk })
    }),
})
