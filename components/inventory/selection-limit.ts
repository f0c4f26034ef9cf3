/** Guests in one plan made by hand: their ids travel in the address, and each one's snapshots are looked at. */
export const MAX_GUESTS_AT_ONCE = 100
