/** Arithmetic of what is known only within bounds. `max: null` = no upper bound is known. */
import type { ByteRange, Bytes } from '@/lib/domain/units'

export const NOTHING: ByteRange = { min: 0, max: 0 }
export const UNBOUNDED: ByteRange = { min: 0, max: null }

export const exactly = (bytes: Bytes): ByteRange => ({ min: bytes, max: bytes })
export const upTo = (bytes: Bytes | null): ByteRange => ({ min: 0, max: bytes })

export const add = (a: ByteRange, b: ByteRange): ByteRange => ({
  min: a.min + b.min,
  max: a.max === null || b.max === null ? null : a.max + b.max,
})

/** What is left of `a` when `b` is taken away; never below zero. */
export const less = (a: ByteRange, b: ByteRange): ByteRange => ({
  min: b.max === null ? 0 : Math.max(0, a.min - b.max),
  max: a.max === null ? null : Math.max(0, a.max - b.min),
})

/** The same, give or take so much. */
export const widened = (range: ByteRange, by: Bytes): ByteRange => ({
  min: Math.max(0, range.min - by),
  max: range.max === null ? null : range.max + by,
})
