// @vitest-environment happy-dom
import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { describe, expect, it, vi } from 'vitest'
import { renderUi } from '../testing/render'
import { FilterBar, type FilterField } from './filter-bar'

vi.mock('next/navigation', () => ({ useRouter: () => ({ push: vi.fn(), refresh: vi.fn() }) }))

const FIELDS: readonly FilterField[] = [
  {
    field: 'env',
    label: 'Environment',
    closed: true,
    values: [
      ['prod', 'Production'],
      ['test', 'Test'],
    ],
  },
  { field: 'host', label: 'Host' },
  { field: 'count', label: 'Snapshots', offered: false },
]

function Harness({ start = '', seen }: { start?: string; seen?: (value: string) => void }) {
  const [value, setValue] = useState(start)
  return (
    <>
      <FilterBar
        value={value}
        onChange={(next) => {
          setValue(next)
          seen?.(next)
        }}
        fields={FIELDS}
        placeholder="Filter by name"
      />
      <button type="button" onClick={() => setValue('host:kvm-01 web')}>
        Link
      </button>
      <output>{value}</output>
    </>
  )
}
const input = () => screen.getByRole<HTMLInputElement>('textbox', { name: 'Filter by name' })
const value = () => document.querySelector('output')?.textContent

describe('FilterBar', () => {
  it('reports every keystroke and turns a finished field:value into a chip', async () => {
    const seen = vi.fn()
    renderUi(<Harness seen={seen} />)
    await userEvent.type(input(), 'env:prod ')
    expect(seen).toHaveBeenCalledWith('env:pro')
    expect(input().value).toBe('')
    expect(screen.getByText('Production')).toBeTruthy()
    await userEvent.type(input(), 'web')
    expect(value()).toBe('env:prod web')
  })

  it('marks only what the list cannot read: not a field that is merely not offered, nor one of several values', () => {
    renderUi(<Harness start="count:>4 env:prod,test frob:1 env:dev" />)
    const marked = [...document.querySelectorAll('.sw-chip-bad')].map((chip) => chip.getAttribute('title'))
    expect(marked).toEqual(['frob is not a field of this list.', 'dev is not a value of Environment.'])
    expect(screen.getByText('Production, Test')).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Add filter Snapshots' })).toBeNull()
  })

  it('keeps a quoted value whole when another term goes', async () => {
    renderUi(<Harness start={'host:="kvm 01" env:prod'} />)
    await userEvent.click(screen.getByRole('button', { name: 'Remove filter Environment Production' }))
    expect(value()).toBe('host:="kvm 01"')
  })

  it('removes a chip by its button, and the last one by Backspace into the text again', async () => {
    renderUi(<Harness start="env:prod host:kvm-01" />)
    await userEvent.click(screen.getByRole('button', { name: 'Remove filter Environment Production' }))
    expect(value()).toBe('host:kvm-01')
    await userEvent.click(input())
    await userEvent.keyboard('{Backspace}')
    expect(input().value).toBe('host:kvm-01')
  })

  it('says when a field or a value is none of this list', () => {
    renderUi(<Harness start="env:moon colour:red" />)
    expect(screen.getByText('moon is not a value of Environment.')).toBeTruthy()
    expect(screen.getByText('colour is not a field of this list.')).toBeTruthy()
  })

  it('follows a filter that changes from outside', async () => {
    renderUi(<Harness start="env:prod" />)
    await userEvent.click(screen.getByText('Link'))
    expect(input().value).toBe('web')
    expect(screen.getByRole('button', { name: 'Remove filter Host kvm-01' })).toBeTruthy()
  })

  it('is reached by / and left by Esc, and typing a slash inside is a slash', async () => {
    renderUi(<Harness />)
    await userEvent.keyboard('/')
    expect(document.activeElement).toBe(input())
    await userEvent.keyboard('a/b{Escape}')
    expect(input().value).toBe('')
    await userEvent.keyboard('{Escape}')
    expect(document.activeElement).not.toBe(input())
  })

  it('begins a term from the chip of a field without fixed values', async () => {
    renderUi(<Harness />)
    await userEvent.click(screen.getByRole('button', { name: 'Add filter Host' }))
    expect(input().value).toBe('host:')
    expect(document.activeElement).toBe(input())
  })
})
