'use client'
/** One rule: its lines, holds and scope, with what it would have fired on. */
import { useQuery } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useRef, useState } from 'react'
import { addRule, changeRule, previewRule } from '@/app/actions/rule'
import { useAction } from '@/components/auth/use-action'
import { FormDialog } from '@/components/inventory/form-dialog'
import { Button } from '@/components/ui/button'
import { Checkbox, Select } from '@/components/ui/choice'
import { IntoView } from '@/components/ui/into-view'
import { PickList } from '@/components/ui/pick-list'
import { TextField } from '@/components/ui/text-field'
import { type AlertRule, RULE_KINDS, type RuleKind, SEVERITIES } from '@/lib/domain/alert'
import type { RulePreview } from '@/lib/domain/alert-view'
import { ENVIRONMENTS } from '@/lib/domain/environment'
import { MINUTE } from '@/lib/domain/units'
import { q } from '@/lib/web/queries'
import { draftOf, kindOf, shownValue, unitOf, worseOf } from './rule-draft'
import { PreviewWords } from './rule-preview'
import { useRuleName } from './rule-words'

type Props = { open: boolean; rule: AlertRule | null; onClose: () => void; onSaved: () => void }

export function RuleForm({ open, rule, onClose, onSaved }: Props) {
  const t = useTranslations('rules')
  const nameOf = useRuleName()
  const form = useRef<HTMLFormElement>(null)
  const [kind, setKind] = useState<RuleKind>(rule?.kind ?? 'storage-used')
  const [previewed, setPreviewed] = useState<RulePreview | null>(null)
  const add = useAction(addRule)
  const change = useAction(changeRule)
  const ask = useAction(previewRule)
  const draft = (entries: FormData) => draftOf(entries, kind, rule)
  function submit(entries: FormData) {
    if (rule === null) add.run({ ...draft(entries), kind }, onSaved)
    else change.run({ ...draft(entries), id: rule.id }, onSaved)
  }
  function preview() {
    const entries = new FormData(form.current ?? undefined)
    ask.run({ ...draft(entries), name: rule?.name ?? 'preview', kind }, setPreviewed)
  }
  const refusal = add.refusal ?? change.refusal ?? ask.refusal
  return (
    <FormDialog
      open={open}
      onClose={onClose}
      title={rule === null ? t('form.addTitle') : t('form.changeTitle', { name: nameOf(rule) })}
      size="lg"
      submit={t('form.save')}
      busy={add.busy || change.busy}
      refusal={refusal}
      onSubmit={submit}
      form={form}
    >
      {rule === null && <KindSelect kind={kind} onKind={setKind} />}
      {!rule?.shipped && (
        <TextField name="name" label={t('form.name')} required maxLength={120} defaultValue={rule?.name ?? ''} />
      )}
      <Levels key={kind} kind={kind} rule={rule} />
      <div className="grid gap-4 md:grid-cols-2">
        <Minutes name="hold" label={t('form.hold')} millis={rule?.holdMillis ?? 10 * MINUTE} />
        <Minutes name="clearHold" label={t('form.clearHold')} millis={rule?.clearHoldMillis ?? 10 * MINUTE} />
      </div>
      <Scope kind={kind} rule={rule} />
      <Checkbox name="enabled" label={t('form.enabled')} defaultChecked={rule?.enabled ?? true} />
      <div>
        <Button busy={ask.busy} onClick={preview}>
          {t('preview.button')}
        </Button>
        <div role="status">
          {previewed !== null && (
            <IntoView>
              <PreviewWords preview={previewed} />
            </IntoView>
          )}
        </div>
      </div>
    </FormDialog>
  )
}

function KindSelect({ kind, onKind }: { kind: RuleKind; onKind: (kind: RuleKind) => void }) {
  const t = useTranslations('rules.form')
  const kinds = useTranslations('alerts.kind')
  return (
    <Select
      label={t('kind')}
      options={RULE_KINDS.map((each) => [each, kinds(each)] as const)}
      value={kind}
      onChange={(event) => onKind(kindOf(event.target.value))}
    />
  )
}

