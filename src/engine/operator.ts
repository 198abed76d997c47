import type { Command, TradingEvent } from '../domain/event.ts'
import { controls } from './controls.ts'

/**
 * Stands in for the person who lifts latches and halts, where no person watches: a backtest over years. It
 * looks at each a fixed time after it fell, so that a run goes on as deterministically as it began.
 */
export type Operator = Readonly<{
  onEvent(event: TradingEvent, seq: number): void
  isDue(nowMs: number): boolean
  /** The commands that are due now, each with the log entry that called for it. */
  take(nowMs: number): readonly Due[]
}>

type Due = Readonly<{ command: Command; causeSeq: number }>

type Task = Readonly<{ dueMs: number; causeSeq: number; command: Omit<Command, 'eventMs'> }>

export function createOperator(delayMs: number): Operator {
  let tasks: Task[] = []
  let nextMs = Infinity
  const later = (
    event: Readonly<{ eventMs: number; scope: string }>,
    causeSeq: number,
    what: Partial<Command>,
  ): void => {
    const command = {
      kind: 'command',
      id: `operator/${causeSeq}`,
      action: 'resume',
      scope: event.scope,
      actor: 'operator',
      approver: '',
      reason: 'looked at after the set time',
      subject: '',
      value: '',
      ...what,
    } as const
    const dueMs = event.eventMs + delayMs
    tasks.push({ dueMs, causeSeq, command })
    nextMs = Math.min(nextMs, dueMs)
  }
  return {
    onEvent(event, seq) {
      if (event.kind === 'command' && event.actor === 'risk') later(event, seq, { action: 'resume' })
      if (event.kind !== 'alert') return
      const latched = controls.find(({ code, latch }) => code === event.code && latch !== null)
      if (latched !== undefined) later(event, seq, { action: 'unlatch', subject: latched.id })
    },
    isDue: (nowMs) => nowMs >= nextMs,
    take(nowMs) {
      const due = tasks.filter(({ dueMs }) => dueMs <= nowMs)
      tasks = tasks.filter(({ dueMs }) => dueMs > nowMs)
      nextMs = Math.min(...tasks.map(({ dueMs }) => dueMs))
      return due.map(({ command, causeSeq }) => ({ command: { ...command, eventMs: nowMs }, causeSeq }))
    },
  }
}
