import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startProgram } from './program.ts'
import type { Program } from './program.ts'

/** How an image says that it is run. */
type Settings = Readonly<{
  User: string
  WorkingDir: string
  Env: readonly string[]
  Entrypoint: readonly string[]
}>

export type ContainerOptions = Readonly<{
  /** Its root, which is read-only. */
  root: string
  settings: Settings
  args: readonly string[]
  /** An empty one, for what runc keeps. */
  folder: string
}>

/** A container whose parent is killed goes on; this one ends itself. */
const LIFE_MS_MAX = 60_000
const ENDS_ITSELF = `--import=data:text/javascript,setTimeout(process.exit,${LIFE_MS_MAX}).unref()`

/** Runs what the image starts, without a capability and with nothing to write on; returns what it says. */
export function runContainer(options: ContainerOptions): string {
  return execFileSync('runc', runcArgs(options), { encoding: 'utf8', timeout: LIFE_MS_MAX })
}

/** Starts it in the network of this machine; it ends as it does in a pod, by SIGTERM. */
export const startContainer = (options: ContainerOptions): Program =>
  startProgram({ name: 'container', file: 'runc', args: runcArgs(options), folder: options.folder })

function runcArgs(options: ContainerOptions): readonly string[] {
  const { folder } = options
  const bundle = join(folder, 'bundle')
  mkdirSync(bundle, { recursive: true })
  writeFileSync(join(bundle, 'config.json'), JSON.stringify(specOf(options)))
  return ['--root', join(folder, 'state'), 'run', '--bundle', bundle, `cdb-dockerfile-${process.pid}`]
}

/** Limits of processes are those of this machine: it may not raise them. */
function specOf({ root, settings, args }: ContainerOptions): object {
  const [uid, gid] = settings.User.split(':').map(Number)
  const none: readonly string[] = []
  return {
    ociVersion: '1.0.2',
    process: {
      user: { uid, gid },
      args: [...settings.Entrypoint, ...args],
      env: settings.Env.map((line) => (line.startsWith('NODE_OPTIONS=') ? `${line} ${ENDS_ITSELF}` : line)),
      cwd: settings.WorkingDir,
      capabilities: { bounding: none, effective: none, permitted: none, ambient: none },
      noNewPrivileges: true,
    },
    root: { path: root, readonly: true },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755', 'size=64k'] },
    ],
    linux: { namespaces: ['pid', 'ipc', 'uts', 'mount'].map((type) => ({ type })) },
  }
}