const Minutes = ({ name, label, millis }: { name: string; label: string; millis: number }) => (
  <TextField
    name={name}
    label={label}
    type="number"
    min={0}
    max={1_440}
    step="any"
    required
    defaultValue={millis / MINUTE}
  />
)

function Levels({ kind, rule }: { kind: RuleKind; rule: AlertRule | null }) {
  const t = useTranslations('rules')
  const severities = useTranslations('alerts.severity')
  const unit = t(`unit.${unitOf(kind)}`)
  const withUnit = (label: string) => (unit === '' ? label : `${label} (${unit})`)
  return (
    <div className="flex flex-col gap-3">
      <p className="text-text-2">
        {t(`form.${worseOf(kind)}`)} {t('form.off')} {kind === 'operation-ended' && t('ended.scale')}
      </p>
      {SEVERITIES.map((severity) => {
        const level = rule?.kind === kind ? rule.levels.find((each) => each.severity === severity) : undefined
        return (
          <div key={severity} className="grid gap-4 grid-cols-2">
            <TextField
              name={`fire-${severity}`}
              type="number"
              step="any"
              label={withUnit(t('form.fire', { severity: severities(severity) }))}
              defaultValue={level === undefined ? '' : shownValue(kind, level.fire)}
            />
            <TextField
              name={`clear-${severity}`}
              type="number"
              step="any"
              label={withUnit(t('form.clear'))}
              defaultValue={level === undefined ? '' : shownValue(kind, level.clear)}
            />
          </div>
        )
      })}
    </div>
  )
}

/** Kinds that are about neither a storage nor a guest on one. */
const WITHOUT_STORAGE: readonly RuleKind[] = ['stale-data', 'operation-ended']

function Scope({ kind, rule }: { kind: RuleKind; rule: AlertRule | null }) {
  const t = useTranslations('rules.form')
  const { data: connections } = useQuery(q.connections())
  const { data: storages } = useQuery(q.storages())
  // Until the names are there the ids stay in the form, or a quick save would widen the rule to everything.
  return (
    <>
      {connections === undefined ? (
        <Kept name="connection" ids={rule?.scope.connectionIds ?? []} />
      ) : (
        <PickList
          name="connection"
          label={t('connections')}
          hint={t('allHint')}
          options={connections.map(({ id, name }) => ({ id, label: name }))}
          chosen={rule?.scope.connectionIds ?? []}
        />
      )}
      {WITHOUT_STORAGE.includes(kind) ? null : storages === undefined ? (
        <Kept name="storage" ids={rule?.scope.storageIds ?? []} />
      ) : (
        <PickList
          name="storage"
          label={t('storages')}
          hint={t('allHint')}
          options={storages.map(({ id, name, connectionName }) => ({ id, label: name, note: connectionName }))}
          chosen={rule?.scope.storageIds ?? []}
        />
      )}
      <fieldset className="sw-field">
        <legend className="sw-label mb-[5px]">{t('environments')}</legend>
        <div className="flex flex-wrap gap-x-5 gap-y-1">
          {ENVIRONMENTS.map((each) => (
            <Checkbox
              key={each}
              name={`environment-${each}`}
              label={t(`environment.${each}`)}
              defaultChecked={rule?.scope.environments.includes(each) ?? false}
            />
          ))}
        </div>
      </fieldset>
      <TextField
        name="tags"
        label={t('tags')}
        hint={t('tagsHint')}
        optional
        defaultValue={rule?.scope.tags.join(', ') ?? ''}
      />
    </>
  )
}

const Kept = ({ name, ids }: { name: string; ids: readonly string[] }) =>
  ids.map((id) => <input key={id} type="hidden" name={name} value={id} />)
