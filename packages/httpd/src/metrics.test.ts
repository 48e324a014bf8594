import { expect, it } from 'vitest';
import { Counter, formatMetrics, gauge } from './metrics.ts';
import { testApi } from './testing/api.ts';

it('writes counters and gauges as Prometheus reads them', () => {
  const counter = new Counter({ name: 'letters_total', help: 'Letters.', label: 'outcome', kinds: ['delivered', 'failed'] });
  counter.add(2, 'delivered');
  expect(formatMetrics([counter.read(), gauge('depth', 'How "deep"\\\n.', 3), gauge('x', 'X.', [{ labels: { a: 'q"\\\n' }, value: Infinity }])])).toBe([
    '# HELP letters_total Letters.', '# TYPE letters_total counter', 'letters_total{outcome="delivered"} 2', 'letters_total{outcome="failed"} 0',
    '# HELP depth How "deep"\\\\\\n.', '# TYPE depth gauge', 'depth 3',
    '# HELP x X.', '# TYPE x gauge', 'x{a="q\\"\\\\\\n"} +Inf', '',
  ].join('\n'));
});

it('tells at /metrics what the parts count', async () => {
  const counter = new Counter({ name: 'posthorn_letters_accepted_total', help: 'Letters.' });
  counter.add(5);
  const { app } = testApi({ metrics: [async () => [counter.read()], async () => [gauge('posthorn_connections', 'Connections.', 2)]] });
  const response = await app.inject('/metrics');
  expect(response.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  for (const line of ['posthorn_letters_accepted_total 5', 'posthorn_connections 2', 'posthorn_build_info{version="0.0.0"} 1']) {
    expect(response.body.split('\n')).toContain(line);
  }
  expect(response.body).toMatch(/^process_resident_memory_bytes [1-9]\d+$/m);
});
