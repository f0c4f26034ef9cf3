'use client'
/** Hold and release of one snapshot: protection inside Snapwarden, with a word for whoever is refused by it. */
import { Lock, LockOpen } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { placeHold, releaseHold } from '@/app/actions/hold'
import { useAction } from '@/components/auth/use-action'
import { ReasonNotice } from '@/components/inventory/reason-notice'
import { Button } from '@/components/ui/button'
import { Notice } from '@/components/ui/notice'
import { Dialog } from '@/components/ui/overlays'
import { TextField } from '@/components/ui/text-field'
import { shownActor } from '@/lib/domain/actor'
import type { SnapshotView } from '@/lib/domain/view'

const NOTE_CHARACTERS = 500

/** The button: opens the dialog, or ends the hold at once; ending it deletes nothing. */
export function HoldButton({ snapshot, why }: { snapshot: SnapshotView; why: string | null }) {
  const t = useTranslations('flows')
  const common = useTranslations('common.actions')
  const [open, setOpen] = useState(false)
  const [note, setNote] = useState('')
  const place = useAction(placeHold)
  const release = useAction(releaseHold)
  if (snapshot.held)
    return (
      <>
        <Button
          size="sm"
          icon={LockOpen}
          disabledReason={why}
          busy={release.busy}
          onClick={() => release.run({ snapshotId: snapshot.id }, () => undefined)}
        >
          {t('action.release')}
        </Button>
        {release.refusal !== null && <ReasonNotice reason={release.refusal} />}
      </>
    )
  return (
    <>
      <Button size="sm" icon={Lock} disabledReason={why} onClick={() => setOpen(true)}>
        {t('action.hold')}
      </Button>
      <Dialog
        open={open}
        onClose={() => setOpen(false)}
        size="sm"
        title={t('hold.title', { name: snapshot.name })}
        footer={
          <>
            <Button onClick={() => setOpen(false)}>{common('cancel')}</Button>
            <Button
              variant="primary"
              busy={place.busy}
              onClick={() => place.run({ snapshotId: snapshot.id, note: note.trim() }, () => setOpen(false))}
            >
              {t('hold.set')}
            </Button>
          </>
        }
      >
        <div className="flex flex-col gap-3">
          <p className="text-text-2">{t('hold.text')}</p>
          <TextField
            label={t('hold.note')}
            hint={t('hold.noteHint')}
            optional
            value={note}
            maxLength={NOTE_CHARACTERS}
            onChange={(event) => setNote(event.target.value)}
          />
          {place.refusal !== null && <ReasonNotice reason={place.refusal} />}
        </div>
      </Dialog>
    </>
  )
}

/** Who holds it, and why. */
export function HoldNotice({ snapshot }: { snapshot: SnapshotView }) {
  const t = useTranslations('flows.hold')
  if (!snapshot.held) return null
  return (
    <Notice
      tone="info"
      title={snapshot.hold === null ? t('heldPlain') : t('heldBy', { by: shownActor(snapshot.hold.by) })}
    >
      {snapshot.hold?.note}
    </Notice>
  )
}
