import type { Manifest } from './manifest.ts'
import type { ValueRecord } from './value.ts'

export const severities = ['blocker', 'high', 'medium', 'low'] as const
export type Severity = (typeof severities)[number]

/** A file of the folder as it stands there. */
export type SourceFile = Readonly<{ path: string; text: string }>

/** What `kubectl kustomize` makes of one folder, or the objects of a folder without a kustomization. */
export type Build = Readonly<{
  /** Path below the folder that is audited, `overlays/prod/services`; `.` for the folder itself. */
  path: string
  /** Which of the folder's environments it belongs to: the first folder below `overlays`; else null. */
  environment: string | null
  /** `overlays/prod`, or the folder itself: everything of that environment at once. */
  isWhole: boolean
  manifests: readonly Manifest[]
  /** Why it does not build; `manifests` is empty then. */
  error: string | null
  /** What the build said on stderr. */
  warnings: readonly string[]
}>

/** Everything that the static checks look at. */
export type AuditInput = Readonly<{
  /** Absolute path of the audited folder, for messages. */
  folder: string
  /** The environments that were chosen: all below `overlays`, or the one of --overlay. */
  environments: readonly string[]
  /** Every build of the folder: base, layers, components' combinations, overlays. */
  builds: readonly Build[]
  /** Objects of GitOps that stand in no build: files below `flux`, `argocd`, `cluster`. */
  gitops: readonly Manifest[]
  /** Every text file of the folder, builds or not. */
  files: readonly SourceFile[]
  /** `audit.yaml` of the folder, which says what its checks cannot know; empty where there is none. */
  settings: ValueRecord
}>

/** One thing that is wrong, and what mends it. */
export type Problem = Readonly<{
  /** Below the audited folder; null where only the build shows it. */
  file?: string | null
  line?: number
  /** `Deployment cdb-trading/cdb-ws`; empty for a file. */
  object: string
  message: string
  mend: string
}>

/** What the checks of a letter are about. */
export const checkGroups = {
  R: 'Builds and schemas',
  W: 'Workloads',
  X: 'Objects that must fit together',
  S: 'Secrets',
  G: 'GitOps',
  D: 'Scripts and documents',
  L: 'On a cluster',
} as const

/** A check reads and says; it throws only when it is itself broken. */
export type Check = Readonly<{
  /** Letter of its group and two digits, such as `W01`. */
  id: string
  severity: Severity
  /** What holds when it passes, in one line. */
  title: string
  run(input: AuditInput): readonly Problem[]
}>

/** Builds that are deployed as they are: the whole of each chosen environment. */
export const deployed = ({ builds, environments }: AuditInput): readonly Build[] =>
  builds.filter(
    ({ isWhole, environment }) => isWhole && (environment === null || environments.includes(environment)),
  )
