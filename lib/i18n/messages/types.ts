/** The shape of a translation: the same keys as English, any text. A missing or extra key fails the type-check. */
export type Translation<T> = { readonly [K in keyof T]: T[K] extends string ? string : Translation<T[K]> }
