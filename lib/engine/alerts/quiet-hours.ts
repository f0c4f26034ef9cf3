/** Quiet hours, on the clock of the installation's time zone: daylight saving moves them with the people. */
import type { QuietHours } from '@/lib/domain/channel'
import type { Instant } from '@/lib/domain/units'

/**
 * Whether `now` lies in the quiet hours. `days` are those on which they begin (0 = Sunday); hours that pass midnight
 * belong to the day before. From and until the same: the whole day.
 */
export function isQuiet(quiet: QuietHours | null, now: Instant, timeZone: string): boolean {
  if (quiet === null) return false
  const { day, minutes } = localTime(now, timeZone)
  const from = minutesOf(quiet.from)
  const until = minutesOf(quiet.until)
  const today = quiet.days.includes(day)
  const yesterday = quiet.days.includes((day + 6) % 7)
  if (from === until) return today
  if (from < until) return today && minutes >= from && minutes < until
  return (today && minutes >= from) || (yesterday && minutes < until)
}

const minutesOf = (time: string): number => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * 60 + minutes
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

function localTime(now: Instant, timeZone: string): { day: number; minutes: number } {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(Date.parse(now))
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? ''
  return { day: WEEKDAYS.indexOf(part('weekday')), minutes: Number(part('hour')) * 60 + Number(part('minute')) }
}
