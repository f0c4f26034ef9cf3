import { expect, it } from 'vitest'
import { FairQueue } from './fair-queue'

const takeAll = <T>(queue: FairQueue<T>): T[] => {
  const taken: T[] = []
  while (queue.size > 0) taken.push(queue.shift() as T)
  return taken
}

it('lets lanes take turns and keeps the order within a lane', () => {
  const queue = new FairQueue<string>()
  for (const item of ['a1', 'a2', 'a3']) queue.push('a', item)
  queue.push('b', 'b1')
  expect(takeAll(queue)).toEqual(['a1', 'b1', 'a2', 'a3'])
  expect(queue.shift()).toBeUndefined()
})

it('keeps its count and order through thousands of items', () => {
  const queue = new FairQueue<number>()
  for (let n = 0; n < 5_000; n += 1) queue.push('', n)
  for (let n = 0; n < 2_500; n += 1) expect(queue.shift()).toBe(n)
  expect(queue.size).toBe(2_500)
  expect(queue.drain()).toEqual(Array.from({ length: 2_500 }, (_, n) => n + 2_500))
  expect(queue.size).toBe(0)
})
