'use client'
/** Who may sign in, as what; for administrators. */
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { Ellipsis, UserPlus } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { changeUser } from '@/app/actions/users'
import { useAction } from '@/components/auth/use-action'
import { ReasonNotice } from '@/components/inventory/reason-notice'
import { Button, IconButton } from '@/components/ui/button'
import { DefinitionList } from '@/components/ui/facts'
import { Menu } from '@/components/ui/overlays'
import { Tag } from '@/components/ui/state-marks'
import { DateTime } from '@/components/ui/time-ago'
import { ROLES } from '@/lib/domain/permission'
import type { UserRow } from '@/lib/domain/view'
import { q } from '@/lib/web/queries'
import { AddPerson } from './add-person'
import { LastSeen } from './last-seen'
import { DisablePerson, RemovePerson } from './person-exit'
import { PersonPassword } from './person-password'
import { PersonRole } from './person-role'
import { SettingsSection, TableSection } from './section'

type Asked = { what: 'role' | 'password' | 'disable' | 'remove'; user: UserRow }

export function PeoplePage({ email, minPassword }: { email: string; minPassword: number }) {
  const t = useTranslations('settings.people')
  const words = useTranslations('words')
  const client = useQueryClient()
  const { data: users } = useSuspenseQuery(q.users())
  const [adding, setAdding] = useState(false)
  const [asked, setAsked] = useState<Asked | null>(null)
  const enable = useAction(changeUser)
  const close = () => setAsked(null)
  const done = () => {
    close()
    setAdding(false)
    void client.invalidateQueries(q.users())
  }
  const dialog = (what: Asked['what']) => {
    const user = asked?.what === what ? asked.user : null
    return { user, self: user?.email === email, onClose: close, onDone: done }
  }
  return (
    <>
      <TableSection
        title={t('title')}
        text={t('text')}
        actions={
          <Button variant="primary" icon={UserPlus} onClick={() => setAdding(true)}>
            {t('add')}
          </Button>
        }
      >
        {enable.refusal !== null && (
          <div className="px-6 max-md:px-4 pb-3">
            <ReasonNotice reason={enable.refusal} tone="critical" />
          </div>
        )}
        <table className="sw-table" aria-label={t('title')}>
          <thead>
            <tr>
              <th scope="col">{t('columns.name')}</th>
              <th scope="col" className="w-36 max-md:hidden">
                {t('columns.role')}
              </th>
              <th scope="col" className="w-32 max-md:hidden">
                {t('columns.seen')}
              </th>
              <th scope="col" className="w-32 max-lg:hidden">
                {t('columns.added')}
              </th>
              <th scope="col" className="w-24 sw-number max-lg:hidden">
                {t('columns.sessions')}
              </th>
              <td className="w-16" />
            </tr>
          </thead>
          <tbody>
            {users.map((user) => (
              <PersonLine
                key={user.id}
                user={user}
                self={user.email === email}
                onAsk={(what) => setAsked({ what, user })}
                onEnable={() => enable.run({ id: user.id, disabled: false }, done)}
              />
            ))}
          </tbody>
        </table>
      </TableSection>
      <SettingsSection title={t('roles')} text={t('rolesText')}>
        <DefinitionList
          labelWidth={116}
          items={ROLES.map((role) => [words(`role.${role}`), words(`roleHint.${role}`)] as const)}
        />
      </SettingsSection>
      <AddPerson open={adding} onClose={() => setAdding(false)} onDone={done} minPassword={minPassword} />
      <PersonRole {...dialog('role')} />
      <PersonPassword {...dialog('password')} minPassword={minPassword} />
      <DisablePerson {...dialog('disable')} />
      <RemovePerson {...dialog('remove')} />
    </>
  )
}

type LineProps = { user: UserRow; self: boolean; onAsk: (what: Asked['what']) => void; onEnable: () => void }

function PersonLine({ user, self, onAsk, onEnable }: LineProps) {
  const t = useTranslations('settings.people')
  const words = useTranslations('words.role')
  const common = useTranslations('common')
  return (
    <tr>
      <th scope="row">
        <span className={user.disabled ? 'text-text-3' : 'sw-name'}>{user.name}</span> {self && <Tag>{t('you')}</Tag>}{' '}
        {user.disabled && <Tag>{t('disabled')}</Tag>}
        {user.name !== user.email && (
          <span className="text-text-3 max-md:block max-md:text-12 sw-ellipsis"> {user.email}</span>
        )}
        <span className="block sw-ellipsis text-12 text-text-3 md:hidden">{words(user.role)}</span>
      </th>
      <td className="text-text-2 max-md:hidden">{words(user.role)}</td>
      <td className="text-text-2 max-md:hidden">
        {self ? common('now') : user.lastSeenAt === null ? common('notKnown') : <LastSeen at={user.lastSeenAt} />}
      </td>
      <td className="text-text-2 max-lg:hidden">
        <DateTime at={user.createdAt} style="day" />
      </td>
      <td className="sw-number text-text-2 max-lg:hidden">{user.sessions}</td>
      <td className="sw-number sw-overflow">
        <Menu
          label={t('actionsFor', { name: user.name })}
          placement="bottom end"
          trigger={(props) => (
            <IconButton small quietTip icon={Ellipsis} label={t('actionsFor', { name: user.name })} {...props} />
          )}
          items={[
            { id: 'role', label: t('actions.role'), onAction: () => onAsk('role') },
            { id: 'password', label: t('actions.password'), onAction: () => onAsk('password') },
            user.disabled
              ? { id: 'enable', label: t('actions.enable'), onAction: onEnable }
              : { id: 'disable', label: t('actions.disable'), onAction: () => onAsk('disable') },
            { id: 'line', separator: true },
            { id: 'remove', label: t('actions.remove'), onAction: () => onAsk('remove') },
          ]}
        />
      </td>
    </tr>
  )
}
