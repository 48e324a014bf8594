/**
 * JSON schemas that several routes share. JSON Schema draft 7, as far as OpenAPI 3.1 reads it too.
 */
type Schema = Readonly<Record<string, unknown>>;

export const ADDRESS = { type: 'string', minLength: 1, maxLength: 320, examples: ['ann@ash.test'] } as const;
export const NOTHING = { type: 'null', description: 'Done' } as const;
export const TIME = { type: 'string', format: 'date-time' } as const;

/** No other members; all are required unless `required` names them. */
export function objectOf(properties: Readonly<Record<string, Schema>>, required: readonly string[] = Object.keys(properties)): Schema {
  return { type: 'object', properties, required, additionalProperties: false };
}

export function listOf(items: Schema): Schema {
  return { type: 'array', items };
}

export const ALIAS_SCHEMA = objectOf({
  address: { ...ADDRESS, description: 'Or `@domain`, for a catch-all.' },
  targets: listOf(ADDRESS),
});
