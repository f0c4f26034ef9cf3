import { describe, expect, it } from 'vitest'
import { eventKinds, registrationOf } from './events'
import { allProcedures } from './testing/all-procedures'

describe('the table of procedures', () => {
  it('gives no number to two of them and no name twice', () => {
    const numbers = allProcedures.map(({ program, number }) => `${program}:${number}`)
    expect(new Set(numbers).size).toBe(numbers.length)
    expect(new Set(allProcedures.map(({ name }) => name)).size).toBe(allProcedures.length)
  })

  it('sends storage calls to the storage daemon and no others', () => {
    const storage = allProcedures.filter(({ area }) => area === 'storage').map(({ name }) => name)
    const byName = allProcedures.filter(({ name }) => /storage/.test(name)).map(({ name }) => name)
    expect(storage.sort()).toEqual(byName.sort())
  })

  it('gives every kind of event a registration of its own', () => {
    const registrations = eventKinds.map((kind) => JSON.stringify(registrationOf(kind)))
    expect(new Set(registrations).size).toBe(eventKinds.length)
  })
})
