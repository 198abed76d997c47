import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RecordBatchReader, tableFromIPC } from 'apache-arrow'
import {
  ARROW_END,
  createArrowEncoder,
  decodeBatch,
  footerMetadata,
} from '../../../src/adapters/recording/arrow-codec.ts'
import { columnNames } from '../../../src/adapters/recording/column-buffer.ts'
import { columnsOf, trades } from './recordings.ts'

function encode() {
  const encoder = createArrowEncoder(columnNames, new Map([['a', 'head']]))
  const head = encoder.head()
  const batches = [columnsOf(trades(3)), columnsOf(trades(2, 4))].map((columns) =>
    encoder.batch(columns, columns.eventMs.length),
  )
  return { head, batches, ...encoder.tail(new Map([['b', 'tail']])) }
}

test('the pieces together are an Arrow file and an Arrow stream', () => {
  const { head, batches, end, footer } = encode()
  const file = Buffer.concat([head, ...batches, end, footer])
  const table = tableFromIPC(file)
  assert.equal(table.numRows, 5)
  assert.equal(table.schema.metadata.get('b'), 'tail')
  assert.deepEqual(end, ARROW_END)
  const stream = RecordBatchReader.from(file.subarray(8)).open()
  assert.deepEqual(
    [...stream].map((batch) => batch.numRows),
    [3, 2],
  )
})

test('a batch behind its schema is decoded in place', () => {
  const { head, batches } = encode()
  const stream = Buffer.concat([head.subarray(8), batches[1] ?? Buffer.alloc(0)])
  const columns = decodeBatch(stream)
  assert.deepEqual(columns, columnsOf(trades(2, 4)))
  assert.equal(columns.price.buffer, stream.buffer)
})

test('a footer alone gives its metadata', () => {
  assert.equal(footerMetadata(encode().footer).get('b'), 'tail')
})
