import { Refusal } from '../answer'
import { isTicketOf, makeCsrfToken, makeTicket, passwordHolds, REFUSAL_HOLD_MS } from '../authentication'
import { demand, forbidden, holds } from '../cluster'
import { loginCapabilities, permissionDump } from '../permissions'
import { isChallenge, makeChallenge, takesCode } from '../second-factor'
import { type Handler, type HandlerContext, optionalText, text } from './context'

/** /access and /version. */

/** A refused login: 401 with a body, unlike every other 401 (recorded, 4–8). */
export class LoginRefusal extends Refusal {
  readonly holdMs = REFUSAL_HOLD_MS
  constructor() {
    super(401, 'authentication failure\n')
  }
}

function login(context: HandlerContext): ReturnType<Handler> {
  const { auth, state } = context.cluster
  const realm = optionalText(context, 'realm')
  const name = text(context, 'username')
  const userid = realm === undefined || name.includes('@') ? name : `${name}@${realm}`
  const password = text(context, 'password')
  const user = state.users.get(userid)
  const challenge = optionalText(context, 'tfa-challenge')
  if (challenge !== undefined) {
    const code = /^totp:(\d{6})$/.exec(password)?.[1]
    const passes = user !== undefined && code !== undefined && isChallenge(auth, user, challenge)
    if (!passes || !takesCode(auth, user, code)) throw new LoginRefusal()
  } else {
    if (!passwordHolds(auth, userid, password)) throw new LoginRefusal()
    if (user?.totpKey !== undefined && !isTicketOf(auth, userid, password)) {
      const ticket = makeChallenge(auth, user)
      return { data: { username: userid, ticket, CSRFPreventionToken: makeCsrfToken(auth, userid), NeedTFA: 1 } }
    }
  }
  return {
    data: {
      username: userid,
      ticket: makeTicket(auth, userid),
      CSRFPreventionToken: makeCsrfToken(auth, userid),
      cap: loginCapabilities(state, userid),
      ...(state.clusterName === '' ? {} : { clustername: state.clusterName }),
    },
  }
}

export const accessHandlers: Readonly<Record<string, Handler>> = {
  'GET /version': ({ cluster }) => ({ data: cluster.state.release }),
  'GET /access/domains': ({ cluster }) => ({ data: cluster.chance.shuffled(cluster.state.realms) }),
  'POST /access/ticket': login,
  'GET /access/permissions': (context) => {
    const { cluster, caller } = context
    const asked = optionalText(context, 'userid') ?? caller.authid
    if (asked !== caller.authid && asked.split('!')[0] !== caller.authid) {
      demand(cluster, caller.authid, '/access', 'Sys.Audit')
    }
    return { data: permissionDump(cluster.state, asked, optionalText(context, 'path')) }
  },
  'GET /access/roles': ({ cluster }) => ({
    data: cluster.chance.shuffled(
      [...cluster.state.roles.values()].map((role) => ({
        roleid: role.id,
        privs: role.privileges.join(','),
        special: role.special ? 1 : 0,
      })),
    ),
  }),
  'GET /access/roles/{roleid}': (context) => {
    const role = context.cluster.state.roles.get(text(context, 'roleid'))
    if (role === undefined) throw new Refusal(500, `role '${text(context, 'roleid')}' does not exist\n`)
    return { data: Object.fromEntries(role.privileges.map((privilege) => [privilege, 1])) }
  },
  'GET /access/acl': ({ cluster, caller }) => ({
    data: cluster.chance.shuffled(
      cluster.state.acl
        .filter(
          (entry) =>
            holds(cluster, caller.authid, entry.path, 'Permissions.Modify') ||
            holds(cluster, caller.authid, '/access', 'Sys.Audit'),
        )
        .map((entry) => ({
          path: entry.path,
          ugid: entry.ugid,
          type: entry.type,
          roleid: entry.roleid,
          propagate: entry.propagate ? 1 : 0,
        })),
    ),
  }),
  'GET /access/users/{userid}/token': (context) => {
    const { cluster, caller } = context
    const userid = text(context, 'userid')
    if (caller.userid !== userid && !holds(cluster, caller.authid, '/access/groups', 'User.Modify')) {
      throw forbidden('/access/groups', ['User.Modify'])
    }
    const own = [...cluster.state.tokens.values()].filter((token) => token.id.startsWith(`${userid}!`))
    return {
      data: cluster.chance.shuffled(
        own.map((token) => ({
          tokenid: token.id.slice(userid.length + 1),
          privsep: token.privsep ? 1 : 0,
          expire: token.expire,
        })),
      ),
    }
  },
}
