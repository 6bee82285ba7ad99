// A web application that logs its users in at an OpenID provider with openid-client, which keeps state, nonce and
// verifier in its session (express-session) and takes its own address from the request, as most do.
//   APP_ISSUER    the provider
//   APP_TRUST     trust X-Forwarded-*
//   APP_REDIRECT  its callback address, in place of the request's
//   APP_STATIC    it is a page in the browser: /callback shows the page and asks for nothing
'use strict';
const express = require('express');
const session = require('express-session');

const env = (name) => process.env['APP_' + name];
const app = express();
if (env('TRUST')) app.set('trust proxy', 1);
app.use(session({ secret: 'lab', resave: false, saveUninitialized: false, name: 'sid', cookie: { httpOnly: true, sameSite: 'lax' } }));

if (env('STATIC')) {
  app.get(['/', '/callback'], (req, res) => res.send('<!DOCTYPE html><html><head><title>Shop</title></head><body><div id="app"></div></body></html>'));
  app.listen(Number(process.env.PORT), '127.0.0.1');
} else {
  import('openid-client').then(async (client) => {
    let config;
    const provider = async () => (config ||= await client.discovery(new URL(env('ISSUER')), 'shop', undefined, client.ClientSecretBasic('lab-shop-secret-91d2'),
      { execute: [client.allowInsecureRequests] }));
    const here = (req) => `${req.protocol}://${req.host}`;
    app.get('/', (req, res) => {
      if (!req.session.user) return res.redirect('/login');
      return res.json({ hello: req.session.user });
    });
    app.get('/login', async (req, res) => {
      const verifier = client.randomPKCECodeVerifier();
      req.session.login = { verifier, state: client.randomState(), nonce: client.randomNonce() };
      const to = client.buildAuthorizationUrl(await provider(), {
        redirect_uri: env('REDIRECT') || here(req) + '/callback', scope: 'openid profile', state: req.session.login.state, nonce: req.session.login.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
      });
      res.redirect(to.href);
    });
    app.get('/callback', async (req, res) => {
      const l = req.session.login || {};
      try {
        const at = env('REDIRECT') ? new URL(req.originalUrl, env('REDIRECT')) : new URL(here(req) + req.originalUrl);
        const tokens = await client.authorizationCodeGrant(await provider(), at, { pkceCodeVerifier: l.verifier, expectedState: l.state, expectedNonce: l.nonce });
        req.session.login = undefined;
        req.session.user = tokens.claims().sub;
        res.redirect('/');
      } catch (e) {
        res.status(400).json({ message: 'Login failed', code: e.code, error: e.error });
      }
    });
    app.listen(Number(process.env.PORT), '127.0.0.1');
  });
}
