import type { RatedProblem } from './audit-outcome.ts'
import { deployed } from './check.ts'
import type { AuditInput, Build, Problem } from './check.ts'
import type { Ask } from './live-cluster.ts'
import { groupOf, manifestOf, titleOf } from './manifest.ts'
import type { Manifest } from './manifest.ts'
import { isRecord, listAt, numberAt, recordAt, textAt } from './value.ts'
import type { Value } from './value.ts'

const FLUX_KIND = 'kustomizations.kustomize.toolkit.fluxcd.io'
const WORDS_MAX = 400

/**
 * Asks a cluster whether it takes the builds (L01), whether what is deployed is ready (L03), and whether Flux
 * is (L04). It only reads, and applies dry. A check whose subject is not in the cluster has no entry: it was
 * not run. A cluster that does not answer is a problem of each.
 */
export async function auditCluster(
  input: AuditInput,
  ask: Ask,
): Promise<ReadonlyMap<string, readonly RatedProblem[]>> {
  const { code, stderr } = await ask(['get', '--raw', '/readyz'])
  if (code !== 0) {
    const silent = problem(
      '',
      `the cluster does not answer: ${wordsOf(stderr)}`,
      'kubectl config view says which',
    )
    return new Map(['L01', 'L03', 'L04'].map((id) => [id, [silent]]))
  }
  const builds = deployed(input).filter(({ error, environment }) => error === null && environment !== null)
  const found = new Map<string, readonly RatedProblem[]>()
  if (builds.length > 0) found.set('L01', (await inTurn(builds, (build) => refusals(build, ask))).flat())
  const standing = (await inTurn(builds, (build) => unready(build, ask))).filter((each) => each !== null)
  if (standing.length > 0) found.set('L03', standing.flat())
  const flux = await fluxProblems(input, ask)
  if (flux !== null) found.set('L04', flux)
  return found
}

const problem = (object: string, message: string, mend: string): Problem => ({ object, message, mend })

async function inTurn<From, To>(
  items: readonly From[],
  work: (item: From) => Promise<To>,
): Promise<readonly To[]> {
  const results: To[] = []
  for (const item of items) results.push(await work(item))
  return results
}

const wordsOf = (stderr: string): string => {
  const words = stderr.trim().split('\n').at(-1) ?? ''
  return words.length > WORDS_MAX ? `${words.slice(0, WORDS_MAX)}...` : words
}

/** What the API server says against a build that is applied dry: refusals, and warnings of the admission. */
async function refusals({ path, manifests }: Build, ask: Ask): Promise<readonly Problem[]> {
  const list = { apiVersion: 'v1', kind: 'List', items: manifests.map(({ value }) => value) }
  const dry = ['apply', '--server-side', '--dry-run=server', '--field-manager=cdb-audit', '--force-conflicts']
  const { code, stderr } = await ask([...dry, '--filename=-'], JSON.stringify(list))
  const lines = stderr.split('\n').filter((line) => line.trim() !== '')
  if (code === 0 && lines.length === 0) return []
  const said = lines.length > 0 ? lines : [`kubectl ended with ${code}`]
  return said.map((line) =>
    problem(path, wordsOf(line), 'mend what the API server names; a namespace has to be there first'),
  )
}

/** What of a deployed environment is not ready; null where nothing of it is deployed. */
async function unready({ manifests }: Build, ask: Ask): Promise<readonly Problem[] | null> {
  const wanted = manifests.filter(({ kind }) => ['Deployment', 'StatefulSet'].includes(kind))
  const namespaces = [...new Set(wanted.map(({ namespace }) => namespace))]
  const kinds = 'deployments,statefulsets,pods,services,endpointslices'
  const answers = await inTurn(namespaces, (namespace) => listOf(ask, [kinds, `--namespace=${namespace}`]))
  const fault = answers.find((answer) => typeof answer === 'string')
  if (typeof fault === 'string') return [problem('', fault, 'let your account get these kinds')]
  const objects = answers.flatMap((answer) => (typeof answer === 'string' ? [] : answer))
  const there = new Map(objects.map((object) => [titleOf(object), object]))
  if (!wanted.some((each) => there.has(titleOf(each)))) return null
  return [
    ...wanted.flatMap((each) => unreadyWorkload(titleOf(each), there.get(titleOf(each)))),
    ...objects.filter(({ kind }) => kind === 'Pod').flatMap(restartsOf),
    ...manifests
      .filter(({ kind, value }) => kind === 'Service' && isRecord(recordAt(value, 'spec')['selector']))
      .flatMap((service) => idleService(service, objects)),
  ]
}

function unreadyWorkload(title: string, found: Manifest | undefined): readonly Problem[] {
  if (found === undefined) return [problem(title, 'is not in the cluster', 'deploy the environment again')]
  const [wanted, ready] = [numberAt(found.value, 'spec', 'replicas') ?? 1, readyReplicas(found)]
  if (ready === wanted) return []
  return [
    problem(title, `has ${ready} of ${wanted} replicas ready`, 'kubectl describe says what they wait for'),
  ]
}

