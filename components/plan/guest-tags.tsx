import { EnvironmentTag, Tag } from '@/components/ui/state-marks'

const ENVIRONMENTS = new Set(['prod', 'production', 'test', 'testing', 'stage', 'staging', 'dev', 'development'])

/** Tags of a guest; the ones that name its environment stand out, because consequences differ by them. */
export function GuestTags({ tags }: { tags: readonly string[] }) {
  return (
    <span className="inline-flex flex-wrap gap-1">
      {tags.map((tag) =>
        ENVIRONMENTS.has(tag.toLowerCase()) ? <EnvironmentTag key={tag} name={tag} /> : <Tag key={tag}>{tag}</Tag>,
      )}
    </span>
  )
}
