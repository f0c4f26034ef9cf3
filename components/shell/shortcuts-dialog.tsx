'use client'
import { useTranslations } from 'next-intl'
import { Kbd } from '@/components/ui/kbd'
import { useModifier, useSingleKeys } from '@/components/ui/keyboard'
import { Dialog } from '@/components/ui/overlays'
import { VisuallyHidden } from '@/components/ui/visually-hidden'

type Row = { text: string; keys: readonly string[]; sequence?: boolean }

/** Every shortcut there is, by where it works. */
export function ShortcutsDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const t = useTranslations('shell')
  const singleKeys = useSingleKeys()
  const modifier = useModifier()
  const groups: { key: 'general' | 'go' | 'list' | 'guest' | 'alert'; rows: Row[] }[] = [
    {
      key: 'general',
      rows: [
        { text: t('shortcuts.search'), keys: [modifier, 'K'] },
        { text: t('shortcuts.help'), keys: ['?'] },
        { text: t('shortcuts.escape'), keys: ['Esc'] },
        { text: t('shortcuts.records'), keys: ['[', ']'] },
        { text: t('shortcuts.copyLink'), keys: ['C'] },
      ],
    },
    {
      key: 'go',
      rows: (
        [
          ['overview', 'o'],
          ['guests', 'g'],
          ['storage', 's'],
          ['alerts', 'a'],
          ['operations', 'p'],
          ['retention', 'r'],
          ['connections', 'c'],
        ] as const
      ).map(([key, letter]) => ({ text: t(`shortcuts.${key}`), keys: ['g', letter], sequence: true })),
    },
    {
      key: 'list',
      rows: [
        { text: t('shortcuts.filter'), keys: ['/'] },
        { text: t('shortcuts.move'), keys: ['j', 'k'] },
        { text: t('shortcuts.open'), keys: ['Enter'] },
        { text: t('shortcuts.select'), keys: ['x'] },
        { text: t('shortcuts.extend'), keys: ['Shift', '↑', '↓'] },
        { text: t('shortcuts.all'), keys: [modifier, 'A'] },
      ],
    },
    {
      key: 'guest',
      rows: [
        { text: t('shortcuts.take'), keys: ['S'] },
        { text: t('shortcuts.rollback'), keys: ['R'] },
        { text: t('shortcuts.merge'), keys: ['M'] },
        { text: t('shortcuts.delete'), keys: ['Del'] },
      ],
    },
    {
      key: 'alert',
      rows: [
        { text: t('shortcuts.acknowledge'), keys: ['A'] },
        { text: t('shortcuts.silence'), keys: ['Z'] },
      ],
    },
  ]
  return (
    <Dialog open={open} onClose={onClose} title={t('shortcuts.label')} size="lg">
      {singleKeys ? null : <p className="mb-2 text-text-2">{t('shortcuts.off')}</p>}
      <div className="sw-shortcuts">
        {groups.map((group) => (
          <section key={group.key}>
            <h3>{t(`shortcuts.groups.${group.key}`)}</h3>
            <dl>
              {group.rows.map((row) => (
                <div key={row.text}>
                  <dt>{row.text}</dt>
                  <dd>
                    {row.keys.map((key, index) => (
                      <span key={key + String(index)}>
                        {row.sequence && index > 0 ? (
                          <VisuallyHidden> {t('shortcuts.sequence')} </VisuallyHidden>
                        ) : null}
                        <Kbd>{key}</Kbd>
                      </span>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
