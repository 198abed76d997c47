import assert from 'node:assert/strict'
import type { Kubectl } from './kubectl.ts'
import { until } from './until.ts'
import { readyEndpointsOf, untilRolledOut, workloadsOf } from './workloads.ts'
import type { Workload } from './workloads.ts'

const SECONDS_MAX = 240

/**
 * Scales, edits and deletes what is deployed, as people do, has the engine look, and waits until all is as it
 * was.
 */
export async function assertDriftIsUndone(
  kubectl: Kubectl,
  namespace: string,
  look: () => Promise<void>,
): Promise<void> {
  const there = ['--namespace', namespace]
  const before = await workloadsOf(kubectl, namespace)
  await kubectl.read(['scale', 'deployment/cdb-signal', '--replicas=3', ...there])
  await kubectl.read(['set', 'image', 'deployment/cdb-risk', 'service=other:1', ...there])
  await kubectl.read(['delete', 'service/cdb-ws', 'deployment/cdb-db-writer', ...there])
  assert.notDeepEqual(shapesOf(await workloadsOf(kubectl, namespace)), shapesOf(before))
  await look()
  const after = await until('the drift is undone', SECONDS_MAX, async () => {
    const found = await workloadsOf(kubectl, namespace)
    return JSON.stringify(shapesOf(found)) === JSON.stringify(shapesOf(before)) ? found : null
  })
  const uidOf = (workloads: ReadonlyMap<string, Workload>): string | undefined =>
    workloads.get('Deployment/cdb-db-writer')?.metadata.uid
  assert.notEqual(uidOf(after), uidOf(before))
  await untilRolledOut(kubectl, namespace, SECONDS_MAX)
  await until('the Service is back', SECONDS_MAX, async () => {
    const ready = (await readyEndpointsOf(kubectl, namespace)).get('cdb-ws') ?? 0
    return ready > 0 ? true : null
  })
}

/** What Git decides of a workload: how many, and which images. */
const shapesOf = (workloads: ReadonlyMap<string, Workload>): readonly unknown[] =>
  [...workloads].map(([key, { spec }]) => [
    key,
    spec.replicas,
    spec.template.spec.containers.map(({ image }) => image),
  ])
