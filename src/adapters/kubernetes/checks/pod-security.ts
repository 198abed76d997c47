import { deployed } from '../check.ts'
import type { AuditInput, Check, Problem } from '../check.ts'
import type { Manifest } from '../manifest.ts'
import { at, isRecord, listAt, numberAt, recordAt, textAt, textsAt } from '../value.ts'
import type { Value, ValueRecord } from '../value.ts'
import { workloadsOf } from '../workload.ts'
import type { Container, Workload } from '../workload.ts'
import { eachWorkload, problemOf, shown, textsOf } from './scope.ts'
import type { Fault } from './scope.ts'

/**
 * The Pod Security Standards, field by field, as the admission controller of Kubernetes 1.35 reads them.
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export const podSecurityChecks: readonly Check[] = [
  {
    id: 'W01',
    severity: 'blocker',
    title: 'Every container keeps to the restricted Pod Security Standard',
    run: eachWorkload((workload) => [
      ...podRestrictions(recordAt(workload.podSpec, 'securityContext')),
      ...workload.containers.flatMap((container) => containerRestrictions(container, workload)),
    ]),
  },
  {
    id: 'W02',
    severity: 'blocker',
    title: 'No pod reaches for its node: no host namespaces, paths, ports, privileges or probe hosts',
    run: eachWorkload((workload) => [
      ...hostNamespaces(workload.podSpec),
      ...volumeKinds(workload.podSpec),
      ...kernelSettings(workload),
      ...workload.containers.flatMap(containerPrivileges),
    ]),
  },
  {
    id: 'W03',
    severity: 'high',
    title: 'Every namespace enforces, warns and audits the restricted standard of a pinned version',
    run: namespaceProblems,
  },
]

function podRestrictions(context: ValueRecord): readonly Fault[] {
  const faults: Fault[] = []
  if (context['runAsUser'] === 0) {
    faults.push({ message: 'the pod runs as user 0', mend: 'set securityContext.runAsUser to a user but 0' })
  }
  if (textAt(context, 'seccompProfile', 'type') === 'Unconfined') {
    faults.push({
      message: 'the pod is unconfined by seccomp',
      mend: 'set securityContext.seccompProfile.type to RuntimeDefault',
    })
  }
  return faults
}

function containerRestrictions({ name, value }: Container, { podSpec }: Workload): readonly Fault[] {
  const own = recordAt(value, 'securityContext')
  const pod = recordAt(podSpec, 'securityContext')
  const faults: Fault[] = []
  const say = (message: string, mend: string) => {
    faults.push({ message: `container ${name}: ${message}`, mend })
  }
  const isNonRoot = own['runAsNonRoot'] ?? pod['runAsNonRoot']
  if (isNonRoot !== true) say(`runAsNonRoot is ${shown(isNonRoot)}`, 'set securityContext.runAsNonRoot: true')
  if (own['runAsUser'] === 0) say('it runs as user 0', 'set securityContext.runAsUser to a user but 0')
  if (own['allowPrivilegeEscalation'] !== false) {
    say(
      `allowPrivilegeEscalation is ${shown(own['allowPrivilegeEscalation'])}`,
      'set securityContext.allowPrivilegeEscalation: false',
    )
  }
  if (!listAt(own, 'capabilities', 'drop').includes('ALL')) {
    say('it keeps capabilities', 'set securityContext.capabilities.drop: [ALL]')
  }
  const added = listAt(own, 'capabilities', 'add').filter((each) => each !== 'NET_BIND_SERVICE')
  if (added.length > 0) {
    say(`it adds the capabilities ${shown(added)}`, 'take them out of securityContext.capabilities.add')
  }
  const seccomp = textAt(own, 'seccompProfile', 'type') ?? textAt(pod, 'seccompProfile', 'type')
  if (seccomp !== 'RuntimeDefault' && seccomp !== 'Localhost') {
    say(`seccompProfile.type is ${shown(seccomp)}`, 'set securityContext.seccompProfile.type: RuntimeDefault')
  }
  return faults
}

const hostNamespaces = (podSpec: ValueRecord): readonly Fault[] =>
  ['hostNetwork', 'hostPID', 'hostIPC']
    .filter((key) => podSpec[key] === true)
    .map((key) => ({ message: `${key} is true`, mend: `take out ${key}` }))

const volumeKindsAllowed: readonly string[] = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
]

const volumeKinds = (podSpec: ValueRecord): readonly Fault[] =>
  listAt(podSpec, 'volumes').flatMap((volume) =>
    Object.keys(recordAt(volume))
      .filter((key) => key !== 'name' && !volumeKindsAllowed.includes(key))
      .map((key) => ({
        message: `volume ${textAt(volume, 'name') ?? ''} is a ${key}`,
        mend: `use one of ${volumeKindsAllowed.join(', ')}`,
      })),
  )

const sysctlsAllowed: readonly string[] = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
]

const linuxTypesAllowed: readonly string[] = [
  '',
  'container_t',
  'container_init_t',
  'container_kvm_t',
  'container_engine_t',
]

/** Sysctls, SELinux, AppArmor and host processes, of the pod and of its containers. */
function kernelSettings({ podSpec, template, containers }: Workload): readonly Fault[] {
  const sysctls = listAt(podSpec, 'securityContext', 'sysctls')
    .map((sysctl) => textAt(sysctl, 'name') ?? '')
    .filter((name) => !sysctlsAllowed.includes(name))
    .map((name) => ({
      message: `sysctl ${name} is not a safe one`,
      mend: `take it out of securityContext.sysctls, or set it on the node`,
    }))
  const annotations = Object.entries(textsAt(template, 'metadata', 'annotations'))
    .filter(([key]) => key.startsWith('container.apparmor.security.beta.kubernetes.io/'))
    .filter(([, profile]) => profile !== 'runtime/default' && !profile.startsWith('localhost/'))
    .map(([key, profile]) => ({
      message: `${key} is ${profile}`,
      mend: 'set securityContext.appArmorProfile.type: RuntimeDefault instead',
    }))
  const contexts = [podSpec, ...containers.map(({ value }) => value)].map((each) =>
    recordAt(each, 'securityContext'),
  )
  return [...sysctls, ...annotations, ...contexts.flatMap(confinement)]
}

