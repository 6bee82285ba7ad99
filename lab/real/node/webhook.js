// A receiver of webhooks that checks their HMAC with @octokit/webhooks-methods or, over the address, as Square's senders do.
//   APP_SECRET  the shared secret
//   APP_PARSED  the check stands behind express.json() and serialises the body again
//   APP_URL     the signature covers the address and the body, in base64 (X-Square-HmacSha256-Signature)
//   APP_TRUST   app.set('trust proxy', 'loopback')
//   APP_QUIET   the refusal does not say why
'use strict';
const crypto = require('crypto');
const express = require('express');

const env = (name) => process.env['APP_' + name];
const app = express();
if (env('TRUST')) app.set('trust proxy', 'loopback');
app.use(env('PARSED') ? express.json() : express.raw({ type: '*/*' }));

const text = (req) => (env('PARSED') ? JSON.stringify(req.body) : Buffer.isBuffer(req.body) ? req.body.toString() : '');
const refuse = (res) => res.status(401).json({ error: env('QUIET') ? 'unauthorized' : 'signature mismatch' });

app.post('/hook', async (req, res) => {
  const { verify } = await import('@octokit/webhooks-methods');
  if (env('URL')) {
    const sent = req.get('x-square-hmacsha256-signature') || '';
    const address = req.protocol + '://' + req.get('host') + req.originalUrl;
    const sum = crypto.createHmac('sha256', env('SECRET')).update(address + text(req)).digest('base64');
    return sum === sent ? res.json({ ok: true }) : refuse(res);
  }
  const sent = req.get('x-hub-signature-256');
  if (sent && (await verify(env('SECRET'), text(req), sent))) return res.json({ ok: true });
  refuse(res);
});
app.use((req, res) => refuse(res));
app.listen(Number(process.env.PORT), '127.0.0.1');
