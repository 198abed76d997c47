import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome']
const INSTALL_MS_MAX = 300_000

const found = (): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((path) => existsSync(path))

/**
 * The browser that pages are tested in; installed when it is missing and we are root. Throws with what to
 * install.
 */
export function chromiumPath(): string {
  const path = found()
  if (path !== undefined) return path
  if (process.getuid?.() !== 0)
    throw new Error('the test of the page needs a browser: apt-get install chromium')
  const options = {
    stdio: 'ignore',
    timeout: INSTALL_MS_MAX,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  } as const
  execFileSync('apt-get', ['update'], options)
  execFileSync('apt-get', ['install', '--yes', '--no-install-recommends', 'chromium'], options)
  const installed = found()
  if (installed === undefined) throw new Error('apt-get install chromium did not bring a browser')
  return installed
}

/**
 * The document after its script has run, with every name kept from resolving: what it needs must be in it.
 */
export const domOf = (page: string, profile: string, size: string): string =>
  execFileSync(
    chromiumPath(),
    [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-sync'],
      ...['--disable-background-networking', '--disable-component-update', `--user-data-dir=${profile}`],
      ...['--host-resolver-rules=MAP * ~NOTFOUND', `--window-size=${size}`, '--virtual-time-budget=2000'],
      ...['--dump-dom', `file://${page}`],
    ],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 60_000, maxBuffer: 64e6 },
  )
