import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where the controllers of cgroup v1 are mounted, each with a hierarchy of its own. */
const MOUNTS = '/sys/fs/cgroup'
const UNIFIED = 'unified'
const PREFIX = 'cdb-node-'

const hierarchies = (): readonly string[] =>
  readdirSync(MOUNTS, { withFileTypes: true })
    .filter((each) => each.isDirectory() && each.name !== UNIFIED)
    .map(({ name }) => join(MOUNTS, name))

/** Makes the cgroup that the pods of a node are below, and returns its path in each hierarchy. */
export function makeCgroup(pid: number): string {
  const name = `${PREFIX}${pid}`
  for (const hierarchy of hierarchies()) mkdirSync(join(hierarchy, name), { recursive: true })
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    const value = readFileSync(join(MOUNTS, 'cpuset', file))
    writeFileSync(join(MOUNTS, 'cpuset', name, file), value)
  }
  return `/${name}`
}

/** Removes the cgroups of nodes whose process has ended, this run's and those of runs that were killed. */
export function clearCgroups(): void {
  for (const hierarchy of hierarchies()) {
    for (const name of readdirSync(hierarchy)) {
      const pid = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : null
      if (pid !== null && !existsSync(`/proc/${pid}`)) removeTree(join(hierarchy, name))
    }
  }
}

/** A cgroup has files that cannot be removed, and goes once the ones below it have gone. */
function removeTree(path: string): void {
  for (const each of readdirSync(path, { withFileTypes: true })) {
    if (each.isDirectory()) removeTree(join(path, each.name))
  }
  rmdirSync(path)
}
