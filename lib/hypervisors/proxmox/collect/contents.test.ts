import { expect, test } from 'vitest'
import { read, type Section } from '@/lib/domain/inventory'
import { MINUTE } from '@/lib/domain/units'
import type { StorageSeen } from '../map/storages'
import type { VolumeRow } from '../wire'
import { Contents } from './contents'
import type { Session } from './session'

const storage = { nativeId: 'pve1/dir1', storage: 'dir1', active: true } as StorageSeen

test('a task that ends while a storage is listed asks for another list: this one may be older', async () => {
  const contents = new Contents()
  let answer: (rows: Section<VolumeRow[]>) => void = () => undefined
  const session = { list: () => new Promise((resolve) => (answer = resolve)) } as unknown as Session
  const list = async (meanwhile: () => void) => {
    const reading = contents.read(session, storage, 'pve1', () => 0)
    meanwhile()
    answer(read([]))
    await reading
  }
  await list(() => undefined)
  expect(contents.due([storage], 2 * MINUTE)).toEqual([])
  contents.ask(storage.nativeId)
  expect(contents.due([storage], 2 * MINUTE)).toEqual([storage])
  await list(() => contents.ask(storage.nativeId))
  expect(contents.due([storage], 2 * MINUTE)).toEqual([storage])
  await list(() => undefined)
  expect(contents.due([storage], 2 * MINUTE)).toEqual([])
})
