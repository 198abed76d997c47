import { deployed } from '../check.ts'
import type { AuditInput, Build, Check, Problem } from '../check.ts'
import { listAt, recordAt, textAt } from '../value.ts'
import { workloadsOf } from '../workload.ts'
import type { Workload } from '../workload.ts'
import { hostsOfWorkload } from './host-references.ts'
import { directoryOf, resolveHost } from './host-resolution.ts'
import { problemOf, textsOf } from './scope.ts'
import type { Fault } from './scope.ts'
import { servicesOf } from './service-directory.ts'
import { secretUsesOf, withoutHash } from './secret-uses.ts'
import type { SecretUse } from './secret-uses.ts'

/** S04 to S06: who gets which key, and how. */
export const secretContractChecks: readonly Check[] = [
  {
    id: 'S04',
    severity: 'high',
    title: 'Every workload gets only the keys that are meant for it, one by one',
    run: (input) =>
      deployed(input).flatMap(({ manifests }) =>
        workloadsOf(manifests).flatMap((workload) =>
          distinctFaults(secretUsesOf(workload).flatMap((use) => keyFaults(input, workload, use))).map(
            (fault) => problemOf(workload.manifest, fault),
          ),
        ),
      ),
  },
  {
    id: 'S05',
    severity: 'medium',
    title: 'Secrets come as files, which processes and dumps of environments do not show',
    run: (input) => deployed(input).flatMap(environmentProblems),
  },
  {
    id: 'S06',
    severity: 'high',
    title: 'No two components share a credential, but the server that checks it and the one that uses it',
    run: (input) => deployed(input).flatMap((build) => sharedProblems(input, build)),
  },
]

/** What the settings say of a Secret: its keys, who may have each, and who sets them. */
type Contract = Readonly<{
  keys: readonly string[]
  /** Undefined where the settings name the keys alone. */
  users(key: string): readonly string[] | undefined
  issuers: readonly string[]
}>

/** The contract of a Secret; null where the settings have none. */
export function contractOf({ settings }: AuditInput, secret: string): Contract | null {
  const contract = recordAt(settings, 'secrets')[withoutHash(secret)]
  if (contract === undefined) return null
  const list = textsOf(listAt(contract, 'keys'))
  const record = recordAt(contract, 'keys')
  return {
    keys: list.length > 0 ? list : Object.keys(record),
    users: (key) => (Array.isArray(record[key]) ? textsOf(listAt(record, key)) : undefined),
    issuers: textsOf(listAt(contract, 'issuers')),
  }
}

/** Certificates are read whole: a key and what signs it. */
const IS_CERTIFICATE = /(?:^|-)(?:tls|cert|certs|ca)(?:-|$)/

function keyFaults(input: AuditInput, { name }: Workload, use: SecretUse): readonly Fault[] {
  const { secret, key, way, container } = use
  const contract = contractOf(input, secret)
  if (way === 'envFrom') {
    const message = `container ${container} takes every key of Secret ${secret} into its environment`
    return [{ message, mend: 'Mount the keys that it needs as files, with `items`.' }]
  }
  if (key === null) {
    const isWholeMeant =
      contract !== null && contract.keys.every((each) => contract.users(each)?.includes(name) ?? false)
    if (isWholeMeant || IS_CERTIFICATE.test(secret) || contract?.keys.length === 1) return []
    const message = `mounts every key of Secret ${secret}`
    return [{ message, mend: 'Name the keys that it needs in `items`.' }]
  }
  const users = contract?.users(key)
  if (users === undefined || users.includes(name)) return []
  const message = `gets key ${key} of Secret ${secret}, which is meant for ${users.join(', ')}`
  return [{ message, mend: 'Take the key out, or name the workload in audit.yaml.' }]
}

