// An API behind express-jwt, with its errors as they come from Express.
//   APP_KEY       shared key, for HS256
//   APP_AUD, APP_ISS  wanted audience and issuer
//   APP_JSON      answer errors as JSON {code, message} instead of Express's page
//   APP_CHALLENGE send a WWW-Authenticate: Bearer challenge
//   APP_ORIGINS, APP_HEADERS  CORS, with commas; APP_CORS_LAST puts it behind the check
'use strict';
const express = require('express');
const cors = require('cors');
const { expressjwt } = require('express-jwt');

const env = (name) => process.env['APP_' + name];
const list = (name) => (env(name) ? env(name).split(',') : undefined);
const app = express();

const check = expressjwt({
  secret: env('KEY'),
  algorithms: ['HS256'],
  audience: env('AUD'),
  issuer: env('ISS'),
});
const share = cors({
  origin: list('ORIGINS') || [],
  allowedHeaders: list('HEADERS') || ['Authorization', 'Content-Type'],
});

app.get('/health', (req, res) => res.json({ status: 'up' }));
if (env('ORIGINS') && !env('CORS_LAST')) app.use(share);
app.use(check);
if (env('ORIGINS') && env('CORS_LAST')) app.use(share);
app.get('/orders', (req, res) => res.json({ orders: [], for: req.auth.sub }));
app.get('/', (req, res) => res.json({ hello: req.auth.sub }));

if (env('JSON') || env('CHALLENGE')) {
  app.use((err, req, res, next) => {
    if (res.headersSent || !err.status) return next(err);
    if (env('CHALLENGE') && err.status === 401) {
      res.set('WWW-Authenticate', 'Bearer realm="orders", error="invalid_token", error_description="' + err.message + '"');
    }
    res.status(err.status).json({ code: err.code, message: err.message });
  });
}
app.listen(Number(process.env.PORT), '127.0.0.1');
