/**
 * A set that forgets in two generations: a key is remembered for at least `keepMs` and at most twice as long.
 */
export type RecentSet = Readonly<{
  add(key: string, nowMs: number): void
  has(key: string): boolean
  /** What createRecentSet goes on from. */
  save(): RecentKeys
}>

export type RecentKeys = Readonly<{ young: ReadonlySet<string>; old: ReadonlySet<string>; turnedMs: number }>

const NO_KEYS: RecentKeys = { young: new Set(), old: new Set(), turnedMs: -Infinity }

export function createRecentSet(keepMs: number, saved: RecentKeys = NO_KEYS): RecentSet {
  let young = new Set(saved.young)
  let old = new Set(saved.old)
  let turnedMs = saved.turnedMs
  return {
    add(key, nowMs) {
      if (nowMs - turnedMs >= keepMs) {
        old = young
        young = new Set()
        turnedMs = nowMs
      }
      young.add(key)
    },
    has: (key) => young.has(key) || old.has(key),
    save: () => ({ young, old, turnedMs }),
  }
}
