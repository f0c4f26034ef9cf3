import { expect, test } from 'vitest'
import type { Reason } from '@/lib/domain/reason'
import { ok, refused } from '@/lib/domain/result'
import { readArguments } from './arguments'
import type { Backend, ProgramCollect, ProgramConnection } from './backend'
import { collectCommand, type Session } from './commands'
import { CommandError, EXIT } from './exit'

const AT = '2026-11-28T00:00:00.000Z'
const reading: ProgramCollect = { collectionId: 'r', startedAt: AT, finishedAt: AT, unread: [] }

/** Three connections; what each says when it is to be read. */
async function collect(args: string[], says: Record<string, ProgramCollect | Reason | Error>) {
  const asked: string[] = []
  const told = { out: '', err: '' }
  const backend: Partial<Backend> = {
    connections: async () => ok(['a', 'b', 'c'].map((name) => ({ id: name, name }) as ProgramConnection)),
    collect: async (id) => {
      asked.push(id)
      const answer = says[id] ?? reading
      if (answer instanceof Error) throw answer
      return 'code' in answer ? refused(answer) : ok(answer)
    },
  }
  const session = {
    arguments: readArguments(['collect', ...args]),
    output: { out: (text: string) => (told.out += text), err: (text: string) => (told.err += text) },
    backend: async () => backend as Backend,
  } as unknown as Session
  const end = await collectCommand(session).catch((error: unknown) => error)
  return { asked, end, ...told }
}

const late: Reason = { code: 'not-collected-in-time', waitedMillis: 120_000 }

test('one of several that does not answer in time keeps no other from being read', async () => {
  const { asked, end, out, err } = await collect([], { b: late })
  expect(asked).toEqual(['a', 'b', 'c'])
  expect(end).toBe(EXIT.refused)
  expect(out).toBe(`a read at ${AT}\nc read at ${AT}\n`)
  expect(err).toMatch(/^not-collected-in-time: b: .+\n$/)
})

test('over the API it is the same, and one that was removed meanwhile too', async () => {
  const { asked, end, out } = await collect(['--json'], {
    a: new CommandError(EXIT.refused, 'not-collected-in-time: It took too long.'),
    b: new CommandError(EXIT.notFound, 'not-found: There is no such connection.'),
  })
  expect(asked).toEqual(['a', 'b', 'c'])
  expect(end).toBe(EXIT.refused)
  expect(JSON.parse(out)).toEqual({ items: [{ connection: 'c', ...reading }] })
})

test('what concerns all of them ends the command at once', async () => {
  for (const code of [EXIT.notPermitted, EXIT.unavailable]) {
    const away = new CommandError(code, 'the server is away')
    expect(await collect([], { a: away })).toMatchObject({ asked: ['a'], end: away })
  }
})

test('the one that was named ends it with its own code', async () => {
  const { asked, end } = await collect(['b'], { b: late })
  expect(asked).toEqual(['b'])
  expect(end).toMatchObject({ exitCode: EXIT.refused, message: expect.stringMatching(/^not-collected-in-time: /) })
})
