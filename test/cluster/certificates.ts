import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'

/** Who a client is to the API server: the user and the group that its certificate names. */
export type Identity = Readonly<{ user: string; group?: string }>

/** A certificate authority in a folder of its own, good for a day. */
export type Authority = Readonly<{
  caPath: string
  /** Writes `<name>.crt` and `<name>.key` for a server of 127.0.0.1, and of other addresses. */
  issueServer(name: string, addresses?: readonly string[]): KeyPair
  /** The same for a client. */
  issueClient(name: string, identity: Identity): KeyPair
  /** Writes a kubeconfig for a client, and returns its path. */
  writeKubeconfig(name: string, identity: Identity, url: string): string
}>

export type KeyPair = Readonly<{ certPath: string; keyPath: string }>

const SERVER_NAMES = [
  'IP:127.0.0.1',
  'IP:10.96.0.1',
  'DNS:localhost',
  'DNS:kubernetes',
  'DNS:kubernetes.default',
  'DNS:kubernetes.default.svc',
]

/** Makes the authority; everything that it issues lies in the folder. */
export function createAuthority(folder: string): Authority {
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  }
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  openssl(
    ...['req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '1', '-subj', '/CN=cdb test'],
  )
  const issue = (name: string, subject: string, extension: readonly string[]): KeyPair => {
    openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', subject)
    writeFileSync(join(folder, `${name}.cnf`), `${extension.join('\n')}\n`)
    openssl(
      ...['x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'],
      ...['-days', '1', '-extfile', `${name}.cnf`, '-out', `${name}.crt`],
    )
    return { certPath: join(folder, `${name}.crt`), keyPath: join(folder, `${name}.key`) }
  }
  const issueClient: Authority['issueClient'] = (name, { user, group }) => {
    const subject = group === undefined ? `/CN=${user}` : `/O=${group}/CN=${user}`
    return issue(name, subject, ['extendedKeyUsage=clientAuth'])
  }
  const caPath = join(folder, 'ca.crt')
  return {
    ...{ caPath, issueClient },
    issueServer(name, addresses = []) {
      const names = [...SERVER_NAMES, ...addresses.map((address) => `IP:${address}`)]
      return issue(name, `/CN=${name}`, ['extendedKeyUsage=serverAuth', `subjectAltName=${names.join(',')}`])
    },
    writeKubeconfig(name, identity, url) {
      const { certPath, keyPath } = issueClient(name, identity)
      const path = join(folder, `${name}.kubeconfig`)
      const cluster = { server: url, 'certificate-authority': caPath }
      const client = { 'client-certificate': certPath, 'client-key': keyPath }
      writeFileSync(path, stringify(kubeconfigOf({ name: 'cdb-test', cluster, client })), { mode: 0o600 })
      return path
    },
  }
}

type KubeconfigParts = Readonly<{
  name: string
  cluster: Readonly<Record<string, string>>
  client: Readonly<Record<string, string>>
}>

const kubeconfigOf = ({ name, cluster, client }: KubeconfigParts) => ({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': name,
  clusters: [{ name, cluster }],
  users: [{ name, user: client }],
  contexts: [{ name, context: { cluster: name, user: name } }],
})