function confinement(context: ValueRecord): readonly Fault[] {
  const faults: Fault[] = []
  const type = textAt(context, 'seLinuxOptions', 'type') ?? ''
  if (!linuxTypesAllowed.includes(type)) {
    faults.push({ message: `seLinuxOptions.type is ${type}`, mend: 'take it out' })
  }
  for (const key of ['user', 'role']) {
    const set = textAt(context, 'seLinuxOptions', key) ?? ''
    if (set !== '') faults.push({ message: `seLinuxOptions.${key} is ${set}`, mend: 'take it out' })
  }
  const profile = textAt(context, 'appArmorProfile', 'type') ?? 'RuntimeDefault'
  if (profile !== 'RuntimeDefault' && profile !== 'Localhost') {
    faults.push({ message: `appArmorProfile.type is ${profile}`, mend: 'set it to RuntimeDefault' })
  }
  if (at(context, 'windowsOptions', 'hostProcess') === true) {
    faults.push({ message: 'windowsOptions.hostProcess is true', mend: 'take it out' })
  }
  return faults
}

function containerPrivileges({ name, value }: Container): readonly Fault[] {
  const faults: Fault[] = []
  const say = (message: string, mend: string) => {
    faults.push({ message: `container ${name}: ${message}`, mend })
  }
  if (at(value, 'securityContext', 'privileged') === true) say('it is privileged', 'take out privileged')
  const procMount = textAt(value, 'securityContext', 'procMount') ?? 'Default'
  if (procMount !== 'Default') say(`procMount is ${procMount}`, 'take out procMount')
  for (const port of listAt(value, 'ports')) {
    const hostPort = numberAt(port, 'hostPort') ?? 0
    if (hostPort !== 0) say(`it takes port ${hostPort} of the node`, 'take out hostPort; use a Service')
  }
  for (const [place, handler] of handlersOf(value)) {
    const host = textAt(handler, 'httpGet', 'host') ?? textAt(handler, 'tcpSocket', 'host')
    if (host !== undefined && host !== '') {
      say(`${place} calls the host ${host}`, `take out ${place}'s host: the kubelet calls the pod itself`)
    }
  }
  return faults
}

/** Probes and hooks of a container, each with its name. */
function handlersOf(container: ValueRecord): readonly (readonly [string, Value])[] {
  const probes = ['startupProbe', 'readinessProbe', 'livenessProbe'] as const
  const hooks = ['postStart', 'preStop'] as const
  return [
    ...probes.map((name) => [name, at(container, name)] as const),
    ...hooks.map((name) => [name, at(container, 'lifecycle', name)] as const),
  ].flatMap(([name, handler]) => (isRecord(handler) ? [[name, handler] as const] : []))
}

function namespaceProblems(input: AuditInput): readonly Problem[] {
  const known = [...input.builds.flatMap(({ manifests }) => manifests), ...input.gitops]
  const names = new Set(known.filter(({ kind }) => kind === 'Namespace').map(({ name }) => name))
  return deployed(input).flatMap(({ manifests }) => {
    const labeled = manifests.filter(({ kind }) => kind === 'Namespace').flatMap(namespaceLabels)
    const used = new Set(workloadsOf(manifests).map(({ namespace }) => namespace))
    const absent = [...used]
      .filter((name) => name !== '' && !names.has(name))
      .map((name) => ({
        object: `Namespace ${name}`,
        message: 'pods run in it, and no manifest of it sets a Pod Security Standard',
        mend: 'write the Namespace with the labels pod-security.kubernetes.io/enforce, warn and audit',
      }))
    return [...labeled, ...absent]
  })
}

function namespaceLabels(namespace: Manifest): readonly Problem[] {
  const prefix = 'pod-security.kubernetes.io/'
  const levels = ['enforce', 'warn', 'audit']
  const wrong = levels.flatMap((mode) => {
    const level = namespace.labels[`${prefix}${mode}`]
    const version = namespace.labels[`${prefix}${mode}-version`]
    if (level !== 'restricted') return [`${mode} is ${level ?? 'not set'}`]
    return /^v1\.\d+$/.test(version ?? '') ? [] : [`${mode}-version is ${version ?? 'not set'}`]
  })
  if (wrong.length === 0) return []
  const message = `of the labels ${prefix}*, ${textsOf(wrong).join(', ')}`
  const mend = 'set enforce, warn and audit to restricted, and their -version to one such as v1.35'
  return [problemOf(namespace, { message, mend })]
}
