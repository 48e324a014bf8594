/**
 * The OpenAPI description, made from the schemas by which requests are checked. OpenAPI 3.1.
 */
import type { FastifyInstance, RouteOptions } from 'fastify';
import { PROBLEM_SCHEMA } from './problem.ts';

declare module 'fastify' {
  interface FastifySchema {
    readonly summary?: string;
    /** Content type of the request's body; JSON if absent. */
    readonly consumes?: string;
    /** Content type of what is answered, where it is not JSON. */
    readonly produces?: string;
    /** Not part of the description. */
    readonly hide?: boolean;
  }
}

type Json = Readonly<Record<string, unknown>>;

/** Collects every route that is added from now on; what it returns describes them. */
export function describeRoutes(app: FastifyInstance, version: string): () => Json {
  const routes: RouteOptions[] = [];
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith('/rest/') && route.schema?.hide !== true && route.method !== 'HEAD') routes.push(route);
  });
  return () => ({
    openapi: '3.1.0',
    info: { title: 'Posthorn', version, description: 'Letters, and the administration of a Posthorn mail host.' },
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'Needed on http listeners, not on the control socket.' } },
      schemas: { Problem: PROBLEM_SCHEMA },
    },
    security: [{ token: [] }],
    paths: pathsOf(routes),
  });
}

function pathsOf(routes: readonly RouteOptions[]): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    const methods = typeof route.method === 'string' ? [route.method] : route.method;
    const path = paths[templateOf(route.url)] ??= {};
    for (const method of methods) path[method.toLowerCase()] = operationOf(route);
  }
  return paths;
}

/** `/queue/:id` → `/queue/{id}`. */
function templateOf(url: string): string {
  return url.replaceAll(/:(\w+)/g, '{$1}');
}

function operationOf({ schema }: RouteOptions): Json {
  const parameters = [...parametersIn(schema?.params, 'path'), ...parametersIn(schema?.querystring, 'query')];
  return {
    ...(schema?.summary === undefined ? {} : { summary: schema.summary }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(schema?.body === undefined && schema?.consumes === undefined ? {} : {
      requestBody: { required: true, content: { [schema.consumes ?? 'application/json']: { schema: schema.body ?? { type: 'string', format: 'binary' } } } },
    }),
    responses: responsesOf(schema?.response, schema?.produces),
  };
}

function parametersIn(schema: unknown, place: 'path' | 'query'): readonly Json[] {
  if (!isObject(schema) || !isObject(schema['properties'])) return [];
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  return Object.entries(schema['properties']).map(([name, its]) => ({
    name, in: place, required: place === 'path' || required.includes(name), schema: its,
  }));
}

function responsesOf(response: unknown, produces: string | undefined): Json {
  const described: Record<string, Json> = {
    default: { description: 'What went wrong', content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } },
  };
  if (produces !== undefined) described['200'] = { description: 'Done', content: { [produces]: { schema: { type: 'string', format: 'binary' } } } };
  for (const [status, schema] of Object.entries(isObject(response) ? response : {})) {
    const description = isObject(schema) && typeof schema['description'] === 'string' ? schema['description'] : 'Done';
    described[status] = isObject(schema) && schema['type'] === 'null' ? { description } : { description, content: { 'application/json': { schema } } };
  }
  return described;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
