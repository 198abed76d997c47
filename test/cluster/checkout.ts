import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, readdirSync, symlinkSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { parseDocument } from 'yaml'
import { shellBlocks } from '../k8s/guide-shell.ts'
import { manifestsFolder } from './environments.ts'
import type { Environment } from './environments.ts'
import type { Kubectl } from './kubectl.ts'
import { treeOf } from './repository.ts'
import type { Tree } from './repository.ts'

/** A checkout of this repository whose environment trades all the time. */
export type Checkout = Readonly<{
  /** Its folder of manifests. */
  manifests: string
  /** Lets the services run a file as their strategy, and nothing else changes. */
  useStrategy(path: string, params: string): void
  /**
   * Runs the blocks of a page below some of its headings as one bash in its root, as they are for its
   * environment, and returns what they printed; throws with that when they fail. `edit` changes the text.
   */
  follow(page: string, headings: readonly string[], edit?: (text: string) => string): Promise<string>
}>

export type CheckoutOptions = Readonly<{
  folder: string
  environment: Environment
  kubectl: Kubectl
  /** Whether the nodes can pull images: then the manifests keep what only a registry has. */
  hasRegistry: boolean
}>

const VENUE = 'components/simulated-venue/venue.yaml'
const LAYERS = ['infrastructure', 'migrations', 'services'] as const
const RESTORE = 'base/operations/restore/kustomization.yaml'
const OUTPUT_CHARS_KEPT = 6_000
const MINUTES_MAX = 15

/** Wishes come often, and no limit ends them: an order shall be on its way whenever something is killed. */
const BUSY = {
  CDB_PARAMS: 'lookback=1s,threshold=0.0001,exitThreshold=0,minVolume=0',
  CDB_LIMITS: [
    ...['C11.second=100000', 'C11.minute=1000000', 'C14.day=1000', 'C14.hourShare=1'],
    ...['C16.entriesMax=100000', 'C16.losses=100000', 'C17.rejects=100000', 'C17.share=1'],
  ].join(','),
}
const TRADES_PER_SECOND = 100

/** Of the quickstart: the cluster and the images are there, and so is what npm installs. */
const PRELUDE = `set -euo pipefail
docker() { :; }
kind() { :; }
npm() { :; }
`

/** Links everything into a folder, except the manifests, which are copied and changed. */
export function createCheckout({ folder, environment, kubectl, hasRegistry }: CheckoutOptions): Checkout {
  const root = join(manifestsFolder, '..')
  mkdirSync(folder, { recursive: true })
  for (const name of readdirSync(root)) {
    if (name !== 'k8s' && name !== '.git') symlinkSync(join(root, name), join(folder, name))
  }
  const manifests = join(folder, 'k8s')
  cpSync(manifestsFolder, manifests, { recursive: true })
  const tree = treeOf(manifests)
  if (!hasRegistry) {
    leaveOutGrafana(tree, environment)
    nameByTag(tree)
  }
  makeBusy(tree, environment)
  const env = {
    ...process.env,
    KUBECONFIG: kubectl.kubeconfig,
    PATH: [dirname(kubectl.path), join(root, 'node_modules', '.bin'), process.env['PATH'] ?? ''].join(
      delimiter,
    ),
  }
  return {
    manifests,
    useStrategy(path, params) {
      useStrategy(tree, environment, { text: readFileSync(path, 'utf8'), params })
    },
    follow(page, headings, edit = (text) => text) {
      const text = `${PRELUDE}namespace=${environment.namespace}\n${edit(guide(page, headings, environment))}`
      return runBash(text, { cwd: folder, env })
    },
  }
}

/** Its image is no package of Debian and no module of Go; a cluster with a registry has it. */
function leaveOutGrafana(tree: Tree, environment: Environment): void {
  const drop = (apiVersion: string, kind: string): object => ({
    patch: `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: grafana }\n$patch: delete\n`,
  })
  addPatches(tree, layerOf(environment, 'infrastructure'), [
    drop('apps/v1', 'Deployment'),
    drop('v1', 'Service'),
  ])
}

