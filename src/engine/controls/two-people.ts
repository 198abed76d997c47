import type { Command } from '../../domain/event.ts'
import type { Breach } from '../control.ts'

/** Letter case and spaces do not make another person. */
const personOf = (name: string): string => name.trim().toLowerCase()

/** A command must say who gave it and why. */
export function actorBreach(command: Command): Breach | null {
  if (personOf(command.actor) === '')
    return { reason: 'the command names no person', value: 'none', limit: 'actor' }
  if (command.reason.trim() === '')
    return { reason: 'the command gives no reason', value: 'none', limit: 'reason' }
  return null
}

/** The command must be given by one person and approved by another. */
export function approverBreach(command: Command): Breach | null {
  const approver = personOf(command.approver)
  if (approver !== '' && approver !== personOf(command.actor)) return actorBreach(command)
  return {
    reason: 'a second person must approve',
    value: approver === '' ? `${command.actor} alone` : `${command.actor} and ${command.approver}`,
    limit: 'two different people',
  }
}
