import { spawn } from 'node:child_process'
import { basename } from 'node:path'
import { findKustomizer } from '../../src/adapters/kubernetes/kubectl.ts'
import { readZipEntries, zipEntryStream } from '../../src/adapters/recording/zip.ts'
import { toolsFolder } from './tools.ts'

/** What a run of kubectl came to. */
export type Answer = Readonly<{ code: number; stdout: string; stderr: string }>

export type KubectlOptions = Readonly<{ input?: string; timeoutMs?: number }>

/** kubectl against one cluster. */
export type Kubectl = Readonly<{
  path: string
  kubeconfig: string
  /** The words before those of a call: the program, and the namespace that it is for. */
  command: readonly string[]
  /** Runs it and returns what came of it, whatever that is. */
  run(args: readonly string[], options?: KubectlOptions): Promise<Answer>
  /** Runs it and returns what it printed; throws with what it complained about. */
  read(args: readonly string[], options?: KubectlOptions): Promise<string>
  /** What is there, as data; null when it is not there. */
  get<Shape>(args: readonly string[]): Promise<Shape | null>
  /** Server-side apply of a text of manifests. */
  apply(manifests: string): Promise<string>
}>

const TIMEOUT_MS = 120_000

/** One entry of a zip, unpacked. */
async function* unpacked(zip: string, name: string): AsyncIterable<Buffer> {
  const entry = readZipEntries(zip, zip).find((each) => each.name === name)
  if (entry === undefined) throw new Error(`${zip} has no ${name}`)
  yield* zipEntryStream(zip, entry, { label: zip, progress: { bytesRead: 0 } })
}

/** The path of kubectl: the machine's own, else the one that npm has brought. */
export async function findKubectl(): Promise<string> {
  const search = { cacheFolder: toolsFolder, unpack: unpacked }
  const found = await findKustomizer({ ...search, path: process.env['PATH'] ?? '' })
  if (basename(found.command).startsWith('kubectl')) return found.command
  return (await findKustomizer({ ...search, path: '' })).command
}

/** kubectl at a path, with a kubeconfig; calls that name no other namespace are for the given one. */
export function createKubectl(path: string, kubeconfig: string, namespace?: string): Kubectl {
  const command = [path, ...(namespace === undefined ? [] : ['--namespace', namespace])]
  const run: Kubectl['run'] = (args, { input = '', timeoutMs = TIMEOUT_MS } = {}) =>
    new Promise((resolve, reject) => {
      const env = { ...process.env, KUBECONFIG: kubeconfig }
      const [, ...words] = [...command, ...args]
      const child = spawn(path, words, { env, stdio: ['pipe', 'pipe', 'pipe'], timeout: timeoutMs })
      let [stdout, stderr] = ['', '']
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
      child.once('error', reject)
      child.once('close', (code, signal) => {
        resolve({ code: code ?? 1, stdout, stderr: signal === null ? stderr : `${stderr}ended by ${signal}` })
      })
      child.stdin.on('error', () => undefined)
      child.stdin.end(input)
    })
  const read: Kubectl['read'] = async (args, options) => {
    const { code, stdout, stderr } = await run(args, options)
    if (code === 0) return stdout
    throw new Error(`kubectl ${args.join(' ')} ended with ${code}: ${stderr.trim()}`)
  }
  return {
    ...{ path, kubeconfig, command, run, read },
    async get<Shape>(args: readonly string[]) {
      const text = await read(['get', '--ignore-not-found', '-o', 'json', ...args])
      return text === '' ? null : (JSON.parse(text) as Shape)
    },
    apply: (manifests) =>
      read(['apply', '--server-side', '--force-conflicts', '-f', '-'], { input: manifests }),
  }
}