/** Replicas of the newest template that are ready; 0 while the controller has not seen the newest one. */
function readyReplicas({ value }: Manifest): number {
  if (numberAt(value, 'status', 'observedGeneration') !== numberAt(value, 'metadata', 'generation')) return 0
  const count = (name: string): number => numberAt(value, 'status', name) ?? 0
  return Math.min(count('readyReplicas'), count('updatedReplicas'))
}

function restartsOf(pod: Manifest): readonly Problem[] {
  const restarts = listAt(pod.value, 'status', 'containerStatuses')
    .map((status) => numberAt(status, 'restartCount') ?? 0)
    .reduce((sum, count) => sum + count, 0)
  if (restarts === 0) return []
  const message = `its containers have started again ${restarts} times`
  return [problem(titleOf(pod), message, 'kubectl logs --previous says why')]
}

function idleService(service: Manifest, objects: readonly Manifest[]): readonly Problem[] {
  const isReady = objects
    .filter(({ kind, namespace }) => kind === 'EndpointSlice' && namespace === service.namespace)
    .filter(({ labels }) => labels['kubernetes.io/service-name'] === service.name)
    .flatMap(({ value }) => listAt(value, 'endpoints'))
    .some((endpoint) => recordAt(endpoint, 'conditions')['ready'] === true)
  return isReady
    ? []
    : [problem(titleOf(service), 'has no ready endpoint', 'its pods are not ready, or not selected')]
}

/** What is wrong with the Kustomizations of Flux that deploy these builds; null where there are none. */
async function fluxProblems(
  { builds, environments }: AuditInput,
  ask: Ask,
): Promise<readonly Problem[] | null> {
  const answer = await listOf(ask, [FLUX_KIND, '--all-namespaces'])
  if (typeof answer === 'string') {
    const isAbsent = /resource type/.test(answer)
    return isAbsent ? null : [problem('', answer, 'let your account get the Kustomizations of Flux')]
  }
  const chosen = builds.filter(({ environment }) => environments.some((each) => each === environment))
  const ours = answer.flatMap((sync) => {
    const path = textAt(sync.value, 'spec', 'path') ?? ''
    const build = chosen.find((each) => path.endsWith(`/${each.path}`))
    return build === undefined ? [] : [{ sync, build }]
  })
  if (ours.length === 0) return null
  const isReady = new Map(answer.map((sync) => [sync.name, textAt(readyOf(sync), 'status') === 'True']))
  return ours.flatMap(({ sync, build }) => [
    ...(isReady.get(sync.name) === true ? [] : [notReady(sync)]),
    ...listAt(sync.value, 'spec', 'dependsOn')
      .map((other) => textAt(other, 'name') ?? '')
      .filter((name) => isReady.get(name) !== true)
      .map((name) =>
        problem(titleOf(sync), `depends on ${name}, which is not ready`, `reconcile ${name} first`),
      ),
    ...inventoryProblems(sync, build),
  ])
}

const readyOf = ({ value }: Manifest): Value | undefined =>
  listAt(value, 'status', 'conditions').find((condition) => textAt(condition, 'type') === 'Ready')

const notReady = (sync: Manifest): Problem => {
  const message = wordsOf(textAt(readyOf(sync), 'message') ?? 'it has not been reconciled')
  return problem(
    titleOf(sync),
    `is not ready: ${message}`,
    'mend it by a commit; flux/README.md has the causes',
  )
}

/** Flux lists what it has applied as `namespace_name_group_kind`. */
function inventoryProblems(sync: Manifest, { manifests }: Build): readonly Problem[] {
  const held = new Set(
    listAt(sync.value, 'status', 'inventory', 'entries').map((entry) => textAt(entry, 'id') ?? ''),
  )
  const built = new Set(
    manifests.map((each) =>
      [each.namespace, each.name.replaceAll(':', '__'), groupOf(each), each.kind].join('_'),
    ),
  )
  const lacking = [...built].filter((id) => !held.has(id))
  const foreign = [...held].filter((id) => !built.has(id))
  if (lacking.length === 0 && foreign.length === 0) return []
  const message = `its inventory lacks ${namesOf(lacking)} and has ${namesOf(foreign)} besides`
  return [
    problem(titleOf(sync), message, 'its revision is another one than this folder: commit, or check it out'),
  ]
}

const namesOf = (ids: readonly string[]): string =>
  ids.length === 0 ? 'nothing' : `${ids.slice(0, 3).join(', ')}${ids.length > 3 ? ' and more' : ''}`

/** Objects of the cluster, or why they cannot be had. */
async function listOf(ask: Ask, what: readonly string[]): Promise<readonly Manifest[] | string> {
  const { code, stdout, stderr } = await ask(['get', ...what, '--output=json'])
  if (code !== 0) return wordsOf(stderr)
  return listAt(JSON.parse(stdout) as Value, 'items').flatMap((item) =>
    isRecord(item) ? [manifestOf(item)] : [],
  )
}
