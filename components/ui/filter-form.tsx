import Form from 'next/form'
import type { ReactNode } from 'react'
import { Button, ButtonLink } from './button'

/**
 * Fields above a long list that is filtered where it is stored; the filter is in the address. `keep` are parts of the
 * address that other controls set. Uncontrolled fields: give it a `key` of the filter, so that Back fills them anew.
 */
export function FilterForm({
  action,
  keep = {},
  show,
  clear,
  children,
}: {
  action: string
  keep?: Record<string, string | undefined>
  /** words of the button */
  show: string
  /** words and address of the way back to everything; null while nothing is filtered */
  clear: { label: string; href: string } | null
  children: ReactNode
}) {
  return (
    <Form action={action} className="flex flex-wrap items-end gap-3 px-6 max-md:px-4 pt-1 pb-4">
      {Object.entries(keep).map(([name, value]) =>
        value === undefined ? null : <input key={name} type="hidden" name={name} value={value} />,
      )}
      {children}
      {/* Below each field is the line where its error would stand. */}
      <div className="flex gap-2 mb-[5px]">
        <Button type="submit">{show}</Button>
        {clear !== null && (
          <ButtonLink variant="quiet" href={clear.href}>
            {clear.label}
          </ButtonLink>
        )}
      </div>
    </Form>
  )
}
