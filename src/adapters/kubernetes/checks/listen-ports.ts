import { deployed } from '../check.ts'
import type { Build, Check, Problem } from '../check.ts'
import type { Manifest } from '../manifest.ts'
import { listAt, numberAt } from '../value.ts'
import { workloadsOf } from '../workload.ts'
import type { Container, Workload } from '../workload.ts'
import { variablesOf } from './environment-variables.ts'
import { commandOf } from './host-references.ts'
import { mountedFilesOf } from './mounted-files.ts'
import { problemOf } from './scope.ts'

/** X15: what a container is told to listen on is what it declares. */
export const listenPortChecks: readonly Check[] = [
  {
    id: 'X15',
    severity: 'high',
    title: 'Ports that configuration tells a container to listen on are among its containerPorts',
    run: (input) => deployed(input).flatMap(portProblems),
  },
]

type ListenPort = Readonly<{ where: string; port: number }>

/** Ends of names that mean a port of one's own, unless a host of the same name is elsewhere. */
const OWN_PORT = /^(?:.*_)?(?:METRICS|HEALTH|HTTP|LISTEN|SERVER|API|ADMIN|WEB|GRPC|PROBE)_PORT$|^PORT$/
const PORT_FLAG =
  /^--(?:[a-z0-9.]+[-.])*(?:port|listen-address|listen|bind-address|bind)(?:=(?:[^=]*:)?(\d{1,5}))?$/
/** Files of servers that say the port in a line of their own. */
const PORT_LINES: Readonly<Record<string, RegExp>> = {
  'redis.conf': /^\s*port\s+(\d{1,5})\s*$/m,
  'postgresql.conf': /^\s*port\s*=\s*(\d{1,5})\b/m,
}

function portProblems({ manifests }: Build): readonly Problem[] {
  return workloadsOf(manifests)
    .filter(({ kind }) => kind !== 'Job' && kind !== 'CronJob')
    .flatMap((workload) =>
      workload.containers
        .filter(({ isInit }) => !isInit)
        .flatMap((container) => containerProblems(manifests, workload, container)),
    )
}

function containerProblems(
  manifests: readonly Manifest[],
  workload: Workload,
  container: Container,
): readonly Problem[] {
  const declared = listAt(container.value, 'ports').map((port) => numberAt(port, 'containerPort'))
  return listenPortsOf(manifests, workload, container)
    .filter(({ port }) => port !== 0 && !declared.includes(port))
    .map(({ where, port }) =>
      problemOf(workload.manifest, {
        message: `container ${container.name}: ${where} is ${port}, which is no containerPort of it`,
        mend: declared.length === 0 ? `Declare containerPort ${port}.` : `Declare it, or set ${where} right.`,
      }),
    )
}

function listenPortsOf(
  manifests: readonly Manifest[],
  workload: Workload,
  container: Container,
): readonly ListenPort[] {
  const files = mountedFilesOf(manifests, workload, container)
  return [
    ...portsOfVariables(manifests, workload, container),
    ...portsOfCommand(commandOf(container.value)),
    ...files.flatMap(({ path, text }) => {
      const where = path.split('/').at(-1) ?? ''
      const port = PORT_LINES[where]?.exec(text)?.[1]
      return port === undefined ? [] : [{ where, port: Number(port) }]
    }),
  ]
}

function portsOfVariables(
  manifests: readonly Manifest[],
  workload: Workload,
  container: Container,
): readonly ListenPort[] {
  const known = new Map(variablesOf(manifests, workload, container).map(({ name, value }) => [name, value]))
  return [...known].flatMap(([name, value]) => {
    if (value === null || !/^\d{1,5}$/.test(value)) return []
    const isOwn = OWN_PORT.test(name) || name === ownPortName(workload.name)
    const host = known.get(name.replace(/PORT$/, 'HOST'))
    return isOwn && isHere(host ?? null) ? [{ where: name, port: Number(value) }] : []
  })
}

/** `SIGNAL_PORT` is the port of cdb-signal. */
const ownPortName = (workload: string): string => `${(workload.split('-').at(-1) ?? '').toUpperCase()}_PORT`

/** Whether a server with this host listens in its own pod. */
const isHere = (host: string | null): boolean =>
  host === null || host === '' || host === 'localhost' || host === '::' || /^[\d.]+$/.test(host)

function portsOfCommand(command: readonly string[]): readonly ListenPort[] {
  const flags = command.map((word) => PORT_FLAG.exec(word))
  return flags.flatMap((match, index) => {
    if (match === null) return []
    const text = match[1] ?? (match[0].includes('=') ? '' : portIn(command[index + 1] ?? ''))
    return text === '' ? [] : [{ where: match[0].split('=')[0] ?? '', port: Number(text) }]
  })
}

const portIn = (word: string): string => /^(?:[^=]*:)?(\d{1,5})$/.exec(word)?.[1] ?? ''
