/** What a Command and a Condition read like. Exhaustive: a new one does not compile until it has words. */
import type { useTranslations } from 'next-intl'
import type { Command } from '@/lib/domain/command'
import type { Condition } from '@/lib/domain/plan'
import { unreachable } from '@/lib/domain/result'
import type { Format } from './format'

type CommandTranslator = ReturnType<typeof useTranslations<'commands'>>
type With = { t: CommandTranslator; format: Format }

/** `title` names the step, `doing` heads it while it runs, `detail` is what else it does ('' = nothing). */
export type CommandText = { title: string; doing: string; detail: string }

/** The last part of a path: what people call an image. */
export const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** A command in the reader's language. */
export function describeCommand(command: Command, { t, format }: With): CommandText {
  switch (command.do) {
    case 'snapshot.take': {
      const excluded = command.disks.flatMap((disk) => (disk.mode === 'excluded' ? [disk.target] : []))
      const detail = [
        t(command.memory === 'saved' ? 'detail.memory' : 'detail.disksOnly'),
        ...(command.quiesce ? [t('detail.quiesced')] : []),
        ...(excluded.length > 0 ? [t('detail.excluded', { disks: format.list(excluded) })] : []),
      ]
      return both('command.snapshot.take', { name: command.name }, detail)
    }
    case 'snapshot.rollback':
      return both('command.snapshot.rollback', { snapshot: command.snapshot.name }, [
        ...(command.powerAfter === 'running' ? [t('detail.running')] : []),
        ...(command.force ? [t('detail.forced')] : []),
      ])
    case 'snapshot.delete':
      return both(`command.snapshot.delete.${command.how}`, { snapshot: command.snapshot.name }, [
        ...(command.children === 'delete' ? [t('detail.withChildren')] : []),
        ...(command.how === 'entry' ? [t('detail.dataStays')] : []),
      ])
    case 'snapshot.delete-data':
      return both('command.snapshot.delete-data', { name: command.name, disk: command.disk.target }, [])
    case 'snapshot.adopt':
      return both('command.snapshot.adopt', { name: command.name }, [])
    case 'chain.merge': {
      const detail = [t('detail.onDisk', { disk: command.disk.target })]
      const top = fileName(command.top)
      if (command.direction === 'pull' && command.base === null)
        return both('command.chain.merge.flatten', { top }, detail)
      const base = command.base === null ? t('baseDisk') : fileName(command.base)
      return both(`command.chain.merge.${command.direction}`, { top, base }, detail)
    }
    case 'chain.finish-job':
      return both(`command.chain.finish-job.${command.end}`, { disk: command.disk.target }, [])
    case 'guest.power':
      return both(
        `command.guest.power.${command.to}`,
        { guest: command.guest.name },
        command.to === 'shutdown' ? [t('detail.within', { limit: format.duration(command.timeLimitMillis) })] : [],
      )
    case 'guest.thaw':
    case 'guest.unlock':
    case 'guest.discard-saved-memory':
      return both(`command.${command.do}`, { guest: command.guest.name }, [])
    case 'guest.set-tags':
      return both('command.guest.set-tags', {}, [
        command.tags.length === 0 ? t('detail.noTags') : format.list(command.tags),
        ...(command.protected === null ? [] : [t(command.protected ? 'detail.protected' : 'detail.unprotected')]),
      ])
    case 'guest.fork':
      return both('command.guest.fork', { as: command.as, snapshot: command.snapshot.name }, [
        t('detail.withDisks', { count: command.disks.length }),
      ])
    case 'volume.delete':
      return both('command.volume.delete', { volume: command.volume }, [
        t('detail.onStorage', { storage: command.storage.name }),
      ])
    case 'image.check':
      return both(
        `command.image.check.${command.repair ? 'repair' : 'read'}`,
        { disk: command.disk.target },
        command.repair ? [] : [t('detail.readOnly')],
      )
    default:
      return unreachable(command)
  }

  function both(key: CommandKey, values: Record<string, string>, detail: string[]): CommandText {
    return {
      title: t(`${key}.title`, values as never),
      doing: t(`${key}.doing`, values as never),
      detail: detail.join(', '),
    }
  }
}

type Prefix<Key extends string> = Key extends `${infer Head}.title` ? Head : never
type CommandKey = Prefix<Parameters<CommandTranslator>[0]>

/** Every sentence of a condition, one by one; none where nothing is asked. */
export function describeCondition(condition: Condition, { t, format }: With): string[] {
  switch (condition.holds) {
    case 'always':
      return []
    case 'all':
      return condition.of.flatMap((each) => describeCondition(each, { t, format }))
    case 'guest-is':
    case 'unlocked':
    case 'no-saved-memory':
      return [t(`condition.${condition.holds}`)]
    case 'snapshot-exists':
    case 'snapshot-absent':
    case 'snapshot-complete':
    case 'newest-is':
    case 'no-unmanaged':
    case 'guest-exists':
      return [t(`condition.${condition.holds}`, { name: condition.name })]
    case 'snapshot-parent':
      return [
        condition.parentName === null
          ? t('condition.snapshot-root', { name: condition.name })
          : t('condition.snapshot-parent', { name: condition.name, parent: condition.parentName }),
      ]
    case 'current-parent':
      return [
        condition.name === null ? t('condition.current-root') : t('condition.current-parent', { name: condition.name }),
      ]
    case 'power':
      return [
        t('condition.power', {
          powers: condition.in
            .map((power) => t(`power.${power}`))
            .reduce((first, second) => t('or', { first, second })),
        }),
      ]
    case 'active-image':
    case 'active-image-is-not':
      return [t(`condition.${condition.holds}`, { disk: condition.target, file: fileName(condition.file) })]
    case 'chain-lacks':
    case 'chain-is':
      return [
        t(`condition.${condition.holds}`, {
          disk: condition.target,
          files: format.list(condition.files.map(fileName)),
        }),
      ]
    case 'tags':
      return [
        condition.tags.length === 0
          ? t('condition.no-tags')
          : t('condition.tags', { tags: format.list(condition.tags) }),
      ]
    default:
      return unreachable(condition)
  }
}
