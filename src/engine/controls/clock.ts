import type { Control } from '../control.ts'

/** Execution measures the clock against the venue's and reports when it is off and when it is right again. */
export const clock: Control = {
  id: 'C19',
  code: 'CLOCK_OFF',
  title: 'clock',
  meaning:
    'New risk needs a clock that agrees with the venue within 250 ms: orders are fenced by their time of ' +
    'submission, and ages are judged by it.',
  params: [],
  applies: 'riskIncreasing',
  overridable: false,
  latch: null,
  check: (_order, { clockOff }) =>
    clockOff === '' ? null : { reason: 'the clock is off', value: clockOff, limit: '250ms' },
}
