'use client'
/** API tokens: what there is, a new one with its secret shown this once, and the way to revoke one. */
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { KeyRound, Plus } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { useNow } from '@/components/ui/clock'
import { EmptyState } from '@/components/ui/states'
import { DateTime } from '@/components/ui/time-ago'
import type { Role } from '@/lib/domain/permission'
import { elapsedMillis } from '@/lib/domain/units'
import type { TokenRow } from '@/lib/domain/view'
import { useFormat } from '@/lib/i18n/use-format'
import { q } from '@/lib/web/queries'
import { LastSeen } from './last-seen'
import { type NewSecret, NewToken } from './new-token'
import { RevokeToken } from './revoke-token'
import { TableSection } from './section'
import { TokenSecret } from './token-secret'

export function TokensPage({ ownRole, seesAll }: { ownRole: Role; seesAll: boolean }) {
  const t = useTranslations('settings.tokens')
  const client = useQueryClient()
  const { data: tokens } = useSuspenseQuery(q.tokens())
  const [creating, setCreating] = useState(false)
  const [secret, setSecret] = useState<NewSecret | null>(null)
  const renew = () => void client.invalidateQueries(q.tokens())
  const create = (
    <Button variant={secret === null ? 'primary' : 'secondary'} icon={Plus} onClick={() => setCreating(true)}>
      {t('create')}
    </Button>
  )
  return (
    <>
      {secret !== null && <TokenSecret made={secret} onDone={() => setSecret(null)} />}
      <TableSection title={t('title')} text={t('text')} actions={tokens.length > 0 && create}>
        {tokens.length === 0 ? (
          <EmptyState icon={KeyRound} title={t('empty')} actions={create}>
            {t('emptyText')}
          </EmptyState>
        ) : (
          <TokenTable tokens={tokens} withOwner={seesAll} onRevoked={renew} />
        )}
      </TableSection>
      <NewToken
        open={creating}
        onClose={() => setCreating(false)}
        ownRole={ownRole}
        onCreated={(made) => {
          setCreating(false)
          setSecret(made)
          renew()
        }}
      />
    </>
  )
}

function TokenTable({
  tokens,
  withOwner,
  onRevoked,
}: {
  tokens: readonly TokenRow[]
  withOwner: boolean
  onRevoked: () => void
}) {
  const t = useTranslations('settings.tokens')
  const now = useNow()
  const [asking, setAsking] = useState<TokenRow | null>(null)
  const isOver = (token: TokenRow) => token.revokedAt !== null || elapsedMillis(token.expiresAt, now) >= 0
  const ordered = [...tokens.filter((token) => !isOver(token)), ...tokens.filter(isOver)]
  return (
    <>
      <table className="sw-table" aria-label={t('title')}>
        <thead>
          <tr>
            <th scope="col">{t('columns.name')}</th>
            <th scope="col" className="w-32 max-xl:hidden">
              {t('columns.prefix')}
            </th>
            <th scope="col" className="w-30 max-md:hidden">
              {t('columns.role')}
            </th>
            {withOwner && (
              <th scope="col" className="max-lg:hidden">
                {t('columns.owner')}
              </th>
            )}
            <th scope="col" className="w-44 max-md:hidden">
              {t('columns.expires')}
            </th>
            <th scope="col" className="w-28 max-lg:hidden">
              {t('columns.used')}
            </th>
            <td className="w-26 max-md:w-28" />
          </tr>
        </thead>
        <tbody>
          {ordered.map((token) => (
            <TokenLine
              key={token.id}
              token={token}
              over={isOver(token)}
              withOwner={withOwner}
              onRevoke={() => setAsking(token)}
            />
          ))}
        </tbody>
      </table>
      <RevokeToken
        token={asking}
        onClose={() => setAsking(null)}
        onRevoked={() => {
          setAsking(null)
          onRevoked()
        }}
      />
    </>
  )
}

type LineProps = { token: TokenRow; over: boolean; withOwner: boolean; onRevoke: () => void }

function TokenLine({ token, over, withOwner, onRevoke }: LineProps) {
  const t = useTranslations('settings.tokens')
  const words = useTranslations('words.role')
  const common = useTranslations('common')
  return (
    <tr>
      <th scope="row">
        <span className={over ? 'text-text-3' : 'sw-name'}>{token.name}</span>
        <span className="block sw-ellipsis text-12 text-text-3 md:hidden">
          {words(token.role)} · <Ends token={token} over={over} until />
        </span>
      </th>
      <td className="text-text-3 max-xl:hidden">
        <span className="sw-mono">{token.prefix}…</span>
      </td>
      <td className="text-text-2 max-md:hidden">{words(token.role)}</td>
      {withOwner && <td className="text-text-2 max-lg:hidden">{token.owner.replace(/^user:/, '')}</td>}
      <td className={over ? 'text-text-3 max-md:hidden' : 'text-text-2 max-md:hidden'}>
        <Ends token={token} over={over} />
      </td>
      <td className="text-text-2 max-lg:hidden">
        {token.lastUsedAt === null ? common('never') : <LastSeen at={token.lastUsedAt} />}
      </td>
      <td className="sw-number">
        {!over && (
          <Button size="sm" aria-label={t('revokeName', { name: token.name })} onClick={onRevoke}>
            {t('revoke')}
          </Button>
        )}
      </td>
    </tr>
  )
}

/** When it ends, or how it has ended. */
function Ends({ token, over, until = false }: { token: TokenRow; over: boolean /** as a phrase */; until?: boolean }) {
  const t = useTranslations('settings.tokens')
  const format = useFormat()
  const now = useNow()
  if (token.revokedAt !== null) return t('revoked', { date: format.date(token.revokedAt, 'day', now) })
  if (over) return t('expired', { date: format.date(token.expiresAt, 'day', now) })
  if (until) return t('until', { date: format.date(token.expiresAt, 'day', now) })
  return <DateTime at={token.expiresAt} style="day" />
}
