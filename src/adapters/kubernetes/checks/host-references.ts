import type { Manifest } from '../manifest.ts'
import { listAt, textsAt } from '../value.ts'
import type { Container, Workload } from '../workload.ts'
import { variablesOf } from './environment-variables.ts'
import { hostNamesIn, hostNamesInCommand } from './host-names.ts'
import type { HostName } from './host-names.ts'
import { mountedFilesOf } from './mounted-files.ts'

/** Hosts that a set of variables names; a host without a port takes it from `X_PORT` beside `X_HOST`. */
export function hostsOfVariables(variables: Readonly<Record<string, string>>): readonly HostName[] {
  return Object.entries(variables).flatMap(([name, value]) =>
    hostNamesIn(name, value).map((host) => ({ ...host, port: host.port ?? portBeside(variables, name) })),
  )
}

function portBeside(variables: Readonly<Record<string, string>>, name: string): number | null {
  const text = variables[name.replace(/(?:HOST|HOSTNAME|ADDR|ADDRESS|SERVER)$/, 'PORT')] ?? ''
  return name.endsWith('PORT') || !/^\d{1,5}$/.test(text) ? null : Number(text)
}

/** Hosts that a ConfigMap names, in its keys and in its files. */
export const hostsOfConfigMap = ({ value }: Manifest): readonly HostName[] =>
  hostsOfVariables(textsAt(value, 'data'))

/** Hosts that a container is told itself: literal variables and arguments. */
export function hostsOfContainer({ value }: Container): readonly HostName[] {
  const literals = listAt(value, 'env').map((entry) => textsAt(entry))
  const variables = Object.fromEntries(literals.map(({ name = '', value: text = '' }) => [name, text]))
  return [...hostsOfVariables(variables), ...hostNamesInCommand(commandOf(value))]
}

/** Hosts that a workload's containers come to know by any way: the flows that it needs. */
export const hostsOfWorkload = (manifests: readonly Manifest[], workload: Workload): readonly HostName[] =>
  workload.containers.flatMap((container) => {
    const variables = variablesOf(manifests, workload, container)
    const known = variables.flatMap(({ name, value }) => (value === null ? [] : [[name, value] as const]))
    const files = mountedFilesOf(manifests, workload, container)
    return [
      ...hostsOfVariables(Object.fromEntries(known)),
      ...files.flatMap(({ path, text }) => hostNamesIn(path.split('/').at(-1) ?? '', text)),
      ...hostNamesInCommand(commandOf(container.value)),
    ]
  })

/** `command` and `args` of a container. */
export const commandOf = (container: Container['value']): readonly string[] =>
  [...listAt(container, 'command'), ...listAt(container, 'args')].filter((word) => typeof word === 'string')
