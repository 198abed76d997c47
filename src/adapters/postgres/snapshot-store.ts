import type { Consumer } from '../../engine/trading-log.ts'
import type { Digest } from '../../engine/ports.ts'
import type { SnapshotStore } from '../../engine/snapshot.ts'
import { numberAt, textAt } from './sql.ts'
import type { SqlDatabase } from './sql.ts'

/** How many are kept: one that is damaged leaves an older one. */
const KEPT = 3
const PARTITION = 0

/** Snapshots of a consumer of the trading log, written by this version of the code and read by no other. */
export function createSnapshotStore(
  options: Readonly<{ db: SqlDatabase; consumer: Consumer; codeVersion: string; digest: Digest }>,
): SnapshotStore {
  const { db, consumer, codeVersion, digest } = options
  return {
    async newest() {
      const rows = await db.query(
        `select seq, state, sha256 from snapshot
         where consumer = $1 and p = $2 and code_version = $3 order by seq desc limit $4`,
        [consumer, PARTITION, codeVersion, KEPT],
      )
      const whole = rows.find((row) => digest(textAt(row, 'state')) === textAt(row, 'sha256'))
      return whole === undefined ? null : { seq: numberAt(whole, 'seq'), state: textAt(whole, 'state') }
    },
    async save({ seq, state }) {
      await db.transaction(async (tx) => {
        await tx.query(
          `insert into snapshot (consumer, p, seq, state, sha256, code_version) values ($1, $2, $3, $4, $5, $6)
           on conflict (consumer, p, seq) do nothing`,
          [consumer, PARTITION, seq, state, digest(state), codeVersion],
        )
        await tx.query(
          `delete from snapshot where consumer = $1 and p = $2 and seq not in
             (select seq from snapshot where consumer = $1 and p = $2 order by seq desc limit $3)`,
          [consumer, PARTITION, KEPT],
        )
      })
    },
  }
}
