import type { Command, TradingEvent } from '../domain/event.ts'
import { controls } from './controls.ts'

/**
 * Stands in for the person who lifts latches and halts, where no person watches: a backtest over years. It
 * looks at each a fixed time after it fell, so that a run goes on as deterministically as it began.
 */
export type Operator = Readonly<{
  onEvent(event: TradingEvent, seq: number): void
  /** The commands that are due now, each with the log entry that called for it. */
  due(nowMs: number): readonly Readonly<{ command: Command; causeSeq: number }>[]
}>

type Task = Readonly<{ dueMs: number; causeSeq: number; command: Omit<Command, 'eventMs'> }>

export function createOperator(delayMs: number): Operator {
  let tasks: Task[] = []
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
    tasks.push({ dueMs: event.eventMs + delayMs, causeSeq, command })
  }
  return {
    onEvent(event, seq) {
      if (event.kind === 'command' && event.actor === 'risk') later(event, seq, { action: 'resume' })
      if (event.kind !== 'alert') return
      const latched = controls.find(({ code, latch }) => code === event.code && latch !== null)
      if (latched !== undefined) later(event, seq, { action: 'unlatch', subject: latched.id })
    },
    due(nowMs) {
      if (tasks.length === 0 || (tasks[0]?.dueMs ?? Infinity) > nowMs) return []
      const due = tasks.filter(({ dueMs }) => dueMs <= nowMs)
      tasks = tasks.filter(({ dueMs }) => dueMs > nowMs)
      return due.map(({ command, causeSeq }) => ({ command: { ...command, eventMs: nowMs }, causeSeq }))
    },
  }
}
