import { hash } from 'node:crypto'
import type { Digest } from '../../engine/ports.ts'

/** SHA-256 of a text, as 64 hex digits. */
export const digest: Digest = (text) => hash('sha256', text, 'hex')
