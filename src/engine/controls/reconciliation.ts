import type { Breach, Control, WatchFacts } from '../control.ts'

/** What is unexplained stays so until a person resumes the account. */
export const reconciliation: Control = {
  id: 'C23',
  code: 'UNEXPLAINED',
  title: 'reconciliation',
  meaning:
    'A fill, an order or a balance at the venue that our books do not explain halts the account: someone ' +
    'else trades on it, or history is lost.',
  params: [],
  applies: 'riskIncreasing',
  overridable: false,
  latch: null,
  check: (_order, facts) => unexplainedBreach(facts),
  watch: unexplainedBreach,
}

function unexplainedBreach({ unexplained }: WatchFacts): Breach | null {
  return unexplained === ''
    ? null
    : { reason: 'the venue and our books differ', value: unexplained, limit: 'no difference', halt: true }
}
