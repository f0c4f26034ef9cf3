'use client'
/** Whether the log is what was written, and the log to take along. */
import { useQuery } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { ReasonNotice, reasonOfError } from '@/components/inventory/reason-notice'
import { Button, ButtonLink } from '@/components/ui/button'
import { Notice } from '@/components/ui/notice'
import { SeverityBadge } from '@/components/ui/severity'
import { q } from '@/lib/web/queries'

export function AuditProof() {
  const t = useTranslations('settings.audit')
  const { data: verdict, error, isFetching, refetch } = useQuery(q.auditVerdict())
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
      <span role="status">
        {verdict?.intact === true && (
          <SeverityBadge severity="ok" plain>
            {t('intact', { count: verdict.entries })}
          </SeverityBadge>
        )}
      </span>
      <Button size="sm" busy={isFetching} onClick={() => void refetch()}>
        {t('check')}
      </Button>
      {/* A file, not a page: the browser keeps it and stays here. */}
      <ButtonLink size="sm" icon={Download} href="/api/audit/export" download prefetch={false}>
        {t('export')}
      </ButtonLink>
      {verdict?.intact === false && (
        <Notice tone="critical" title={t('broken', { seq: String(verdict.brokenAt) })}>
          {t('brokenText')}
        </Notice>
      )}
      {error !== null && <ReasonNotice reason={reasonOfError(error)} />}
    </div>
  )
}
