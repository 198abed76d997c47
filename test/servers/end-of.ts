import type { ChildProcess } from 'node:child_process'

/** Ends a process by a signal, and returns when it has ended. */
export const endOf = (child: ChildProcess, signal: NodeJS.Signals): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve()
      return
    }
    child.once('exit', () => {
      resolve()
    })
    child.kill(signal)
  })
