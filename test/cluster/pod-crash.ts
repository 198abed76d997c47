import { globSync, readFileSync } from 'node:fs'
import type { Kubectl } from './kubectl.ts'
import { until } from './until.ts'

type Pod = Readonly<{
  metadata: Readonly<{ name: string; uid: string }>
  status: Readonly<{
    containerStatuses?: readonly Readonly<{ containerID?: string; restartCount: number }>[]
  }>
}>

const RESTART_SECONDS_MAX = 240

/** Kills every process of a pod's containers at once, and returns when they have been started again. */
export async function crash(kubectl: Kubectl, name: string): Promise<void> {
  const read = (): Promise<Pod | null> => kubectl.get<Pod>(['pod', name])
  const before = await read()
  if (before === null) throw new Error(`there is no pod ${name}`)
  const restarts = restartsOf(before)
  for (const pid of before.status.containerStatuses?.flatMap(processesOf) ?? []) process.kill(pid, 'SIGKILL')
  await until(`${name} has started again`, RESTART_SECONDS_MAX, async () => {
    const pod = await read()
    return pod !== null && restartsOf(pod) > restarts ? true : null
  })
}

const restartsOf = ({ status }: Pod): number =>
  (status.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0)

/** The processes of this machine that are in a container, whose cgroup has its name. */
function processesOf({ containerID = '' }: Readonly<{ containerID?: string }>): readonly number[] {
  const id = containerID.replace('containerd://', '')
  const [path] = globSync(`/sys/fs/cgroup/memory/cdb-node-*/**/${id}/cgroup.procs`)
  if (id === '' || path === undefined) throw new Error(`no cgroup is of the container ${containerID}`)
  return readFileSync(path, 'utf8').trim().split('\n').map(Number)
}
