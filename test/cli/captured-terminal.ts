import { Writable } from 'node:stream'
import type { Terminal } from '../../src/cli/command.ts'

/** A terminal whose words are kept, and that can be told to stop as by SIGTERM. */
export type CapturedTerminal = Readonly<{
  terminal: Terminal
  stdout(): string
  stderr(): string
  stop(): void
  /** Returns once stdout or stderr has the text. */
  saw(text: string): Promise<void>
}>

export function capturedTerminal(): CapturedTerminal {
  const said = { stdout: '', stderr: '' }
  const stop = new AbortController()
  let waiting: (() => void)[] = []
  const stream = (name: 'stdout' | 'stderr'): Writable =>
    new Writable({
      decodeStrings: false,
      write(chunk: string, _encoding, done) {
        said[name] += chunk
        for (const look of waiting) look()
        done()
      },
    })
  return {
    terminal: { stdout: stream('stdout'), stderr: stream('stderr'), isTTY: false, signal: stop.signal },
    stdout: () => said.stdout,
    stderr: () => said.stderr,
    stop: () => {
      stop.abort()
    },
    saw: (text) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!`${said.stdout}${said.stderr}`.includes(text)) return
          waiting = waiting.filter((other) => other !== look)
          resolve()
        }
        waiting.push(look)
        look()
      }),
  }
}
