// @vitest-environment happy-dom
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { renderUi } from '../testing/render'
import { useRecordKeys, useRecordOrder } from './record-keys'

const push = vi.fn()
let path = ''
vi.mock('next/navigation', () => ({ useRouter: () => ({ push }), usePathname: () => path }))

const IDS = ['g-1', 'g-2', 'g-3']

function List({ ids }: { ids: readonly string[] }) {
  useRecordOrder('guest', ids)
  return null
}

function RecordPage({ id }: { id: string }) {
  useRecordKeys('guest', id)
  return null
}

async function press(keys: string, id: string, at = `/guests/${id}`): Promise<void> {
  path = at
  const { unmount } = renderUi(<RecordPage id={id} />)
  await userEvent.keyboard(keys)
  unmount()
}

describe('the keys of a record', () => {
  beforeEach(() => {
    push.mockClear()
    renderUi(<List ids={IDS} />).unmount()
  })

  it('go to its neighbours in the list one came from, on the same tab', async () => {
    await press(']', 'g-2', '/guests/g-2/disks')
    expect(push).toHaveBeenCalledExactlyOnceWith('/guests/g-3/disks')
  })

  it('go back as well', async () => {
    await press('[[', 'g-2')
    expect(push).toHaveBeenCalledExactlyOnceWith('/guests/g-1')
  })

  it('do nothing at the end of the list, nor for a record that is not in it', async () => {
    await press(']', 'g-3')
    await press('[[', 'g-9')
    expect(push).not.toHaveBeenCalled()
  })
})
