/** The least that a strategy can be: it enters once. */
export default {
  name: 'buy-and-hold',
  description: 'Enters at the first trade, and stays.',
  params: [],
  candleMs: () => null,
  create() {
    let isIn = false
    return {
      onTrade() {
        if (isIn) return null
        isIn = true
        return { action: 'enter', side: 'buy', reason: 'the first trade', stopLossPercent: 5 }
      },
    }
  },
}