const environmentProblems = ({ manifests }: Build): readonly Problem[] =>
  workloadsOf(manifests).flatMap((workload) =>
    distinctFaults(
      secretUsesOf(workload)
        .filter(({ way }) => way !== 'file')
        .map(({ secret, key, container }) => ({
          message: `container ${container} has ${key ?? 'every key'} of Secret ${secret} in its environment`,
          mend: 'Mount it as a file and name the file in a variable; or waive it with the reason.',
        })),
    ).map((fault) => problemOf(workload.manifest, fault)),
  )

type User = Readonly<{ workload: Workload; secret: string; key: string }>

function sharedProblems(input: AuditInput, build: Build): readonly Problem[] {
  const workloads = workloadsOf(build.manifests)
  const users = new Map<string, User[]>()
  for (const user of workloads.flatMap((workload) => usersOf(input, workload))) {
    const key = `${user.workload.namespace}/${user.secret}/${user.key}`
    users.set(key, [...(users.get(key) ?? []), user])
  }
  return [...users.values()].flatMap((same) => sharedBy(input, build, same))
}

const usersOf = (input: AuditInput, workload: Workload): readonly User[] => {
  const pairs = secretUsesOf(workload).flatMap(({ secret, key }) => {
    if (IS_CERTIFICATE.test(secret)) return []
    const keys = key === null ? (contractOf(input, secret)?.keys ?? ['every key']) : [key]
    return keys.map((each) => [secret, each] as const)
  })
  const unique = new Map(pairs.map(([secret, key]) => [`${secret}/${key}`, { workload, secret, key }]))
  return [...unique.values()]
}

/** One user beside those that set it; and that one talks to them, or it uses somebody else's password. */
function sharedBy(input: AuditInput, build: Build, users: readonly User[]): readonly Problem[] {
  const [first] = users
  if (first === undefined || users.length < 2) return []
  const { secret, key } = first
  const issuers = users.filter(({ workload }) => isIssuer(input, secret, workload))
  const consumers = users.filter((user) => !issuers.includes(user))
  const [consumer, second] = consumers
  if (consumer === undefined) return []
  if (second !== undefined) {
    const names = consumers.map(({ workload }) => workload.name).join(', ')
    const message = `shares key ${key} of Secret ${secret} with others: ${names}`
    return [problemOf(consumer.workload.manifest, { message, mend: 'Give each a credential of its own.' })]
  }
  const served = issuers.filter(({ workload }) => hasService(build, workload))
  if (
    served.length === 0 ||
    served.some(({ workload }) => talksTo(input, build, consumer.workload, workload))
  ) {
    return []
  }
  const names = served.map(({ workload }) => workload.name).join(', ')
  const message = `uses key ${key} of Secret ${secret}, the credential of ${names}, which it does not talk to`
  return [problemOf(consumer.workload.manifest, { message, mend: 'Give it a credential of its own.' })]
}

/** Servers that check passwords, and what sets them up. */
const SERVERS = /^(?:cdb-)?(?:postgres(?:ql)?|redis|valkey|mysql|mariadb)$/

function isIssuer(input: AuditInput, secret: string, { name, containers }: Workload): boolean {
  const issuers = contractOf(input, secret)?.issuers ?? []
  if (issuers.length > 0) return issuers.includes(name)
  const images = containers.map(
    ({ value }) => textAt(value, 'image')?.split('/').at(-1)?.split(/[:@]/)[0] ?? '',
  )
  return images.some((image) => SERVERS.test(image)) && !/backup|restore/.test(name)
}

const hasService = ({ manifests }: Build, { manifest }: Workload): boolean =>
  servicesOf(manifests).some(({ workloads }) => workloads.some((each) => each.manifest === manifest))

function talksTo(input: AuditInput, build: Build, from: Workload, to: Workload): boolean {
  const directory = directoryOf(input, build)
  return hostsOfWorkload(build.manifests, from).some(({ host }) => {
    const found = resolveHost(directory, host, from.namespace)
    return (
      found.kind === 'service' && found.service.workloads.some(({ manifest }) => manifest === to.manifest)
    )
  })
}

const distinctFaults = (faults: readonly Fault[]): readonly Fault[] => [
  ...new Map(faults.map((fault) => [fault.message, fault])).values(),
]
