/** What a consumer of the log knew after an entry, so that a start need not step the whole log again. */
export type Snapshot = Readonly<{
  /** The last entry that is in it. */
  seq: number
  state: string
}>

/** Keeps snapshots of one consumer. One that does not have the hash of its content counts as absent. */
export interface SnapshotStore {
  newest(): Promise<Snapshot | null>
  /** Keeps it and a few before it. */
  save(snapshot: Snapshot): Promise<void>
}

/** A snapshot is due after this many entries. */
export const SNAPSHOT_ENTRIES = 5_000
