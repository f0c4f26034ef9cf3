'use client'
/** Whose certificate is believed: the one compared just now, or the cluster's authority, which covers every node. */
import { useTranslations } from 'next-intl'
import { Button } from '@/components/ui/button'
import { Checkbox } from '@/components/ui/choice'
import { useNow } from '@/components/ui/clock'
import { Fingerprint } from '@/components/ui/facts'
import { Box } from '@/components/ui/page'
import type { ClusterAuthority } from '@/lib/domain/connection'
import type { ConnectionTest } from '@/lib/domain/view'
import { useFormat } from '@/lib/i18n/use-format'
import { CertificatePin } from './certificate-pin'
import type { DraftProps } from './connection-form'
import { pinsOf, urlsOf } from './draft'

const plain = (fingerprint: string): string => fingerprint.replace(/:/g, '').toLowerCase()

export function ProxmoxTrust({ draft, set, test }: DraftProps & { test: ConnectionTest | null }) {
  const t = useTranslations('connections.form')
  const pins = pinsOf(draft)
  const why = test?.ok === false ? test.why : null
  const offered = why?.code === 'certificate-unknown' || why?.code === 'certificate-changed' ? why : null
  if (offered !== null) {
    return (
      <CertificatePin
        host={urlsOf(draft)[0] ?? ''}
        command="pvenode cert info"
        offered={offered}
        pinned={pins.some((pin) => plain(pin) === plain(offered.fingerprint))}
        onPin={(fingerprint) => set({ fingerprint, ca: '' })}
      />
    )
  }
  const authority = test?.ok === true ? (test.authority ?? null) : null
  return (
    <>
      {authority !== null && (pins.length > 0 || draft.ca === authority.pem) && (
        <AuthorityOffer
          authority={authority}
          pinned={draft.ca === authority.pem}
          onPin={(pinIt) =>
            set(pinIt ? { ca: authority.pem, fingerprint: '' } : { ca: '', fingerprint: shownBy(test) ?? '' })
          }
        />
      )}
      {authority === null &&
        pins.map((pin) => (
          <div key={pin} className="flex flex-col gap-2 items-start">
            <span className="sw-label">{t('certificatePinnedLabel')}</span>
            <Fingerprint value={pin} label={t('certificatePinnedLabel')} />
            <Button size="sm" onClick={() => set({ fingerprint: pins.filter((each) => each !== pin).join('\n') })}>
              {t('forgetPin')}
            </Button>
          </div>
        ))}
    </>
  )
}

const shownBy = (test: ConnectionTest | null): string | null =>
  test?.ok === true ? (test.certificate?.fingerprint ?? null) : null

function AuthorityOffer({
  authority,
  pinned,
  onPin,
}: {
  authority: ClusterAuthority
  pinned: boolean
  onPin: (pinIt: boolean) => void
}) {
  const t = useTranslations('connections.form')
  const format = useFormat()
  const now = useNow()
  return (
    <Box>
      <div className="flex flex-col gap-3 p-4">
        <p className="text-text-2">{t('authorityText')}</p>
        <Fingerprint value={authority.fingerprint} label={t('authorityLabel')} />
      </div>
      <div className="flex flex-wrap items-center gap-3 px-4 py-3 border-t border-line">
        <Checkbox strong label={t('authorityPin')} checked={pinned} onChange={(event) => onPin(event.target.checked)} />
        <span className="flex-1" />
        {authority.validTo !== null && (
          <span className="text-12 text-text-3">
            {t('certificateValid', { date: format.date(authority.validTo, 'day', now) })}
          </span>
        )}
      </div>
    </Box>
  )
}