const layerOf = ({ name }: Environment, layer: string): string =>
  `overlays/${name}/${layer}/kustomization.yaml`

/** Servers that are named by digest have their tag behind it; the digests of ours are of this tree. */
function nameByTag(tree: Tree): void {
  const digest = /digest: \S+ # (?!\{)(\S+)/g
  for (const path of [RESTORE, ...LAYERS.map((layer) => `overlays/prod/${layer}/kustomization.yaml`)]) {
    const text = tree.read(path)
    if (digest.test(text)) tree.write(path, text.replace(digest, 'newTag: $1'))
  }
}

function makeBusy(tree: Tree, environment: Environment): void {
  tree.edit(VENUE, (text) => text.replace(/^( +)- --cash=10000$/m, `$&\n$1- --rate=${TRADES_PER_SECOND}`))
  tree.edit(layerOf(environment, 'services'), (text) => {
    const document = parseDocument(text)
    for (const [name, value] of Object.entries(BUSY)) {
      document.addIn(['configMapGenerator', 0, 'literals'], `${name}=${value}`)
    }
    return document.toString()
  })
}

/** As the page of the components says. */
function useStrategy(
  tree: Tree,
  environment: Environment,
  { text, params }: Readonly<{ text: string; params: string }>,
): void {
  const layer = layerOf(environment, 'services')
  tree.write(join(dirname(layer), 'mine.ts'), text)
  tree.edit(layer, (before) => {
    const document = parseDocument(before)
    document.addIn(['components'], '../../../components/own-strategy')
    const generator = { name: 'cdb-strategy', files: ['strategy.ts=mine.ts'] }
    document.addIn(['configMapGenerator'], document.createNode(generator))
    return document.toString().replace(/CDB_PARAMS=\S*/, `CDB_PARAMS=${params}`)
  })
}

function addPatches(tree: Tree, path: string, patches: readonly object[]): void {
  tree.edit(path, (text) => {
    const document = parseDocument(text)
    if (!document.has('patches')) document.set('patches', document.createNode([]))
    for (const patch of patches) document.addIn(['patches'], document.createNode(patch))
    return document.toString()
  })
}

type BashOptions = Readonly<{ cwd: string; env: NodeJS.ProcessEnv }>

function runBash(text: string, { cwd, env }: BashOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-c', text], {
      ...{
        cwd,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: MINUTES_MAX * 60_000,
        killSignal: 'SIGKILL',
      },
    })
    let [printed, said] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      printed += part
      said += part
    })
    child.stderr.setEncoding('utf8').on('data', (part: string) => (said += part))
    child.once('error', reject)
    // What runs on in the background holds the pipes open: the end of the shell counts.
    child.once('exit', (code, signal) => {
      if (code === 0) resolve(printed)
      else reject(new Error(`it ended with ${signal ?? String(code)}:\n${said.slice(-OUTPUT_CHARS_KEPT)}`))
    })
  })
}

/** The blocks of a page below some of its headings, as they are for an environment. */
function guide(page: string, headings: readonly string[], { name, namespace }: Environment): string {
  const missing = headings.find((heading) => shellBlocks(page, [heading]).length === 0)
  if (missing !== undefined) throw new Error(`${page} has no block of shell right below "${missing}"`)
  const confirmed = name === 'prod' ? 'prod --yes' : name
  return shellBlocks(page, headings)
    .join('\n')
    .replaceAll(/\bcdb-trading(?:-dev)?\b/g, namespace)
    .replaceAll(/k8s\/overlays\/(?:dev|prod)\b/g, `k8s/overlays/${name}`)
    .replaceAll(/--environment (?:dev|prod)\b/g, `--environment ${confirmed}`)
}
