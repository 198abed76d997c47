import type { Snapshot, SnapshotStore } from '../../engine/snapshot.ts'

/** The newest snapshot in memory, for simulation. */
export function createMemorySnapshotStore(): SnapshotStore {
  let kept: Snapshot | null = null
  return {
    newest: () => Promise.resolve(kept),
    save(snapshot) {
      if (snapshot.seq > (kept?.seq ?? -1)) kept = snapshot
      return Promise.resolve()
    },
  }
}
