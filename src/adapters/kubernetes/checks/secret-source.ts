import type { Manifest } from '../manifest.ts'
import { isRecord, listAt, recordAt, textAt } from '../value.ts'
import type { ValueRecord } from '../value.ts'
import { textsOf } from './scope.ts'

/** Something that makes a Secret, or a promise that somebody does. */
export type SecretSource = Readonly<{
  name: string
  /** Empty where it is left to whoever makes it. */
  namespace: string
  /** Null where they stand elsewhere, such as in the store that the Secret is copied from. */
  keys: readonly string[] | null
  /** Keys that may be missing. */
  optional: readonly string[]
}>

/** The Secret that an object makes: itself, or of a controller; null for all other objects. */
export function secretSourceOf({ kind, name, namespace, value }: Manifest): SecretSource | null {
  const made = (secret: string, keys: readonly string[] | null): SecretSource => ({
    name: secret,
    namespace,
    keys,
    optional: [],
  })
  switch (kind) {
    case 'Secret':
      return made(name, keysOf(value, ['data'], ['stringData']))
    case 'SealedSecret': {
      const secret = textAt(value, 'spec', 'template', 'metadata', 'name') ?? name
      return made(secret, keysOf(value, ['spec', 'encryptedData'], ['spec', 'template', 'data']))
    }
    case 'ExternalSecret':
      return made(textAt(value, 'spec', 'target', 'name') ?? name, externalKeys(value))
    case 'Certificate': {
      const secret = textAt(value, 'spec', 'secretName')
      return secret === undefined ? null : made(secret, ['tls.crt', 'tls.key', 'ca.crt'])
    }
    case 'VaultStaticSecret':
    case 'VaultDynamicSecret': {
      const secret = textAt(value, 'spec', 'destination', 'name')
      return secret === undefined ? null : made(secret, vaultKeys(value))
    }
    default:
      return null
  }
}

const keysOf = (value: ValueRecord, ...paths: readonly (readonly string[])[]): readonly string[] =>
  paths.flatMap((path) => Object.keys(recordAt(value, ...path)))

function externalKeys(value: ValueRecord): readonly string[] | null {
  const templated = keysOf(value, ['spec', 'target', 'template', 'data'])
  if (templated.length > 0) return templated
  if (listAt(value, 'spec', 'dataFrom').length > 0) return null
  return listAt(value, 'spec', 'data').map((each) => textAt(each, 'secretKey') ?? '')
}

/** A template names its keys; without one, every field of the secret in Vault becomes a key. */
function vaultKeys(value: ValueRecord): readonly string[] | null {
  const transformation = recordAt(value, 'spec', 'destination', 'transformation')
  const templates = Object.keys(recordAt(transformation, 'templates'))
  const isClosed = textsOf(listAt(transformation, 'excludes')).includes('.*')
  return templates.length > 0 && isClosed ? templates : null
}

/** Secrets that people make by hand, as `secrets` of the settings promises them. */
export const promisedSecrets = (settings: ValueRecord): readonly SecretSource[] =>
  Object.entries(recordAt(settings, 'secrets')).flatMap(([name, promise]) => {
    if (!isRecord(promise)) return []
    const optional = textsOf(listAt(promise, 'optional'))
    const keys = promisedKeys(promise)?.filter((key) => !optional.includes(key)) ?? null
    return [{ name, namespace: '', keys, optional }]
  })

/** A list of keys, or a map of who may mount which. */
function promisedKeys(promise: ValueRecord): readonly string[] | null {
  const keys = promise['keys']
  if (keys === undefined) return null
  return isRecord(keys) ? Object.keys(keys) : textsOf(listAt(keys))
}
