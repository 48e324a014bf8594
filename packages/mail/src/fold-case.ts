/**
 * What is compared when case does not count: letters as Unicode's lower case has them, the two
 * small sigmas as one.
 *
 * Accents count, and no normal form is made of either side. RFC 9051 §6.4.4.
 */
export function foldCase(text: string): string {
  return text.toLowerCase().replaceAll('ς', 'σ');
}
