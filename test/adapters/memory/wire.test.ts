import { createMemoryWire } from '../../../src/adapters/memory/wire.ts'
import { testWire } from '../../contracts/wire.ts'

testWire('memory', () => {
  const wire = createMemoryWire()
  return Promise.resolve({ wire, wire2: wire, end: () => Promise.resolve() })
})
