import assert from 'node:assert/strict'
import type { Environment } from './environments.ts'
import type { Kubectl } from './kubectl.ts'
import { until } from './until.ts'
import { untilRolledOut } from './workloads.ts'

const COMMAND = ['node', '/app/src/cli/cdb.ts', 'audit', 'data', '--json']
/** The last entries of the log and of the fills. */
const ENDS = 'select (select max(seq) from event_log), (select max(seq) from fills)'
const FILLS_SECONDS_MAX = 300
const AUDIT_SECONDS_MAX = 300
const ROLLOUT_SECONDS_MAX = 420
const FILLS = 5

/** An environment on a cluster, and kubectl for its namespace. */
export type Deployed = Readonly<{ kubectl: Kubectl; environment: Environment }>

type DataAudit = Readonly<{ invariants: readonly Readonly<{ id: string; ok: boolean; detail: string }>[] }>

/** How many fills the database has. */
const fillsOf = async (kubectl: Kubectl): Promise<number> =>
  Number(await ask(kubectl, 'select count(*) from fills'))

/** The pod whose service has the lease of a role. */
export async function leaderOf(kubectl: Kubectl, role: string): Promise<string> {
  const owner = await ask(kubectl, `select owner from partition where role = '${role}'`)
  const pods = await kubectl.read(['get', 'pods', '--output=name'])
  const leader = pods.split('\n').find((name) => owner.includes(name.replace('pod/', '')) && name !== '')
  if (leader === undefined) throw new Error(`no pod is ${owner}: ${pods}`)
  return leader.replace('pod/', '')
}

/** The answer of the database to a statement, as text. */
export async function ask(kubectl: Kubectl, statement: string, database = 'cdb'): Promise<string> {
  const command = `PGPASSWORD=$(cat /run/secrets/postgresql/admin) exec psql --quiet --tuples-only --no-align \
    --username=cdb_admin --dbname=${database} --command="${statement}"`
  const text = await kubectl.read(['exec', 'postgresql-0', '--', 'sh', '-c', command])
  return text.trim()
}

/** Waits until so many more orders are filled, and returns how many there are then. */
export async function untilMoreFills(kubectl: Kubectl, more: number): Promise<number> {
  let before: number | null = null
  return until(`${more} more fills`, FILLS_SECONDS_MAX, async () => {
    const fills = await fillsOf(kubectl)
    before ??= fills
    return fills >= before + more ? fills : null
  })
}

/** It goes on: every workload is ready, orders are filled, and the data is sound. */
export async function assertTrades({ kubectl, environment }: Deployed): Promise<void> {
  await untilRolledOut(kubectl, environment.namespace, ROLLOUT_SECONDS_MAX)
  await untilMoreFills(kubectl, FILLS)
  await assertSound(kubectl)
}

/** Every invariant of the data holds, as a pod of execution finds it. */
async function assertSound(kubectl: Kubectl): Promise<void> {
  const { invariants } = await until('the data can be audited', AUDIT_SECONDS_MAX, async () => {
    const { stdout } = await kubectl.run([...['exec', 'deployment/cdb-execution', '--', ...COMMAND]])
    return stdout.startsWith('{') ? (JSON.parse(stdout) as DataAudit) : null
  })
  assert.equal(invariants.length, 18)
  assert.deepEqual(
    invariants.filter(({ ok }) => !ok),
    [],
  )
}

/** The database holds every row of the log and of the fills that an earlier one has, and they are equal. */
export async function assertHoldsRows(kubectl: Kubectl, earlier: string): Promise<void> {
  const [end, lastFill] = (await ask(kubectl, ENDS, earlier)).split('|')
  assert.ok(Number(end) > 0 && Number(lastFill) > 0, `${earlier} is empty`)
  const digests = [
    `select count(*), md5(string_agg(hash, ',' order by seq)) from event_log where seq <= ${end}`,
    `select count(*), md5(string_agg(f::text, ',' order by seq)) from fills f where seq <= ${lastFill}`,
  ]
  for (const statement of digests) {
    assert.equal(await ask(kubectl, statement), await ask(kubectl, statement, earlier), statement)
  }
}
