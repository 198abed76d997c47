import type { Untested } from './coverage.ts'

/** The short list of source files that other tests cover better than one of their own could. */
export const untested: Untested = {
  'src/domain/event.ts': 'lists and types only; the codec test covers each kind',
  'src/domain/signal.ts': 'one list of names; the codec test covers it',
}
