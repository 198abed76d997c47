import { execFileSync } from 'node:child_process'
import { networkInterfaces } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { startProgram } from './program.ts'
import type { Program } from './program.ts'

/**
 * The network that the nodes of a cluster and this machine share: a bridge in a network namespace of its own,
 * which goes with the process that holds it, whatever ends that.
 */
export type NodeNetwork = Readonly<{
  /** The address of this machine in it, where the control plane listens. */
  hostAddress: string
  /** The address of a node, counted from 0. */
  addressOf(index: number): string
  /** Gives the network namespace of a process the link eth0 with the address of a node. */
  join(index: number, pid: number): void
  stop(): Promise<void>
}>

const PREFIX_LENGTH = 24
const FIRST_NODE = 10
const HELD_MS_MAX = 10_000

/** Makes the network at addresses that this machine does not use. `folder` is for its log. */
export async function startNodeNetwork(folder: string): Promise<NodeNetwork> {
  const holder = startProgram({
    ...{ name: 'network', folder, file: 'unshare' },
    args: [
      '--net',
      '--',
      'sh',
      '-c',
      'ip link add nodes type bridge && ip link set nodes up && exec sleep infinity',
    ],
  })
  const { pid } = holder
  await untilHeld(holder)
  const subnet = freeSubnet()
  const [hostAddress, link] = [`${subnet}.1`, `cdb${pid}`]
  plug(pid, link, [])
  execFileSync('ip', ['addr', 'add', `${hostAddress}/${PREFIX_LENGTH}`, 'dev', link])
  execFileSync('ip', ['link', 'set', link, 'up'])
  const addressOf = (index: number): string => `${subnet}.${FIRST_NODE + index}`
  return {
    ...{ hostAddress, addressOf },
    join(index, nodePid) {
      plug(pid, 'eth0', ['nsenter', `--target=${nodePid}`, '--net', '--'], `node${index}`)
      const inNode = (...words: readonly string[]): void => inNetworkOf(nodePid, ['ip', ...words])
      inNode('addr', 'add', `${addressOf(index)}/${PREFIX_LENGTH}`, 'dev', 'eth0')
      for (const name of ['lo', 'eth0']) inNode('link', 'set', name, 'up')
      inNode('route', 'add', 'default', 'via', hostAddress)
    },
    async stop() {
      // The kernel takes a while to clear away a namespace that has ended.
      execFileSync('ip', ['link', 'delete', link])
      await holder.stop()
    },
  }
}

/** One end of a new pair becomes `link` where the words lead, the other a port of the bridge. */
function plug(bridgePid: number, link: string, words: readonly string[], port = 'host'): void {
  const [program, ...args] = [...words, 'ip', 'link', 'add', link, 'type', 'veth']
  execFileSync(program, [...args, 'peer', 'name', port, 'netns', String(bridgePid)])
  inNetworkOf(bridgePid, ['ip', 'link', 'set', port, 'master', 'nodes', 'up'])
}

/** Runs a command in the network namespace of a process. */
export function inNetworkOf(pid: number, words: readonly string[]): void {
  execFileSync('nsenter', [`--target=${pid}`, '--net', '--', ...words], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
}

async function untilHeld(holder: Program): Promise<void> {
  const endMs = Date.now() + HELD_MS_MAX
  for (;;) {
    try {
      inNetworkOf(holder.pid, ['ip', 'link', 'show', 'nodes'])
      return
    } catch (cause) {
      if (Date.now() > endMs || !holder.isRunning()) throw new Error(holder.lastWords(), { cause })
      await sleep(50)
    }
  }
}

/** Three bytes of 198.18.0.0/15, which RFC 2544 sets aside for networks of tests. */
function freeSubnet(): string {
  const used = Object.values(networkInterfaces()).flatMap((links = []) => links.map(({ address }) => address))
  for (let third = 0; third < 256; third += 1) {
    const subnet = `198.18.${third}`
    if (!used.some((address) => address.startsWith(`${subnet}.`))) return subnet
  }
  throw new Error('every network of 198.18.0.0/16 is in use on this machine: ip address')
}
