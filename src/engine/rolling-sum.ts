/** The sum of amounts added within a window of event time that ends now. */
export type RollingSum = Readonly<{
  add(eventMs: number, amount: bigint): void
  /** Forgets what is as old as the window or older. */
  sumAt(nowMs: number): bigint
  /** What createRollingSum goes on from. */
  save(): readonly TimedAmount[]
}>

export type TimedAmount = Readonly<{ eventMs: number; amount: bigint }>

export function createRollingSum(windowMs: number, saved: readonly TimedAmount[] = []): RollingSum {
  let items = [...saved]
  let first = 0
  let sum = items.reduce((total, { amount }) => total + amount, 0n)
  return {
    add(eventMs, amount) {
      items.push({ eventMs, amount })
      sum += amount
    },
    sumAt(nowMs) {
      for (
        let item = items[first];
        item !== undefined && item.eventMs <= nowMs - windowMs;
        item = items[first]
      ) {
        sum -= item.amount
        first += 1
      }
      if (first > 1024 && first * 2 > items.length) {
        items = items.slice(first)
        first = 0
      }
      return sum
    },
    save: () => items.slice(first),
  }
}
