/** The frame of set-up: the three steps at the left, the work at the right. */
import { useTranslations } from 'next-intl'
import type { ReactNode } from 'react'
import { BrandMark } from '@/components/ui/brand-mark'
import { StepRail } from '@/components/ui/page'
import { VERSION as version } from '@/lib/config'
import { LanguageLinks } from './language-links'

export type SetupStep = 'administrator' | 'connection' | 'inventory'
export const SETUP_STEPS: readonly SetupStep[] = ['administrator', 'connection', 'inventory']

export function SetupFrame({ step, children }: { step: SetupStep; children: ReactNode }) {
  const t = useTranslations('entry.steps')
  return (
    <div className="sw-setup">
      <aside>
        <p className="flex items-center gap-2 text-14 font-[620]">
          <BrandMark size={22} />
          Snapwarden
        </p>
        <StepRail steps={SETUP_STEPS.map((key) => ({ key, label: t(key) }))} current={step} />
        <div className="sw-setup-aside-note mt-auto text-12 text-text-2 flex flex-col gap-1">
          <span className="flex gap-3">
            <LanguageLinks />
          </span>
          <span>{t('version', { version })}</span>
          <span>{t('note')}</span>
        </div>
      </aside>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
    </div>
  )
}
