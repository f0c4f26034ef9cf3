'use client'
/** Alerts in words: the same sentences as the notices, and where an alert leads. */
import { useTranslations } from 'next-intl'
import { useMissingRole } from '@/components/plan/use-rights'
import { useUsageLines } from '@/components/storage/use-usage-lines'
import type { Severity } from '@/components/ui/severity'
import { type Alert, severityNow } from '@/lib/domain/alert'
import type { AlertView } from '@/lib/domain/alert-view'
import type { Permission } from '@/lib/domain/permission'
import type { UsageLines } from '@/lib/engine/alerts/usage-lines'
import { alertDetail, alertTitle } from '@/lib/i18n/alerts'
import { useFormat } from '@/lib/i18n/use-format'

/** The sentence of an alert and what it means. */
export function useAlertWords() {
  const t = useTranslations('alerts')
  const format = useFormat()
  return {
    title: (alert: Alert): string => alertTitle(alert, t, format),
    detail: ({ kind }: Pick<Alert, 'kind'>): string => alertDetail(kind, t),
  }
}

/** Why a person may not, as a button says it; null = they may. */
export function useMayNot(permission: Permission): string | null {
  const t = useTranslations('inbox')
  const roles = useTranslations('shell.role')
  const missing = useMissingRole(permission)
  return missing === null ? null : t('mayNot', { role: roles(missing) })
}

/** How it looks by now: an alert about silence is told in the look of what is out of date. */
export function looksLike(alert: Alert): Severity {
  const severity = severityNow(alert) ?? 'ok'
  return alert.kind === 'stale-data' && severity === 'warning' ? 'stale' : severity
}

/** The lines of the storage behind an alert. */
export function useAlertLines({ subject, connectionId }: Alert): UsageLines {
  const linesOf = useUsageLines()
  return linesOf(subject.of === 'storage' && connectionId !== null ? { id: subject.id, connectionId } : null)
}

/** The page of what an alert is about. */
export function subjectHref({ subject }: Alert): string {
  switch (subject.of) {
    case 'storage':
      return `/storage/${subject.id}`
    case 'guest':
      return `/guests/${subject.id}`
    case 'connection':
      return `/connections/${subject.id}`
    case 'operation':
      return `/operations/${subject.id}`
  }
}

/** Used share of the storage behind an alert; null = not known, or another kind of subject. */
export function shareOf({ storage }: Pick<AlertView, 'storage'>): number | null {
  if (storage === null || storage.usedBytes === null || storage.usableBytes === null || storage.usableBytes === 0)
    return null
  return storage.usedBytes / storage.usableBytes
}
