'use server'

import { acknowledgeInput, acknowledge as take } from '@/lib/services/alert/acknowledge'
import { assignInput, assign as give } from '@/lib/services/alert/assign'
import { commentInput, comment as say } from '@/lib/services/alert/comment'
import { silence as mute, silenceInput } from '@/lib/services/alert/silence'
import { endSilenceInput, unsilence as unmute } from '@/lib/services/alert/unsilence'
import { defineAction } from '@/lib/web/gate'

export const acknowledgeAlert = defineAction({ permission: 'alert.handle', input: acknowledgeInput, run: take })

export const assignAlert = defineAction({ permission: 'alert.handle', input: assignInput, run: give })

export const commentAlert = defineAction({ permission: 'alert.handle', input: commentInput, run: say })

export const silenceAlert = defineAction({ permission: 'alert.handle', input: silenceInput, run: mute })

export const endSilence = defineAction({ permission: 'alert.handle', input: endSilenceInput, run: unmute })
