// An API that pages of other origins call (cors, express-session). GET /enter logs alice in and sends her to the page.
//   APP_ORIGINS     allowed origins, with commas, or "*"; APP_CREDENTIALS allows credentials; APP_HEADERS lists headers
//   APP_SAMESITE, APP_SECURE, APP_NAME, APP_DOMAIN  attributes of the session cookie
//   APP_BACK        where /enter leads
//   APP_LAX         a second cookie of this name, without any meaning, with SameSite=Lax
'use strict';
const express = require('express');
const session = require('express-session');
const cors = require('cors');

const env = (name) => process.env['APP_' + name];
const app = express();
app.set('trust proxy', 1);
if (env('ORIGINS')) {
  app.use(cors({
    origin: env('ORIGINS') === '*' ? '*' : env('ORIGINS').split(','),
    credentials: Boolean(env('CREDENTIALS')),
    allowedHeaders: env('HEADERS') ? env('HEADERS').split(',') : undefined,
  }));
}
app.use(session({
  secret: 'lab', resave: false, saveUninitialized: false, name: env('NAME') || 'sid',
  cookie: { path: '/', domain: env('DOMAIN'), httpOnly: true, sameSite: env('SAMESITE') || undefined, secure: env('SECURE') === 'true' },
}));
app.get('/enter', (req, res) => {
  req.session.user = 'alice';
  if (env('LAX')) res.cookie(env('LAX'), 'en', { sameSite: 'lax', secure: true });
  res.redirect(env('BACK') || '/private');
});
app.get('/open', (req, res) => res.json({ open: true }));
app.get('/private', (req, res) => {
  if (req.session.user) return res.json({ hello: req.session.user });
  res.status(401).json({ error: 'not_logged_in', message: 'No session' });
});
app.get('/orders', (req, res) => {
  if (req.get('authorization') === 'Bearer good-token-of-the-lab-0001') return res.json({ orders: [] });
  res.status(401).set('WWW-Authenticate', 'Bearer realm="orders"').json({ error: 'invalid_token' });
});
app.listen(Number(process.env.PORT), '127.0.0.1');
