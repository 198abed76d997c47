import { spawn } from 'node:child_process'

/** What kubectl came to. */
export type Answer = Readonly<{ code: number; stdout: string; stderr: string }>

/** Asks the cluster of the kubeconfig, by words of kubectl and a text that it reads. */
export type Ask = (args: readonly string[], input?: string) => Promise<Answer>

const ASK_MS_MAX = 120_000
const ANSWER_LETTERS_MAX = 64 << 20

/** kubectl as it is set up on this machine; a request that does not end in time is one that failed. */
export function createAsk(kubectl: string, signal: AbortSignal): Ask {
  return (args, input = '') =>
    new Promise((resolve, reject) => {
      const child = spawn(kubectl, [...args, '--request-timeout=60s'], {
        ...{ stdio: ['pipe', 'pipe', 'pipe'], timeout: ASK_MS_MAX, signal, killSignal: 'SIGKILL' },
      })
      let [stdout, stderr] = ['', '']
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        stdout += text
        if (stdout.length > ANSWER_LETTERS_MAX) child.kill('SIGKILL')
      })
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
      child.once('error', reject)
      child.once('close', (code, ended) => {
        const words = ended === null ? stderr : `${stderr}kubectl was ended by ${ended}`
        resolve({ code: code ?? 1, stdout, stderr: words })
      })
      // kubectl may end before it has read everything, and says why on stderr.
      child.stdin.on('error', () => undefined)
      child.stdin.end(input)
    })
}
