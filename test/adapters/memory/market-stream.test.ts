import { createMemoryMarketStream } from '../../../src/adapters/memory/market-stream.ts'
import { testMarketStream } from '../../contracts/market-stream.ts'

testMarketStream('memory', () => {
  const { publisher, reader } = createMemoryMarketStream()
  return Promise.resolve({ publisher, publisher2: publisher, reader, end: () => Promise.resolve() })
})
