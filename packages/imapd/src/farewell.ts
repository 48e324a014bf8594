/**
 * The session ends by our will, and the client is told why: BYE, RFC 9051 §7.1.5.
 */
export class Farewell extends Error {
  override readonly name = 'Farewell';
}
