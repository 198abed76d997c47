/** Uniform numbers in [0, 1), the same for the same seed on every machine. */
export type Random = () => number

/**
 * A generator for one purpose: seed and name together pick the sequence, so one consumer's draws never shift
 * another's. Generator: sfc32 (PractRand, Chris Doty-Humphrey); seeding: FNV-1a over the name.
 */
export function createRandom(seed: number, name: string): Random {
  let hash = 0x811c9dc5
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
  let a = hash | 0
  let b = seed | 0
  let c = Math.trunc(seed / 2 ** 32) | 0
  let d = 1
  const next = (): number => {
    const sum = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + sum) | 0
    return (sum >>> 0) / 2 ** 32
  }
  for (let i = 0; i < 15; i++) next()
  return next
}
