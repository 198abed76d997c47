import { readFileSync } from 'node:fs'
import type { Role } from '../../src/engine/lease.ts'
import type { Cluster } from '../../test/chaos/cluster.ts'

/** Resident memory of a role's larger replica, in MiB. */
export function residentMemory({ membersOf }: Pick<Cluster, 'membersOf'>, role: Role): number {
  const kib = membersOf(role).map(({ pid }) => {
    const status = readFileSync(`/proc/${pid()}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1])
  })
  return Math.round(Math.max(...kib) / 1_024)
}
