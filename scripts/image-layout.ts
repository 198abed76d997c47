import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** What a container runs with, as the image specification of the OCI names it. */
export type ImageSettings = Readonly<{
  created: string
  architecture: string
  user: string
  folder: string
  env: readonly string[]
  entrypoint: readonly string[]
  command: readonly string[]
  labels: Readonly<Record<string, string>>
  /** What asks the program to end, where that is not SIGTERM. */
  stopSignal?: string
}>

export type Image = Readonly<{
  settings: ImageSettings
  /** Uncompressed tar files, lowest first, and what each holds. */
  layers: readonly Readonly<{ tar: Uint8Array; holds: string }>[]
  /** Under each of these the one image is found, as in ghcr.io/owner/cdb-ws:0.1.0. */
  references: readonly string[]
}>

type Descriptor = Readonly<{ mediaType: string; digest: string; size: number }>

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const CONFIG = 'application/vnd.oci.image.config.v1+json'
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip'

/** SHA-256 as registries write it. */
export const digestOf = (bytes: Uint8Array): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** The part of a reference by which the layout knows the image: cdb-ws of ghcr.io/owner/cdb-ws:0.1.0. */
export const shortName = (reference: string): string => reference.replace(/^.*\//, '').replace(/[:@].*$/, '')

/**
 * Writes an image layout of the OCI, version 1.0.0, that docker load reads as well once it is a tar file.
 * Returns the digest of the manifest, which is what a registry knows the image by, and its bytes compressed.
 * A lower level of compression is for images that stay on the machine.
 */
export function writeLayout(
  folder: string,
  image: Image,
  level = 9,
): Readonly<{ digest: string; bytes: number }> {
  mkdirSync(join(folder, 'blobs', 'sha256'), { recursive: true })
  const layers = image.layers.map(({ tar }) => writeBlob(folder, LAYER, gzipSync(tar, { level })))
  const config = writeBlob(folder, CONFIG, encode(configOf(image)))
  const manifest = writeBlob(
    folder,
    MANIFEST,
    encode({ schemaVersion: 2, mediaType: MANIFEST, config, layers }),
  )
  const manifests = image.references.map((reference) => ({
    ...manifest,
    annotations: {
      'io.containerd.image.name': reference,
      'org.opencontainers.image.ref.name': shortName(reference),
    },
  }))
  const write = (name: string, value: unknown): void => writeFileSync(join(folder, name), encode(value))
  write('oci-layout', { imageLayoutVersion: '1.0.0' })
  write('index.json', { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests })
  write('manifest.json', [
    { Config: blobPath(config), RepoTags: image.references, Layers: layers.map(blobPath) },
  ])
  return {
    digest: manifest.digest,
    bytes: [config, manifest, ...layers].reduce((total, { size }) => total + size, 0),
  }
}

const blobPath = ({ digest }: Descriptor): string => `blobs/${digest.replace(':', '/')}`

function writeBlob(folder: string, mediaType: string, bytes: Uint8Array): Descriptor {
  const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length }
  writeFileSync(join(folder, blobPath(descriptor)), bytes)
  return descriptor
}

const configOf = ({ settings, layers }: Image) => ({
  created: settings.created,
  architecture: settings.architecture,
  os: 'linux',
  config: {
    User: settings.user,
    WorkingDir: settings.folder,
    Env: settings.env,
    Entrypoint: settings.entrypoint,
    Cmd: settings.command,
    Labels: settings.labels,
    ...(settings.stopSignal === undefined ? {} : { StopSignal: settings.stopSignal }),
  },
  rootfs: { type: 'layers', diff_ids: layers.map(({ tar }) => digestOf(tar)) },
  history: layers.map(({ holds }) => ({ created: settings.created, created_by: holds })),
})

const encode = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
