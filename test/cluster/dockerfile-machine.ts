import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Programs that are packages of their names. */
const programs = ['buildah', 'runc'] as const

/** Why the Dockerfile cannot be built on this machine, and what would mend it; null when it can. */
export function whyNoDockerfile(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    return 'building the Dockerfile needs root of Linux'
  }
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : ''
  if (!/^ID=debian$/m.test(release) || !/^VERSION_ID="12"$/m.test(release)) {
    return 'the base of the Dockerfile is made of the packages that a machine of Debian 12 gets'
  }
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const missing = programs.filter((name) => !folders.some((folder) => existsSync(join(folder, name))))
  return missing.length === 0 ? null : `apt-get install ${missing.join(' ')}`
}
