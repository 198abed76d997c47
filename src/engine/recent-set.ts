/**
 * A set that forgets in two generations: a key is remembered for at least `keepMs` and at most twice as long.
 */
export type RecentSet = Readonly<{ add(key: string, nowMs: number): void; has(key: string): boolean }>

export function createRecentSet(keepMs: number): RecentSet {
  let young = new Set<string>()
  let old = new Set<string>()
  let turnedMs = -Infinity
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
  }
}
