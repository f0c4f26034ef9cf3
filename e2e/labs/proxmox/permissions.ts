import type { ClusterState, Role } from './state'

/** Effective rights, as PVE::AccessControl computes them [code] and as recorded in 26–29 and 925–943. */

/** Privilege → 1 when it propagates to paths below. */
export type Privileges = Map<string, boolean>

const ALL_PRIVILEGES_ROLE = 'Administrator'

/** The rights of a user or token (`user@realm` or `user@realm!name`) on one path. */
export function privilegesOn(state: ClusterState, authid: string, path: string): Privileges {
  const [userid = '', tokenName] = authid.split('!')
  const user = rightsByAcl(state, userid, path)
  if (tokenName === undefined) return user
  const token = state.tokens.get(authid)
  if (token === undefined) return new Map()
  if (!token.privsep) return user
  const own = rightsByAcl(state, authid, path)
  return new Map([...own].filter(([privilege]) => user.has(privilege)))
}

function rightsByAcl(state: ClusterState, authid: string, path: string): Privileges {
  if (authid === 'root@pam') {
    return everything(state)
  }
  // The deepest path with an entry for this id wins; entries above count only when they propagate.
  let rights: Privileges = new Map()
  for (const level of levelsOf(path)) {
    const entries = state.acl.filter((entry) => entry.ugid === authid && entry.path === level)
    const valid = entries.filter((entry) => level === path || entry.propagate)
    if (valid.length === 0) continue
    rights = new Map(
      valid.flatMap((entry) =>
        (state.roles.get(entry.roleid)?.privileges ?? []).map((privilege) => [privilege, entry.propagate] as const),
      ),
    )
  }
  return rights
}

const everythingOf = new WeakMap<Role, Privileges>()

/** root's rights, computed once: a list of thousands of guests asks for them thousands of times. */
function everything(state: ClusterState): Privileges {
  const role = state.roles.get(ALL_PRIVILEGES_ROLE)
  if (role === undefined) return new Map()
  const known = everythingOf.get(role) ?? new Map(role.privileges.map((privilege) => [privilege, true] as const))
  everythingOf.set(role, known)
  return known
}

function levelsOf(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '')
  return ['/', ...parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)]
}

const LISTED_PATHS = ['/', '/access', '/access/groups', '/nodes', '/pool', '/sdn', '/storage', '/vms']

/** GET /access/permissions: the standard paths and every path the ACL names, those without rights left out. */
export function permissionDump(
  state: ClusterState,
  authid: string,
  path: string | undefined,
): Record<string, Record<string, number>> {
  const paths = path === undefined ? new Set([...LISTED_PATHS, ...state.acl.map((entry) => entry.path)]) : [path]
  const dump: Record<string, Record<string, number>> = {}
  for (const each of paths) {
    const rights = privilegesOn(state, authid, each)
    if (rights.size > 0) dump[each] = Object.fromEntries([...rights].map(([name, spreads]) => [name, spreads ? 1 : 0]))
  }
  return dump
}

const CAPABILITY_PATTERNS: Readonly<Record<string, RegExp>> = {
  vms: /^(VM\.|Permissions\.Modify)/,
  access: /^((User|Group)\.|Permissions\.Modify)/,
  storage: /^(Datastore\.|Permissions\.Modify)/,
  nodes: /^(Sys\.|Permissions\.Modify)/,
  sdn: /^(SDN\.|Permissions\.Modify)/,
  dc: /^(Sys\.Audit|Sys\.Modify|SDN\.)/,
  mapping: /^(Mapping\.|Permissions\.Modify)/,
}

/** The `cap` of a login's answer: rights by the first part of the path, for a user interface's menus. */
export function loginCapabilities(state: ClusterState, userid: string): Record<string, Record<string, number>> {
  const cap: Record<string, Record<string, number>> = Object.fromEntries(
    Object.keys(CAPABILITY_PATTERNS).map((area) => [area, {}]),
  )
  const paths = new Set(['/', '/access/groups', '/mapping', '/nodes', '/sdn', '/storage', '/vms'])
  for (const entry of state.acl) paths.add(entry.path)
  for (const path of paths) {
    const area = path === '/' ? 'dc' : (path.split('/')[1] ?? '')
    const pattern = CAPABILITY_PATTERNS[area]
    const target = cap[area]
    if (pattern === undefined || target === undefined) continue
    for (const privilege of privilegesOn(state, userid, path).keys()) if (pattern.test(privilege)) target[privilege] = 1
  }
  return cap
}
