const FORBIDDEN = /[^\P{Cc}\t\n\r]|[\ufffe\uffff]/gu

/** Text as XML character data or attribute value. Characters no XML document may hold are left out. */
export const escapeXml = (text: string): string =>
  text.replace(FORBIDDEN, '').replace(/[&<>"'\r\n\t]/g, (character) => `&#${character.charCodeAt(0)};`)
