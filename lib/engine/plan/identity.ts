/**
 * Guests whose identity lives beside them: going back breaks what others believe of them. Roles are known from what
 * people wrote, in tags and names, and said as such; nothing is looked up inside the guest.
 */
import type { Context } from './context'

export type IdentityRole = 'domain-controller' | 'database-replica' | 'cluster-member'

const WORDS: Record<IdentityRole, ReadonlySet<string>> = {
  'domain-controller': new Set(['dc', 'adds', 'ad', 'domaincontroller', 'samba', 'freeipa', 'ipa']),
  'database-replica': new Set(['replica', 'galera', 'patroni', 'mongodb', 'cassandra', 'kafka', 'standby']),
  'cluster-member': new Set([
    'etcd',
    'ceph',
    'osd',
    'zookeeper',
    'consul',
    'k8s',
    'kube',
    'kubernetes',
    'rke',
    'corosync',
  ]),
}

/** A role by the words of tags and name; digits at the end of a word (`dc01`) do not hide it. */
export function identityRolesOf({ known }: Context): { role: IdentityRole; from: string }[] {
  const sources = [...known.facts.tags, known.facts.name]
  return (Object.keys(WORDS) as IdentityRole[]).flatMap((role) => {
    const from = sources.find((source) => wordsOf(source).some((word) => WORDS[role].has(word)))
    return from === undefined ? [] : [{ role, from }]
  })
}

const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .map((word) => word.replace(/\d+$/, (digits, at: number) => (at === 0 ? digits : '')))
