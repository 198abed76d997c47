import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { endOf } from '../servers/end-of.ts'
import type { Kubectl } from './kubectl.ts'

/** Reads a page of a server in a pod, through the API server and the kubelet. */
export async function fetchFrom(
  kubectl: Kubectl,
  pod: string,
  { port, path }: Readonly<{ port: number; path: string }>,
): Promise<unknown> {
  const [, ...words] = [...kubectl.command, 'port-forward', `pod/${pod}`, `:${port}`]
  const child = spawn(kubectl.path, words, {
    env: { ...process.env, KUBECONFIG: kubectl.kubeconfig },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  try {
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
    const address = /127\.0\.0\.1:\d+/.exec(line)?.[0]
    if (address === undefined) throw new Error(`kubectl port-forward said: ${line}`)
    const response = await fetch(`http://${address}${path}`)
    return await response.json()
  } finally {
    await endOf(child, 'SIGTERM')
  }
}
