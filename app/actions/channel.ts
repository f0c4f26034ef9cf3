'use server'

import { saveChannelInput } from '@/lib/services/channel/content'
import { removeChannel as remove, removeChannelInput } from '@/lib/services/channel/remove'
import { reviveNotice as revive, reviveNoticeInput } from '@/lib/services/channel/revive'
import { saveChannel as save } from '@/lib/services/channel/save'
import { testChannel as test, testChannelInput } from '@/lib/services/channel/test'
import { defineAction } from '@/lib/web/gate'

export const saveChannel = defineAction({ permission: 'channel.manage', input: saveChannelInput, run: save })

export const removeChannel = defineAction({ permission: 'channel.manage', input: removeChannelInput, run: remove })

/** The value is what the receiver answered, in its own words. */
export const testChannel = defineAction({ permission: 'channel.manage', input: testChannelInput, run: test })

export const reviveNotice = defineAction({ permission: 'channel.manage', input: reviveNoticeInput, run: revive })
