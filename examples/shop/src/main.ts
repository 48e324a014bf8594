/**
 * Starts the shop as its environment says, and tells where it is in a line of JSON.
 */
import { openShop } from './shop.ts';

const { SMTP_URL = 'smtp://127.0.0.1:1025', IMAP_HOST = '127.0.0.1', IMAP_PORT = '1143' } = process.env;
const shop = await openShop({ smtpUrl: SMTP_URL, imap: { host: IMAP_HOST, port: Number(IMAP_PORT) } });
process.stdout.write(`${JSON.stringify({ url: shop.url })}\n`);
