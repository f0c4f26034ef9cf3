'use client'
/** How to reach a Proxmox VE cluster: its address, who we are there, and the role to make for that. */
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { Segmented } from '@/components/ui/choice'
import { CodeBlock } from '@/components/ui/code-block'
import { TextArea, TextField } from '@/components/ui/text-field'
import type { ConnectionMode } from '@/lib/domain/connection'
import { roleCommands } from '@/lib/domain/proxmox-role'
import type { DraftProps } from './connection-form'

export function ProxmoxFields({ draft, set }: DraftProps) {
  const t = useTranslations('connections.form')
  return (
    <>
      <TextField
        label={t('url')}
        hint={t('urlHint')}
        value={draft.url}
        onChange={(event) => set({ url: event.target.value })}
        autoCapitalize="none"
        autoComplete="off"
        spellCheck={false}
      />
      <div className="flex flex-col gap-1.5">
        <Segmented
          label={t('signIn')}
          name="signIn"
          value={draft.signIn}
          onChange={(signIn) => set({ signIn })}
          options={(['token', 'password'] as const).map((value) => ({ value, label: t(`signIns.${value}`) }))}
        />
        <p className="sw-hint">{t(`signInHint.${draft.signIn}`)}</p>
      </div>
      {draft.signIn === 'token' ? <Token draft={draft} set={set} /> : <Account draft={draft} set={set} />}
      <ProxmoxRole mode={draft.mode} />
      <TextArea
        mono
        rows={3}
        label={t('pveCa')}
        hint={t('pveCaHint')}
        optional
        value={draft.ca}
        onChange={(event) => set({ ca: event.target.value })}
        autoComplete="off"
        spellCheck={false}
      />
    </>
  )
}

function Token({ draft, set }: DraftProps) {
  const t = useTranslations('connections.form')
  return (
    <div className="grid gap-4 md:grid-cols-2">
      <TextField
        mono
        label={t('tokenId')}
        hint={t('tokenIdHint', { example: 'user@realm!name' })}
        value={draft.tokenId}
        onChange={(event) => set({ tokenId: event.target.value })}
        autoCapitalize="none"
        autoComplete="off"
        spellCheck={false}
      />
      <TextField
        type="password"
        label={t('tokenSecret')}
        hint={t('tokenSecretHint')}
        value={draft.tokenSecret}
        onChange={(event) => set({ tokenSecret: event.target.value })}
        autoComplete="off"
      />
    </div>
  )
}

function Account({ draft, set }: DraftProps) {
  const t = useTranslations('connections.form')
  return (
    <>
      <div className="grid gap-4 md:grid-cols-[minmax(0,1fr)_160px]">
        <TextField
          label={t('pveUser')}
          value={draft.username}
          onChange={(event) => set({ username: event.target.value })}
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
        />
        <TextField
          label={t('realm')}
          hint={t('realmHint')}
          value={draft.realm}
          onChange={(event) => set({ realm: event.target.value })}
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
        />
      </div>
      <TextField
        type="password"
        label={t('pvePassword')}
        value={draft.password}
        onChange={(event) => set({ password: event.target.value })}
        autoComplete="off"
      />
      <TextField
        type="password"
        label={t('totpKey')}
        hint={t('totpHint')}
        optional
        value={draft.totpKey}
        onChange={(event) => set({ totpKey: event.target.value })}
        autoComplete="off"
      />
    </>
  )
}

/** The least rights for a mode, as lines to copy. */
function ProxmoxRole({ mode }: { mode: ConnectionMode }) {
  const t = useTranslations('connections.form')
  const [major, setMajor] = useState<'9' | '8'>('9')
  return (
    <details className="sw-box px-4 py-3">
      <summary className="font-[560] cursor-pointer">{t(`roleTitle.${mode}`)}</summary>
      <div className="flex flex-col gap-3 pt-3">
        <p className="text-text-2">{t('roleText')}</p>
        {/* The privileges for reading are the same in both. */}
        {mode === 'operate' && (
          <Segmented
            small
            label={t('roleVersion')}
            name="major"
            value={major}
            onChange={setMajor}
            options={(['9', '8'] as const).map((value) => ({ value, label: value }))}
          />
        )}
        <CodeBlock wrap code={roleCommands(mode, major === '8' ? 8 : 9).join('\n')} />
        <p className="sw-hint">{t(`roleNote.${mode}`)}</p>
      </div>
    </details>
  )
}
