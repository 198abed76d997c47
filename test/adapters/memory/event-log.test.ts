import { createLogStore, openMemoryLog } from '../../../src/adapters/memory/event-log.ts'
import { testEventLog } from '../../contracts/event-log.ts'

testEventLog('memory', () => {
  const store = createLogStore()
  return Promise.resolve({ open: () => Promise.resolve(openMemoryLog(store)), end: () => Promise.resolve() })
})
