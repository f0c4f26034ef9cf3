'use server'

import { changeUser as change, changeUserInput } from '@/lib/services/user/change'
import { createUser as create, createUserInput } from '@/lib/services/user/create'
import { removeUser as remove, removeUserInput } from '@/lib/services/user/remove'
import { resetPassword as reset, resetPasswordInput } from '@/lib/services/user/reset-password'
import { defineAction } from '@/lib/web/gate'

export const createUser = defineAction({ permission: 'user.manage', input: createUserInput, run: create })

export const changeUser = defineAction({ permission: 'user.manage', input: changeUserInput, run: change })

export const resetPassword = defineAction({ permission: 'user.manage', input: resetPasswordInput, run: reset })

export const removeUser = defineAction({ permission: 'user.manage', input: removeUserInput, run: remove })
