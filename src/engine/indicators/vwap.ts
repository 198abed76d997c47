export type Vwap = Readonly<{
  /** null until something has been traded. Of a candle, the price to give is (high + low + close) / 3. */
  next(price: number, quantity: number): number | null
  /** Starts a new session: the average is of one session, by convention a UTC day. */
  reset(): void
}>

/**
 * Volume-weighted average price since the last reset: sum of price x quantity over sum of quantity
 * (Berkowitz, Logue and Noser, "The Total Cost of Transactions on the NYSE", Journal of Finance 43, 1988).
 */
export function createVwap(): Vwap {
  const value = createSum()
  const volume = createSum()
  return {
    next(price, quantity) {
      const traded = volume.add(quantity)
      const paid = value.add(price * quantity)
      return traded > 0 ? paid / traded : null
    },
    reset() {
      value.reset()
      volume.reset()
    },
  }
}

/**
 * A sum that carries its own rounding error along, so that millions of small amounts are not lost in a
 * large total (Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", ZAMM 54,
 * 1974).
 */
function createSum(): Readonly<{ add(amount: number): number; reset(): void }> {
  let sum = 0
  let error = 0
  return {
    add(amount) {
      const next = sum + amount
      error += Math.abs(sum) >= Math.abs(amount) ? sum - next + amount : amount - next + sum
      sum = next
      return sum + error
    },
    reset() {
      sum = 0
      error = 0
    },
  }
}
