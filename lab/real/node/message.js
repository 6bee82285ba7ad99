// An API that wants HTTP message signatures (RFC 9421), checked by http-message-signatures.
//   APP_SECRET  the shared secret (hmac-sha256)
//   APP_TRUST   app.set('trust proxy', 'loopback')
//   APP_QUIET   the refusal does not say why
'use strict';
const crypto = require('crypto');
const express = require('express');
const { createVerifier, httpbis } = require('http-message-signatures');

const env = (name) => process.env['APP_' + name];
const app = express();
if (env('TRUST')) app.set('trust proxy', 'loopback');
app.use(express.raw({ type: '*/*' }));

app.use(async (req, res, next) => {
  const key = { id: 'lab', algs: ['hmac-sha256'], verify: createVerifier(env('SECRET'), 'hmac-sha256') };
  const message = { method: req.method, url: req.protocol + '://' + req.get('host') + req.originalUrl, headers: req.headers };
  let right = false;
  let why = 'unauthorized';
  try {
    right = await httpbis.verifyMessage({ keyLookup: async () => key, requiredFields: ['@method'] }, message);
    const body = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
    const digest = /^sha-256=:(.*):$/.exec(req.get('content-digest') || '');
    if (right && digest && digest[1] !== crypto.createHash('sha256').update(body).digest('base64')) {
      right = false;
      why = 'content digest mismatch';
    } else if (!right) why = 'signature mismatch';
  } catch (err) {
    why = err.message;
  }
  if (right) return next();
  res.status(401).json({ error: env('QUIET') ? 'unauthorized' : why });
});
app.use((req, res) => res.json({ orders: [] }));
app.listen(Number(process.env.PORT), '127.0.0.1');
