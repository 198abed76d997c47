import type { LogFields } from '../../engine/telemetry.ts'

/** What stands in place of a secret. */
const HIDDEN = '[hidden]'

/** Fields whose name alone says that the value is nobody's business. */
const SECRET_NAME = /secret|password|passwd|token|api-?_?key|signature|listen-?_?key|authorization|cookie/i

/** `scheme://user:password@`: the password, or the whole of it where no user is named. */
const URL_PASSWORD = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)[^\s@/]*(?=@)/gi
/** `signature=...` and the like within the text of a request. */
const QUERY_SECRET = /\b((?:signature|api-?_?key|listen-?_?key|secret|password|token)=)[^\s&"']+/gi
const HEADER_SECRET = /\b(X-MBX-APIKEY["']?\s*:\s*["']?)[^\s"',}]+/gi

/** Takes passwords of addresses, signatures and keys of requests out of a text. */
export const redactText = (text: string): string =>
  text
    .replace(URL_PASSWORD, `$1${HIDDEN}`)
    .replace(QUERY_SECRET, `$1${HIDDEN}`)
    .replace(HEADER_SECRET, `$1${HIDDEN}`)

/** Fields as they may be shown. */
export function redactFields(fields: LogFields): LogFields {
  const shown: Record<string, string | number | boolean | null> = {}
  for (const [name, value] of Object.entries(fields)) {
    if (SECRET_NAME.test(name) && value !== null) shown[name] = HIDDEN
    else shown[name] = typeof value === 'string' ? redactText(value) : value
  }
  return shown
}
