import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/*
 * Completes what `npm sbom` writes for an image:
 * node scripts/sbom.ts NPM_SBOM DEBIAN_PACKAGES NODE_VERSION CREATED
 * DEBIAN_PACKAGES is a file with a line "name version architecture" for each package.
 */

type Component = Readonly<{ type: string; name: string; version: string; purl: string; 'bom-ref': string }>

export type Sbom = Readonly<{
  metadata: Readonly<{ component: Readonly<Record<string, unknown>> }> & Readonly<Record<string, unknown>>
  components: readonly Readonly<Record<string, unknown>>[]
}> &
  Readonly<Record<string, unknown>>

export type Contents = Readonly<{
  /** Lines of "name version architecture". */
  debianPackages: readonly string[]
  nodeVersion: string
  /** The time of the image, as in RFC 3339. */
  created: string
}>

/**
 * The bill of materials of the whole image, in CycloneDX: what `npm sbom` found, Node and the packages of
 * Debian. Chance, the clock and the version of npm are taken out: the same contents give the same bytes.
 */
export function imageSbom(npm: Sbom, { debianPackages, nodeVersion, created }: Contents): Sbom {
  const { lifecycles, component } = npm.metadata
  const name = String(component['bom-ref']).replace(/@.*$/, '')
  const added: readonly Component[] = [
    componentOf('application', 'node', nodeVersion, `pkg:generic/node@${nodeVersion}`),
    ...debianPackages.map(debianComponent),
  ]
  const sbom = {
    ...npm,
    serialNumber: undefined,
    metadata: { timestamp: created, lifecycles, component: { ...component, type: 'application', name } },
    components: [...npm.components, ...added],
  }
  return { ...sbom, serialNumber: serialOf(JSON.stringify(sbom)) }
}

/** A UUID of the contents (RFC 9562, version 8). */
function serialOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(12, 15)}`, `8${hex.slice(15, 18)}`]
  return `urn:uuid:${parts.join('-')}-${hex.slice(18, 30)}`
}

function debianComponent(line: string): Component {
  const [name, version, architecture, ...rest] = line.split(' ')
  if (name === undefined || version === undefined || architecture === undefined || rest.length > 0) {
    throw new Error(`not "name version architecture" of a Debian package: ${JSON.stringify(line)}`)
  }
  const purl = `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}`
  return componentOf('library', name, version, purl)
}

const componentOf = (type: string, name: string, version: string, purl: string): Component => ({
  ...{ 'bom-ref': purl, type, name, version, purl },
})

if (import.meta.main) {
  const [npm = '', debian = '', nodeVersion = '', created = ''] = process.argv.slice(2)
  const sbom = imageSbom(JSON.parse(readFileSync(npm, 'utf8')) as Sbom, {
    debianPackages: readFileSync(debian, 'utf8').trim().split('\n'),
    nodeVersion,
    created,
  })
  process.stdout.write(`${JSON.stringify(sbom, null, 2)}\n`)
}
