import { execFile } from 'node:child_process'
import { join } from 'node:path'
import type { Kustomizer } from './kubectl.ts'

/** What a build of one kustomization gave. */
export type Rendered = Readonly<{
  text: string
  /** Why it does not build; the text is empty then. */
  error: string | null
  /** Lines on stderr: fields that are deprecated, and that the two restrictors differ. */
  warnings: readonly string[]
}>

/** Builds a folder below the audited one. */
export type Render = (folder: string) => Promise<Rendered>

export const BUILD_MS_MAX = 60_000
export const BUILD_BYTES_MAX = 32 << 20
const ERROR_LETTERS_MAX = 600

/** No proxy that exists and no protocol of Git: a build fetches nothing. */
const OFFLINE = {
  GIT_ALLOW_PROTOCOL: 'none',
  HTTP_PROXY: 'http://127.0.0.1:1',
  HTTPS_PROXY: 'http://127.0.0.1:1',
  NO_PROXY: '',
  KUBECONFIG: '',
}

/**
 * A renderer of folders below `root`: builds as kubectl, Argo CD (root only) and Flux (no restriction) would,
 * and compares the two. Bounded in time, output and number at once.
 */
export function createRender(
  kustomizer: Kustomizer,
  root: string,
  { atOnce, signal }: Readonly<{ atOnce: number; signal: AbortSignal }>,
): Render {
  const pool = createPool(atOnce)
  const build = (folder: string, restrictor: string): Promise<Rendered> =>
    pool(() => runBuild(kustomizer, [join(root, folder), `--load-restrictor=${restrictor}`], signal))
  return async (folder) => {
    const [own, free] = await Promise.all([
      build(folder, 'LoadRestrictionsRootOnly'),
      build(folder, 'LoadRestrictionsNone'),
    ])
    if (own.error !== null || (free.error === null && free.text === own.text)) return own
    return { ...own, warnings: [...own.warnings, 'builds to something else without load restriction'] }
  }
}

function runBuild(
  { command, args }: Kustomizer,
  rest: readonly string[],
  signal: AbortSignal,
): Promise<Rendered> {
  const options = {
    ...{ timeout: BUILD_MS_MAX, maxBuffer: BUILD_BYTES_MAX, signal, killSignal: 'SIGKILL' as const },
    env: { ...process.env, ...OFFLINE, GOMEMLIMIT: '1GiB' },
  }
  return new Promise((done, fail) => {
    execFile(command, [...args, ...rest], options, (error, stdout, stderr) => {
      if (signal.aborted) fail(new Error('the build was stopped', { cause: error }))
      else if (error === null) done({ text: stdout, error: null, warnings: linesOf(stderr) })
      else done({ text: '', error: reasonOf(error, stderr), warnings: [] })
    })
  })
}

function reasonOf(error: Error & Readonly<{ killed?: boolean; code?: unknown }>, stderr: string): string {
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') {
    return `builds to more than ${BUILD_BYTES_MAX >> 20} MiB`
  }
  if (error.killed === true) return `does not build within ${BUILD_MS_MAX / 1000} seconds`
  const words = wordsOf(stderr.trim()) || error.message
  return words.length > ERROR_LETTERS_MAX ? `${words.slice(0, ERROR_LETTERS_MAX)}...` : words
}

/** The words alone: kubectl puts its own file, line and clock in front of them. */
const wordsOf = (stderr: string): string =>
  stderr.replace(/^[EF]\d{4} [\d:.]+ +\d+ \S+\] "command failed" err="(?<words>[^]*)"$/, '$<words>')

const linesOf = (text: string): readonly string[] => text.split('\n').filter((line) => line.trim() !== '')

/** Runs at most so many jobs at once, the others in order of arrival. */
function createPool(atOnce: number): <T>(job: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let free = atOnce
  const enter = (): Promise<void> => {
    if (free > 0) {
      free--
      return Promise.resolve()
    }
    return new Promise((start) => waiting.push(start))
  }
  const leave = (): void => {
    const next = waiting.shift()
    if (next === undefined) free++
    else next()
  }
  return async (job) => {
    await enter()
    try {
      return await job()
    } finally {
      leave()
    }
  }
}
