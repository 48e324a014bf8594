/**
 * Eight workers: all at one post office, and each at its own.
 */
import { Worker } from 'node:worker_threads';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { postOffice } from './post-office.ts';
import { send } from './testing/application.ts';

const WORKERS = 8;
const LETTERS = 5;

/** A worker of a test suite in another thread: it knows only where the post office is. */
const WORKER = `
const { connect } = require('node:net');
const { once } = require('node:events');
const { parentPort, workerData: { http, port, name, letters } } = require('node:worker_threads');
const post = async (path, body) => (await fetch(http + '/rest/v1/test' + path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })).json();
const send = async (to, subject) => {
  const socket = connect(port, '127.0.0.1');
  const lines = ['EHLO laptop.test', 'MAIL FROM:<app@shop.test>', 'RCPT TO:<' + to + '>', 'DATA', 'Subject: ' + subject + '\\r\\n\\r\\nIt works.\\r\\n.', 'QUIT'];
  socket.setEncoding('utf8');
  for (const line of lines) { let said = ''; while (!/^\\d{3} .*\\r\\n$/m.test(said)) said += (await once(socket, 'data'))[0]; socket.write(line + '\\r\\n'); }
  await once(socket.resume(), 'close');
};
(async () => {
  const { id, address } = await post('/inboxes', {});
  for (let count = 0; count < letters; count += 1) await send(address, name + ' ' + count);
  const { letters: came } = await post('/inboxes/' + id + '/wait', { count: letters, timeout: '50s' });
  parentPort.postMessage(came.map(({ subject }) => subject));
})();`;

test('eight workers share a post office, and each sees its own letters only', async () => {
  await using mail = await postOffice();
  const seen = await Promise.all(Array.from({ length: WORKERS }, async (_, at) => {
    const worker = new Worker(WORKER, { eval: true, workerData: { http: mail.http.url, port: mail.smtp.port, name: `worker ${at}`, letters: LETTERS } });
    const [subjects] = await once(worker, 'message');
    await worker.terminate();
    return subjects;
  }));
  expect(seen).toEqual(Array.from({ length: WORKERS }, (_, at) => Array.from({ length: LETTERS }, (__, count) => `worker ${at} ${count}`)));
  expect(await mail.letters()).toHaveLength(WORKERS * LETTERS);
});

test('eight post offices at once know nothing of one another', async () => {
  const seen = await Promise.all(Array.from({ length: WORKERS }, async (_, at) => {
    await using mail = await postOffice();
    const inbox = mail.inbox('ann@shop.test');
    await send(mail, { to: inbox.address, subject: `office ${at}` });
    await inbox.waitFor();
    return (await mail.letters()).map(({ subject }) => subject);
  }));
  expect(seen).toEqual(Array.from({ length: WORKERS }, (_, at) => [`office ${at}`]));
});
