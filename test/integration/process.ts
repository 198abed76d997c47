import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const CDB = join(import.meta.dirname, '..', '..', 'src', 'cli', 'cdb.ts')

/** A command in a process of its own, as a user runs it. */
export type CdbProcess = Readonly<{
  child: ChildProcess
  stdout(): string
  stderr(): string
  /** Waits until stderr holds the text; fails when the process ends first. */
  says(text: string): Promise<void>
  /** Exit code, or the signal that ended it. */
  ended: Promise<number | string>
}>

export function startCdb(args: readonly string[], env: NodeJS.ProcessEnv = {}): CdbProcess {
  const child = spawn(process.execPath, [CDB, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      texts[name] += chunk
    })
  }
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string)
  return {
    child,
    stdout: () => texts.stdout,
    stderr: () => texts.stderr,
    ended,
    async says(text) {
      while (!texts.stderr.includes(text)) {
        assert(
          child.exitCode === null && child.signalCode === null,
          `ended before "${text}": ${texts.stderr}`,
        )
        await Promise.race([once(child.stderr, 'data'), ended])
      }
    },
  }
}

export async function runCdb(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Readonly<{ code: number | string; stdout: string; stderr: string }>> {
  const cdb = startCdb(args, env)
  const code = await cdb.ended
  return { code, stdout: cdb.stdout(), stderr: cdb.stderr() }
}
