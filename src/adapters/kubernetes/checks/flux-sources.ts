import type { AuditInput, Check } from '../check.ts'
import type { Manifest } from '../manifest.ts'
import { at, listAt, recordAt, textAt } from '../value.ts'
import { isKnownSecret } from './flux-secrets.ts'
import { activeSyncs, gitopsObjects } from './gitops-syncs.ts'
import { problemOf } from './scope.ts'
import type { Fault } from './scope.ts'

/** Where Flux takes the manifests from. */
export const fluxSourceChecks: readonly Check[] = [
  {
    id: 'G11',
    severity: 'high',
    title: 'Git is read with the right credentials, and production follows signed tags',
    run: (input) =>
      gitopsObjects(input)
        .filter(({ kind }) => kind === 'GitRepository')
        .flatMap((manifest) =>
          [
            ...credentialFaults(manifest, input),
            ...extentFaults(manifest),
            ...(isOfProduction(manifest, input) ? pinFaults(manifest) : []),
          ].map((fault) => problemOf(manifest, fault)),
        ),
  },
]

function credentialFaults(manifest: Manifest, input: AuditInput): readonly Fault[] {
  const url = textAt(manifest.value, 'spec', 'url') ?? ''
  const secret = textAt(manifest.value, 'spec', 'secretRef', 'name')
  const scheme = url.split(':')[0] ?? ''
  return [
    ...(scheme === 'http'
      ? [
          {
            message: `reads ${url}, which anyone on the way can change`,
            mend: 'write an https or ssh address',
          },
        ]
      : []),
    ...(scheme === 'ssh' && secret === undefined
      ? [
          {
            message: `reads ${url} without a key`,
            mend: 'name a Secret with identity and known_hosts in spec.secretRef',
          },
        ]
      : []),
    ...[secret, textAt(manifest.value, 'spec', 'verify', 'secretRef', 'name')]
      .filter((name) => name !== undefined)
      .filter((name) => !isKnownSecret(input, name, manifest.namespace))
      .map((name) => ({
        message: `needs the Secret ${name}, and no guide says how to make it`,
        mend: `write down how it is made, with ${name === secret ? keysOf(scheme) : 'the public keys'}`,
      })),
  ]
}

/** The keys of a Secret that a source reads with that scheme. */
const keysOf = (scheme: string): string =>
  scheme === 'ssh' ? 'identity and known_hosts' : 'username and password'

const extentFaults = ({ value }: Manifest): readonly Fault[] =>
  textAt(value, 'spec', 'ignore') !== undefined || listAt(value, 'spec', 'sparseCheckout').length > 0
    ? []
    : [
        {
          message: 'hands the whole repository to the controllers',
          mend: 'leave all out but the manifests in spec.ignore',
        },
      ]

const isOfProduction = (source: Manifest, input: AuditInput): boolean =>
  activeSyncs(input, 'flux').some(({ environment, manifest }) => {
    const reference = recordAt(manifest.value, 'spec', 'sourceRef')
    const isRead =
      textAt(reference, 'name') === source.name &&
      (textAt(reference, 'namespace') ?? manifest.namespace) === source.namespace
    return isRead && /^prod|-prod/.test(environment ?? manifest.name)
  })

function pinFaults({ value }: Manifest): readonly Fault[] {
  const pins = ['commit', 'semver', 'tag'].map((key) => textAt(value, 'spec', 'ref', key))
  const isPinned = pins.some((pin) => pin !== undefined)
  return [
    ...(isPinned
      ? []
      : [
          {
            message: `deploys ${textAt(value, 'spec', 'ref', 'branch') ?? 'a branch'} to production as it moves`,
            mend: 'write a release tag or a range of them into spec.ref: tag or semver',
          },
        ]),
    ...(at(value, 'spec', 'verify') === undefined
      ? [
          {
            message: 'deploys to production what nobody has signed',
            mend: 'write spec.verify with mode: TagAndHEAD and a Secret of public keys',
          },
        ]
      : verifyFaults(value, isPinned)),
  ]
}

function verifyFaults(value: Manifest['value'], isPinned: boolean): readonly Fault[] {
  const mode = textAt(value, 'spec', 'verify', 'mode') ?? 'HEAD'
  const hasTag = ['semver', 'tag', 'name'].some((key) => textAt(value, 'spec', 'ref', key) !== undefined)
  return isPinned && !hasTag && mode.startsWith('Tag')
    ? [
        {
          message: `verifies the ${mode} of a commit that is named by no tag`,
          mend: 'write mode: HEAD, or follow a tag',
        },
      ]
    : []
}
