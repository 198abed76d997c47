import type { AuditInput, Build, Check, Problem } from '../check.ts'
import type { Manifest } from '../manifest.ts'
import { recordAt, textAt } from '../value.ts'
import { problemOf } from './scope.ts'
import type { Fault } from './scope.ts'
import { distinct } from './secrets.ts'
import { placeOf } from './service-directory.ts'

/** S07: a sealed value is opened only under the name and in the namespace that it was sealed for. */
export const sealedSecretChecks: readonly Check[] = [
  {
    id: 'S07',
    severity: 'high',
    title:
      'SealedSecrets keep the name, namespace and scope that they were sealed for after every transformer',
    run: (input) =>
      distinct([
        ...sealedSecretsOf(input).flatMap(({ manifest }) =>
          sealedFaults(manifest).map((fault) => problemOf(manifest, fault)),
        ),
        ...movedProblems(input),
      ]),
  },
]

type Sealed = Readonly<{ manifest: Manifest; build: Build | null }>

type Scope = 'strict' | 'namespace-wide' | 'cluster-wide'

const ANNOTATION = 'sealedsecrets.bitnami.com/'

const sealedSecretsOf = ({ builds, gitops }: AuditInput): readonly Sealed[] =>
  [
    ...builds.flatMap((build) => build.manifests.map((manifest) => ({ manifest, build }))),
    ...gitops.map((manifest) => ({ manifest, build: null })),
  ].filter(({ manifest }) => manifest.kind === 'SealedSecret')

/** By its annotations; the one of the cluster outweighs the other. */
function scopeOf(annotations: Readonly<Record<string, unknown>>): Scope {
  if (annotations[`${ANNOTATION}cluster-wide`] === 'true') return 'cluster-wide'
  return annotations[`${ANNOTATION}namespace-wide`] === 'true' ? 'namespace-wide' : 'strict'
}

function sealedFaults(manifest: Manifest): readonly Fault[] {
  const { value, name, namespace } = manifest
  const template = recordAt(value, 'spec', 'template', 'metadata')
  const scope = scopeOf(manifest.annotations)
  const inner = recordAt(template, 'annotations')
  const [innerName, innerNamespace] = [textAt(template, 'name'), textAt(template, 'namespace')]
  const keys = Object.entries(recordAt(value, 'spec', 'encryptedData'))
  const open = keys.filter(([, text]) => !isSealed(text))
  return [
    ...(innerName === undefined || innerName === name
      ? []
      : [
          {
            message: `is named ${name}, and its template ${innerName}`,
            mend: 'Take prefixes away from it, and seal it for the name that it has.',
          },
        ]),
    ...(innerNamespace === undefined || placeOf(innerNamespace) === placeOf(namespace)
      ? []
      : [
          {
            message: `stands in namespace ${placeOf(namespace)}, and its template in ${innerNamespace}`,
            mend: 'Seal it for the namespace of the overlay.',
          },
        ]),
    ...(Object.keys(inner).some((key) => key.startsWith(ANNOTATION)) && scopeOf(inner) !== scope
      ? [
          {
            message: `its scope is ${scope}, and ${scopeOf(inner)} in its template`,
            mend: 'Write the same annotation at both, the one that it was sealed with.',
          },
        ]
      : []),
    ...(keys.length === 0 ? [{ message: 'seals no key', mend: 'Make it with kubeseal.' }] : []),
    ...open.map(([key]) => ({
      message: `key ${key} holds what kubeseal has not sealed`,
      mend: 'Make it with kubeseal, with the certificate of the cluster.',
    })),
  ]
}

/** Ciphertext in base64: a length, a session key of RSA, and what it opens. */
export const isSealed = (text: unknown): text is string =>
  typeof text === 'string' && text.length >= 300 && /^[A-Za-z0-9+/]+={0,2}$/.test(text)

/** One sealed value in two places: it opens in one of them at most. */
function movedProblems(input: AuditInput): readonly Problem[] {
  const places = new Map<string, string>()
  return sealedSecretsOf(input).flatMap(({ manifest }) => {
    const scope = scopeOf(manifest.annotations)
    if (scope === 'cluster-wide') return []
    const name = scope === 'strict' ? `/${manifest.name}` : ''
    const place = `${placeOf(manifest.namespace)}${name}`
    const values = Object.values(recordAt(manifest.value, 'spec', 'encryptedData')).filter(isSealed)
    const moved = values.find((text) => {
      const first = places.get(text)
      places.set(text, first ?? place)
      return first !== undefined && first !== place
    })
    if (moved === undefined) return []
    const message = `holds what is sealed for ${places.get(moved) ?? ''} with scope ${scope}`
    return [problemOf(manifest, { message, mend: 'Seal it anew for this environment.' })]
  })
}
