'use client'
import { useTranslations } from 'next-intl'
import { Bytes } from '@/components/ui/bytes'
import type { SizeConfidence, SizeSource } from '@/lib/domain/snapshot'

type Props = {
  size: { bytes: number | null; confidence: SizeConfidence; source?: SizeSource }
  place?: 'cell' | 'sentence'
}

/** A size with its label, and where the figure comes from as its title. */
export function SizeFigure({ size, place = 'cell' }: Props) {
  const words = useTranslations('words')
  return (
    <span title={size.source === undefined ? undefined : words(`sizeSource.${size.source}`)}>
      <Bytes value={size.bytes} confidence={size.confidence} cell={place === 'cell'} />
    </span>
  )
}
