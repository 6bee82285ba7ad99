// An API behind express-oauth2-jwt-bearer (RFC 6750 challenges), which fetches the keys of its identity provider.
//   APP_ISS, APP_AUD  wanted issuer and audience
//   APP_JWKS          file with the key set; the application serves it itself, as the provider
//   APP_JWKS_URI      where the keys are, in place of that
//   APP_ALG           the one algorithm that it takes, RS256 without it
'use strict';
const fs = require('fs');
const express = require('express');
const { auth, requiredScopes } = require('express-oauth2-jwt-bearer');

const port = Number(process.env.PORT);
const app = express();
if (process.env.APP_JWKS) app.get('/jwks.json', (req, res) => res.type('json').send(fs.readFileSync(process.env.APP_JWKS)));
app.use(auth({
  issuer: process.env.APP_ISS,
  audience: process.env.APP_AUD,
  jwksUri: process.env.APP_JWKS_URI || `http://127.0.0.1:${port}/jwks.json`,
  tokenSigningAlg: process.env.APP_ALG || 'RS256',
}));
app.get('/orders', (req, res) => res.json({ orders: [], for: req.auth.payload.sub }));
app.get('/reports', requiredScopes('read:reports'), (req, res) => res.json({ reports: [] }));
app.listen(port, '127.0.0.1');
