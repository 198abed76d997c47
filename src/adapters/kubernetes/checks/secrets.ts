import { deployed } from '../check.ts'
import type { AuditInput, Build, Check, Problem } from '../check.ts'
import { titleOf } from '../manifest.ts'
import type { Manifest } from '../manifest.ts'
import { isRecord, recordAt } from '../value.ts'
import { workloadsOf } from '../workload.ts'
import { problemOf } from './scope.ts'
import { secretSourceOf } from './secret-source.ts'
import { secretUsesOf, withoutHash } from './secret-uses.ts'

/** S01 and S03: Secrets come from outside of Git, and GitOps leaves them alone. */
export const secretChecks: readonly Check[] = [
  {
    id: 'S01',
    severity: 'blocker',
    title: 'No build holds a Secret with data, unless SOPS has encrypted it',
    run: (input) => distinct(secretsOf(input).filter(holdsData).map(dataProblem)),
  },
  {
    id: 'S03',
    severity: 'blocker',
    title: 'GitOps owns none of the Secrets that are made by hand, and each has one maker',
    run: (input) => distinct([...ownedProblems(input), ...deployed(input).flatMap(doubleProblems)]),
  },
]

/** Secrets of every build and of what stands beside them. */
const secretsOf = ({ builds, gitops }: AuditInput): readonly Manifest[] =>
  [...builds.flatMap(({ manifests }) => manifests), ...gitops].filter(
    ({ kind, apiVersion }) => kind === 'Secret' && apiVersion === 'v1',
  )

function holdsData(secret: Manifest): boolean {
  const texts = [
    ...Object.values(recordAt(secret.value, 'data')),
    ...Object.values(recordAt(secret.value, 'stringData')),
  ]
  return texts.length > 0 && !isEncrypted(secret)
}

/** Every value is ciphertext, and the block of SOPS says how to read it. */
const isEncrypted = ({ value }: Manifest): boolean =>
  isRecord(value['sops']) &&
  [recordAt(value, 'data'), recordAt(value, 'stringData')]
    .flatMap((data) => Object.values(data))
    .every((text) => typeof text === 'string' && text.startsWith('ENC['))

function dataProblem(secret: Manifest): Problem {
  const keys = Object.keys({ ...recordAt(secret.value, 'data'), ...recordAt(secret.value, 'stringData') })
  return problemOf(secret, {
    message: `is rendered with data: ${keys.slice(0, 5).join(', ')}${keys.length > 5 ? ', ...' : ''}`,
    mend: 'Make it outside of Git, or with SealedSecret, ExternalSecret, Vault or SOPS.',
  })
}

/** A Secret that is rendered under a name that pods read overwrites the real one at each reconciliation. */
function ownedProblems(input: AuditInput): readonly Problem[] {
  const consumed = input.builds.flatMap(({ manifests }) =>
    workloadsOf(manifests).flatMap((workload) =>
      secretUsesOf(workload).map(({ secret }) => withoutHash(secret)),
    ),
  )
  const names = new Set([...consumed, ...Object.keys(recordAt(input.settings, 'secrets'))])
  return secretsOf(input)
    .filter((secret) => !isEncrypted(secret) && isContract(names, withoutHash(secret.name)))
    .map((secret) =>
      problemOf(secret, {
        message: 'is applied from the folder, so that GitOps overwrites the one that pods need',
        mend: 'Take it out of resources; show how to make it in the guide.',
      }),
    )
}

/** Also behind a prefix: `dev-cdb-secrets` is the environment's copy of `cdb-secrets`. */
const isContract = (names: ReadonlySet<string>, name: string): boolean =>
  names.has(name) || [...names].some((each) => name.endsWith(`-${each}`))

function doubleProblems({ manifests }: Build): readonly Problem[] {
  const makers = new Map<string, Manifest>()
  return manifests.flatMap((manifest) => {
    const name = secretSourceOf(manifest)?.name
    if (name === undefined) return []
    const key = `${manifest.namespace}/${name}`
    const other = makers.get(key)
    makers.set(key, manifest)
    if (other === undefined) return []
    const message = `makes Secret ${name}, and so does ${titleOf(other)}`
    return [problemOf(manifest, { message, mend: 'Choose one way to make each Secret.' })]
  })
}

/** Layers and wholes hold the same objects; each is told once. */
export const distinct = (problems: readonly Problem[]): readonly Problem[] => [
  ...new Map(problems.map((problem) => [`${problem.object}|${problem.message}`, problem])).values(),
]
