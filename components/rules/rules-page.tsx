'use client'
/** Every rule: from where on it fires, how long it holds, what it looks at, whether it is on. */
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { changeRule, removeRule } from '@/app/actions/rule'
import { useMayNot } from '@/components/alerts/alert-words'
import { useAction } from '@/components/auth/use-action'
import { ReasonNotice } from '@/components/inventory/reason-notice'
import { RemoveDialog } from '@/components/inventory/remove-dialog'
import { useLast } from '@/components/settings/use-last'
import { Button } from '@/components/ui/button'
import { PageHeader } from '@/components/ui/page'
import { SeverityBadge } from '@/components/ui/severity'
import { type AlertRule, RULE_KINDS } from '@/lib/domain/alert'
import { useFormat } from '@/lib/i18n/use-format'
import { q } from '@/lib/web/queries'
import { CleanUpSection } from './clean-up-section'
import { RuleForm } from './rule-form'
import { useRuleFigure, useRuleName } from './rule-words'

export function RulesPage() {
  const t = useTranslations('rules')
  const client = useQueryClient()
  const { data: rules } = useSuspenseQuery(q.rules())
  const [form, setForm] = useState<{ rule: AlertRule | null; count: number } | null>(null)
  const [removing, setRemoving] = useState<AlertRule | null>(null)
  const [forms, setForms] = useState(0)
  const mayNot = useMayNot('rule.manage')
  const shown = useLast(form)
  const openForm = (rule: AlertRule | null) => {
    setForms(forms + 1)
    setForm({ rule, count: forms + 1 })
  }
  const done = () => {
    setForm(null)
    setRemoving(null)
    void client.invalidateQueries(q.rules())
  }
  return (
    <>
      <PageHeader
        crumbs={[{ label: t('back'), href: '/alerts' }]}
        title={t('title')}
        sub={t('sub')}
        actions={
          <Button variant="primary" icon={Plus} disabledReason={mayNot} onClick={() => openForm(null)}>
            {t('add')}
          </Button>
        }
      />
      <table className="sw-table sw-rules" aria-label={t('title')}>
        <thead>
          <tr>
            <th scope="col">{t('columns.rule')}</th>
            <th scope="col" className="max-md:hidden">
              {t('columns.levels')}
            </th>
            <th scope="col" className="w-28 max-lg:hidden">
              {t('columns.holds')}
            </th>
            <th scope="col" className="w-40 max-lg:hidden">
              {t('columns.scope')}
            </th>
            <th scope="col" className="w-16">
              {t('columns.on')}
            </th>
            <td className="w-50 max-md:w-32" />
          </tr>
        </thead>
        <tbody>
          {inOrder(rules).map((rule) => (
            <RuleLine
              key={rule.id}
              rule={rule}
              mayNot={mayNot}
              onChange={() => openForm(rule)}
              onRemove={() => setRemoving(rule)}
              onSwitched={done}
            />
          ))}
        </tbody>
      </table>
      <CleanUpSection />
      {shown !== null && (
        <RuleForm
          key={shown.count}
          open={form !== null}
          rule={shown.rule}
          onClose={() => setForm(null)}
          onSaved={done}
        />
      )}
      <RemoveDialog
        thing={removing}
        action={removeRule}
        words={({ name }) => ({ title: t('removeTitle', { name }), text: t('removeText'), submit: t('remove') })}
        onClose={() => setRemoving(null)}
        onRemoved={done}
      />
    </>
  )
}

/** What fills first, then what fills it; one's own rules beside the shipped one of their kind. */
const inOrder = (rules: readonly AlertRule[]): AlertRule[] =>
  [...rules].sort(
    (a, b) =>
      RULE_KINDS.indexOf(a.kind) - RULE_KINDS.indexOf(b.kind) ||
      Number(b.shipped) - Number(a.shipped) ||
      a.name.localeCompare(b.name),
  )

type LineProps = {
  rule: AlertRule
  mayNot: string | null
  onChange: () => void
  onRemove: () => void
  onSwitched: () => void
}

function RuleLine({ rule, mayNot, onChange, onRemove, onSwitched }: LineProps) {
  const t = useTranslations('rules')
  const format = useFormat()
  const name = useRuleName()(rule)
  const { run, busy, refusal } = useAction(changeRule)
  const { shipped: _shipped, version: _version, kind: _kind, ...content } = rule
  return (
    <tr>
      <th scope="row">
        <span className={rule.enabled ? 'sw-name' : 'text-text-3'}>{name}</span>
        <span className="md:hidden">
          <Levels rule={rule} />
        </span>
        {refusal !== null && <ReasonNotice reason={refusal} />}
      </th>
      <td className="max-md:hidden">
        <Levels rule={rule} />
      </td>
      <td className="text-text-2 max-lg:hidden">
        {rule.holdMillis === 0 ? t('atOnce') : format.duration(rule.holdMillis)}
      </td>
      <td className="text-text-2 max-lg:hidden">
        <ScopeWords rule={rule} />
      </td>
      <td>
        <input
          type="checkbox"
          role="switch"
          aria-checked={rule.enabled}
          className="sw-switch"
          aria-label={`${t('columns.on')}: ${name}`}
          checked={rule.enabled}
          disabled={mayNot !== null || busy}
          onChange={() => run({ ...content, enabled: !rule.enabled }, onSwitched)}
        />
      </td>
      <td className="sw-number">
        <Button size="sm" disabledReason={mayNot} aria-label={t('changeName', { name })} onClick={onChange}>
          {t('change')}
        </Button>
        {!rule.shipped && (
          <Button
            size="sm"
            variant="quiet"
            disabledReason={mayNot}
            aria-label={`${t('remove')} ${name}`}
            onClick={onRemove}
          >
            {t('remove')}
          </Button>
        )}
      </td>
    </tr>
  )
}

function Levels({ rule }: { rule: AlertRule }) {
  const figure = useRuleFigure()
  return (
    <span className="levels">
      {rule.levels.map(({ severity, fire }) => (
        <SeverityBadge key={severity} severity={severity} plain>
          {figure(rule.kind, fire)}
        </SeverityBadge>
      ))}
    </span>
  )
}

function ScopeWords({ rule }: { rule: AlertRule }) {
  const t = useTranslations('rules')
  const format = useFormat()
  const { connectionIds, storageIds, tags, environments } = rule.scope
  const parts = [
    connectionIds.length > 0 ? t('scope.connections', { count: connectionIds.length }) : null,
    storageIds.length > 0 ? t('scope.storages', { count: storageIds.length }) : null,
    tags.length > 0 ? t('scope.tags', { count: tags.length }) : null,
    environments.length > 0 ? t('scope.environments', { count: environments.length }) : null,
  ].filter((part) => part !== null)
  return parts.length === 0 ? t('everything') : format.list(parts)
}
