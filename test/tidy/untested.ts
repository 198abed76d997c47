import type { Untested } from './coverage.ts'

/** The short list of source files that other tests cover better than one of their own could. */
export const untested: Untested = {
  'src/domain/event.ts': 'lists and types only; the codec test covers each kind',
  'src/domain/signal.ts': 'one list of names; the codec test covers it',
  'src/engine/control.ts': 'types and one list of names; the tests of the controls cover it',
  'src/engine/risk/cancels.ts': 'what is canceled when: risk.test.ts, commands.test.ts, protection.test.ts',
  'src/engine/risk/context.ts': 'the state that the parts of risk share; every test of risk runs on it',
  'src/engine/risk/halt.ts': 'halts by controls and by people: risk.test.ts and commands.test.ts',
  'src/engine/risk/judge.ts': 'order of controls, denials and latches: risk.test.ts and commands.test.ts',
  'src/engine/risk/orders.ts': 'orders as signals and fills make them: risk.test.ts and protection.test.ts',
  'src/engine/risk/reports.ts': 'order events in, protection out: risk.test.ts and protection.test.ts',
  'src/engine/risk/signals.ts': 'a signal in, its answer out: risk.test.ts and commands.test.ts',
  'src/engine/risk/watch.ts': 'latches that fall between orders: risk.test.ts and commands.test.ts',
}
