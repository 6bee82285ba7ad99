// A web application with sessions (express-session). GET /enter logs alice in, as a magic link would, and sends her
// to the private page; POST /login does so with a password.
//   APP_SECURE      the cookie's Secure attribute: "true", "false", "auto"
//   APP_PATH, APP_DOMAIN, APP_NAME  the cookie's Path, Domain and name
//   APP_TRUST       trust X-Forwarded-*
//   APP_MAXAGE      session lifetime in milliseconds
//   APP_REFUSE      how /private refuses: "401", "302" (to /login) or "page" (a 200 with the login form)
//   APP_HTTPS       redirect http to https
//   APP_PUBLIC      the public origin, for redirects to https
// POST /transfer wants a CSRF token; POST /vote wants an Origin that is the application's own.
'use strict';
const express = require('express');
const session = require('express-session');
const { csrfSync } = require('csrf-sync');

const env = (name) => process.env['APP_' + name];
const app = express();
if (env('TRUST')) app.set('trust proxy', 1);
if (env('HTTPS')) {
  app.use((req, res, next) => (req.secure ? next() : res.redirect(301, env('PUBLIC') + req.originalUrl)));
}
app.get('/open', (req, res) => res.json({ open: true }));
app.use(express.json());
app.use(express.urlencoded({ extended: false }));
app.use(session({
  secret: 'lab', resave: false, saveUninitialized: false, name: env('NAME') || 'sid', rolling: false,
  cookie: {
    path: env('PATH') || '/', domain: env('DOMAIN'), httpOnly: true, sameSite: 'lax',
    secure: env('SECURE') === 'auto' ? 'auto' : env('SECURE') === 'true',
    maxAge: env('MAXAGE') ? Number(env('MAXAGE')) : undefined,
  },
}));

const form = '<!DOCTYPE html><html><head><title>Log in</title></head><body><h1>Please log in</h1>' +
  '<form method="post" action="/login"><input name="user"><input name="password" type="password">' +
  '<button>Log in</button></form></body></html>';

function known(req, res, next) {
  if (req.session && req.session.user) return next();
  if (env('REFUSE') === '302') return res.redirect('/login?next=' + encodeURIComponent(req.originalUrl));
  if (env('REFUSE') === 'page') return res.status(200).send(form);
  return res.status(401).json({ error: 'not_logged_in', message: 'No session' });
}
app.get('/login', (req, res) => res.send(form));
app.post('/login', (req, res) => {
  if (req.body.user !== 'alice' || req.body.password !== 'wonderland') return res.status(401).send(form);
  req.session.user = 'alice';
  res.json({ ok: true });
});
app.get(['/enter', '/auth/enter'], (req, res) => {
  req.session.user = 'alice';
  res.redirect('/private');
});
app.get('/private', known, (req, res) => res.json({ hello: req.session.user }));

const { generateToken, csrfSynchronisedProtection } = csrfSync();
app.get('/token', known, (req, res) => res.json({ token: generateToken(req) }));
app.post('/transfer', known, csrfSynchronisedProtection, (req, res) => res.json({ ok: true }));
app.post('/vote', known, (req, res) => {
  const own = `${req.protocol}://${req.get('host')}`;
  if (req.get('origin') !== own) return res.status(403).json({ error: `Origin ${req.get('origin')} is not ${own}` });
  res.json({ ok: true });
});
app.listen(Number(process.env.PORT), '127.0.0.1');
