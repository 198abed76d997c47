import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { parse, parseDocument } from 'yaml'
import { isYaml, readDocument } from '../../src/adapters/kubernetes/checks/documents-text.ts'
import { shellBlocks } from '../k8s/guide-shell.ts'
import { manifestsFolder, overlayOf } from './environments.ts'
import type { Environment } from './environments.ts'
import type { Kubectl } from './kubectl.ts'
import type { SecretValues } from './secret-contract.ts'
import { toolOf } from './tool-catalog.ts'
import { binaryOf } from './tools.ts'

export const GUIDE = 'SECRETS_GUIDE.md'

/** A copy of the manifests whose reader follows the page on Secrets. */
export type SecretCheckout = Readonly<{
  /**
   * Runs texts of the guide as one bash in the root of the copy, as they are for the environment, and returns
   * what they printed; throws with what they complained about when they fail.
   */
  follow(environment: Environment, texts: readonly string[]): Promise<string>
  /** The values that the last run has made, before it removed their files as the guide says. */
  made(): SecretValues
  /** Adds to the overlay what the guide shows below a heading. */
  addToOverlay(environment: Environment, heading: string): void
  /** Writes a file beside the overlay of the infrastructure layer. */
  writeToOverlay(environment: Environment, name: string, text: string): void
  /** Applies of that layer what is about Secrets, as the guide does before the first deployment. */
  apply(environment: Environment): Promise<void>
}>

/** Every object of the components for Secrets has it. */
export const OF_SECRETS = 'app.kubernetes.io/component=secrets'

const MS_MAX = 120_000

/** The values are looked at after their files have gone. */
const PRELUDE = `set -euo pipefail
rm() { cp -r "$secrets/." "$CDB_KEPT"; command rm "$@"; }
`

/** Nothing of a password that a person chooses may be taken for syntax on its way. */
export const OF_A_PERSON = `a "b" 'c' $d \\e {{ .f }} ä€ #g%h`

/** Copies the manifests into a folder below the given one. */
export function createSecretCheckout(kubectl: Kubectl, parent: string): SecretCheckout {
  const folder = mkdtempSync(join(parent, 'secrets-'))
  const [manifests, kept, temporary] = [join(folder, 'k8s'), join(folder, 'kept'), join(folder, 'tmp')]
  cpSync(manifestsFolder, manifests, { recursive: true })
  mkdirSync(temporary)
  const programs = [dirname(kubectl.path), dirname(binaryOf(toolOf('kubeseal')))]
  const env = {
    ...{ ...process.env, KUBECONFIG: kubectl.kubeconfig, TMPDIR: temporary, CDB_KEPT: kept },
    PATH: [...programs, process.env['PATH'] ?? ''].join(delimiter),
  }
  const layer = (environment: Environment): string =>
    join(overlayOf(manifests, environment), 'infrastructure')
  const run = async (environment: Environment, texts: readonly string[]): Promise<string> => {
    const text = `${PRELUDE}namespace=${environment.namespace}\n${asFor(environment, texts.join('\n'))}`
    const { stdout } = await promisify(execFile)('bash', ['-c', text], { cwd: folder, env, timeout: MS_MAX })
    return stdout
  }
  return {
    follow(environment, texts) {
      rmSync(kept, { recursive: true, force: true })
      mkdirSync(kept)
      return run(environment, texts)
    },
    made: () => valuesIn(kept),
    addToOverlay(environment, heading) {
      const path = join(layer(environment), 'kustomization.yaml')
      writeFileSync(path, withLists(readFileSync(path, 'utf8'), yamlBelow(heading)))
    },
    writeToOverlay(environment, name, text) {
      writeFileSync(join(layer(environment), name), text)
    },
    async apply(environment) {
      await run(environment, shellBelow('Before the first deployment'))
    },
  }
}

/** Below a heading, the blocks of shell. */
export function shellBelow(heading: string): readonly string[] {
  const blocks = shellBlocks(GUIDE, [heading])
  if (blocks.length > 0) return blocks
  throw new Error(`${GUIDE} has no block of shell right below "${heading}"`)
}

/** The command of the guide that has the operator look at its store at once; it stands in the text. */
export function forceSync(): string {
  const text = readFileSync(join(manifestsFolder, GUIDE), 'utf8')
  const command = /`(kubectl annotate externalsecret [^`]+)`/.exec(text)?.[1]
  if (command !== undefined) return command
  throw new Error(`${GUIDE} has no kubectl annotate externalsecret`)
}

/** What the guide says for production, as it is for an environment. */
const asFor = ({ name, namespace }: Environment, text: string): string =>
  text
    .replaceAll(/\bcdb-trading(?:-dev)?\b/g, namespace)
    .replaceAll(/\b(environment=|overlays\/)(?:dev|prod)\b/g, `$1${name}`)

function valuesIn(folder: string): SecretValues {
  const secrets = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return Object.fromEntries(
    secrets.map(({ name }) => [
      name,
      Object.fromEntries(
        readdirSync(join(folder, name)).map((key) => [key, readFileSync(join(folder, name, key), 'utf8')]),
      ),
    ]),
  )
}

type Lists = Readonly<Record<string, readonly string[]>>

/** The lists of a kustomization that the guide shows below a heading. */
function yamlBelow(heading: string): Lists {
  const text = readFileSync(join(manifestsFolder, GUIDE), 'utf8')
  const section = text.split(/^## /m).find((each) => each.startsWith(`${heading}\n`)) ?? ''
  const block = readDocument(section).blocks.find(isYaml)
  if (block !== undefined) return parse(block.text) as Lists
  throw new Error(`${GUIDE} has no block of YAML below "${heading}"`)
}

/** A kustomization with the entries of lists that it does not have yet. */
function withLists(text: string, lists: Lists): string {
  const document = parseDocument(text)
  const before = document.toJS() as Lists
  for (const [list, entries] of Object.entries(lists)) {
    const missing = entries.filter((entry) => before[list]?.includes(entry) !== true)
    for (const entry of missing) document.addIn([list], entry)
  }
  return document.toString()
}
