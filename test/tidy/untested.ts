import type { Untested } from './coverage.ts'

/** The short list of source files that other tests cover better than one of their own could. */
export const untested: Untested = {
  'src/domain/event.ts': 'lists and types only; the codec test covers each kind',
  'src/domain/signal.ts': 'one list of names; the codec test covers it',
  'src/engine/control.ts': 'types and one list of names; the tests of the controls cover it',
  'src/engine/lease.ts': 'names and numbers; leadership.test.ts and the lease contract cover them',
  'src/engine/risk/cancels.ts': 'what is canceled when: risk.test.ts, commands.test.ts, protection.test.ts',
  'src/engine/risk/halt.ts': 'halts by controls and by people: risk.test.ts and commands.test.ts',
  'src/engine/risk/judge.ts': 'order of controls, denials and latches: risk.test.ts and commands.test.ts',
  'src/engine/risk/orders.ts': 'orders as signals and fills make them: risk.test.ts and protection.test.ts',
  'src/engine/risk/reports.ts': 'order events in, protection out: risk.test.ts and protection.test.ts',
  'src/engine/risk/signals.ts': 'a signal in, its answer out: risk.test.ts and commands.test.ts',
  'src/engine/risk/venue-doubts.ts': 'what discrepancies.ts fills in; discrepancies.test.ts covers it',
  'src/engine/risk/watch.ts': 'latches that fall between orders: risk.test.ts and commands.test.ts',
  'src/engine/snapshot.ts': 'types and one number; the tests of the services take snapshots',
  'src/engine/telemetry.ts': 'one table of metrics; metric-registry.test.ts shows every row of it',
  'src/engine/trading-log.ts': 'types and lists of names; the contract of trading logs covers them',
  'src/engine/venue-gateway.ts': 'types and one number; the contract of gateways covers them',
}
