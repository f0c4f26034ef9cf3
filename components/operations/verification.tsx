'use client'
/** What was checked by machine, with its time, and what a person looks at: both are kept with the operation. */
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { useExplain } from '@/components/inventory/reason-notice'
import { Button } from '@/components/ui/button'
import { Checkbox } from '@/components/ui/choice'
import { useNow } from '@/components/ui/clock'
import { SectionHeader } from '@/components/ui/page'
import { SeverityIcon } from '@/components/ui/severity'
import { TextField } from '@/components/ui/text-field'
import type { OperationView, Verification } from '@/lib/domain/operation'
import { useFormat } from '@/lib/i18n/use-format'
import { intentsOf } from './operation-facts'
import { useChecklist } from './use-checklist'

const SEVERITY = { pass: 'ok', fail: 'critical', unknown: 'stale' } as const

export function MachineChecks({ operation }: { operation: OperationView }) {
  const t = useTranslations('operations.verify')
  const machine = lastOfEach(operation.verifications)
  const passed = machine.filter(({ result }) => result === 'pass').length
  const rollback = intentsOf(operation).some((intent) => intent.do === 'rollback')
  return (
    <>
      {machine.length > 0 && (
        <section>
          <SectionHeader
            title={t('machine')}
            note={t('passed', { passed: String(passed), total: String(machine.length) })}
          />
          <ul>
            {machine.map((check) => (
              <CheckedLine key={check.what} check={check} />
            ))}
          </ul>
        </section>
      )}
      {rollback && operation.state === 'succeeded' && <HumanChecklist operation={operation} />}
    </>
  )
}

/** Whoever looked again found anew: the newest of each is what is so. */
function lastOfEach(verifications: readonly Verification[]): Verification[] {
  const newest = new Map(verifications.map((check) => [check.what, check]))
  newest.delete('human')
  return [...newest.values()]
}

const POWERS = ['running', 'paused', 'stopped', 'suspended', 'unknown'] as const
const AGENTS = ['connected', 'absent', 'not-configured', 'unknown'] as const

/** What was found, in words where it is one of ours: a power state, an agent's; anything else is somebody's own text. */
function useFacts(): (check: Verification) => string {
  const words = useTranslations('words')
  return ({ what, text }) => {
    const power = what === 'power' ? POWERS.find((each) => each === text) : undefined
    if (power !== undefined) return words(`power.${power}`)
    const agent = what === 'agent' ? AGENTS.find((each) => each === text) : undefined
    return agent === undefined ? text : words(`agent.${agent}`)
  }
}

function CheckedLine({ check }: { check: Verification }) {
  const t = useTranslations('operations.verify')
  const format = useFormat()
  const now = useNow()
  const explain = useExplain()
  const facts = useFacts()
  return (
    <li className="sw-check-line">
      <SeverityIcon severity={SEVERITY[check.result]} />
      <div className="min-w-0">
        <span className="title">{t(`said.${check.what}.${check.result}`)}</span>{' '}
        <span className="text wrap-anywhere">{check.why === undefined ? facts(check) : explain(check.why).title}</span>
      </div>
      <span className="text-text-3 num max-md:col-start-2">{format.date(check.at, 'seconds', now)}</span>
    </li>
  )
}

const STANDING = ['works', 'users', 'data'] as const

/** Lines everybody has, and one's own. Answered lines are stored when the operation is closed as good. */
function HumanChecklist({ operation }: { operation: OperationView }) {
  const t = useTranslations('operations.verify')
  const { answers, set } = useChecklist(operation.id)
  const [line, setLine] = useState('')
  const kept = operation.verifications.filter(({ what, text }) => what === 'human' && text !== '')
  const standing = STANDING.map((key) => t(`checklist.${key}`))
  const own = answers.map(({ text }) => text).filter((text) => !standing.includes(text))
  if (kept.length > 0)
    return (
      <section className="mt-5">
        <SectionHeader title={t('human')} note={t('humanNote')} />
        <ul>
          {kept.map((check) => (
            <CheckedLine key={check.text} check={check} />
          ))}
        </ul>
      </section>
    )
  return (
    <section className="mt-5">
      <SectionHeader title={t('human')} note={t('humanNote')} />
      <div className="flex flex-col gap-2.5">
        {[...standing, ...own].map((text) => (
          <Checkbox
            key={text}
            label={text}
            checked={answers.some((answer) => answer.text === text && answer.result === 'pass')}
            onChange={(event) => set({ text, result: event.target.checked ? 'pass' : 'unknown' })}
          />
        ))}
      </div>
      <form
        className="mt-3 flex items-end gap-2 max-w-[480px]"
        onSubmit={(event) => {
          event.preventDefault()
          if (line.trim() === '') return
          set({ text: line.trim(), result: 'unknown' })
          setLine('')
        }}
      >
        <div className="flex-1">
          <TextField
            label={t('addLabel')}
            value={line}
            maxLength={LINE_CHARACTERS}
            onChange={(event) => setLine(event.target.value)}
          />
        </div>
        <Button type="submit" className="mb-1.5">
          {t('add')}
        </Button>
      </form>
    </section>
  )
}

const LINE_CHARACTERS = 500
