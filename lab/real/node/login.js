// A web application whose people log in with passport, with sessions in its own memory (express-session). GET /enter
// logs alice in, as a magic link would, and sends her on.
//   APP_SECURE, APP_SAMESITE, APP_DOMAIN, APP_PATH, APP_NAME, APP_PARTITIONED, APP_MAXAGE  the session cookie
//   APP_TRUST      trust X-Forwarded-*
//   APP_REFUSE     how /private refuses: "401", "302" (to /login), "page" (a 200 with the form) or "enter" (single
//                  sign-on: to /enter and back)
//   APP_NEXT       where /enter leads; /private when there is none
//   APP_LARGE      bytes of a cookie "profile" that /enter sets in place of the session, as stateless sessions do
//   APP_CERTIFICATE  /private wants a client certificate that the proxy in front has verified (X-SSL-Client-Verify)
// GET /check answers a proxy's question who is there: 200 or 401; GET /events wants an Origin that is its own.
'use strict';
const express = require('express');
const session = require('express-session');
const passport = require('passport');

const env = (name) => process.env['APP_' + name];
const app = express();
if (env('TRUST')) app.set('trust proxy', 1);
app.get('/open', (req, res) => res.json({ open: true }));

if (env('CERTIFICATE')) {
  app.use((req, res, next) => {
    const said = req.get('x-ssl-client-verify');
    if (said === 'SUCCESS' || said === '0' && req.get('x-ssl-client-dn')) {
      return res.json({ hello: req.get('x-ssl-client-dn') });
    }
    if (!said || said === 'NONE' || said === '0') {
      return res.status(403).json({ error: 'client_certificate_required', message: 'A client certificate is required' });
    }
    return res.status(403).json({ error: 'client_certificate_invalid', message: 'The client certificate was not accepted' });
  });
}

app.use(session({
  secret: 'lab', resave: false, saveUninitialized: false, name: env('NAME') || 'connect.sid',
  cookie: {
    path: env('PATH') || '/', domain: env('DOMAIN'), httpOnly: true, sameSite: env('SAMESITE') || 'lax',
    secure: env('SECURE') === 'auto' ? 'auto' : env('SECURE') === 'true', partitioned: Boolean(env('PARTITIONED')),
    maxAge: env('MAXAGE') ? Number(env('MAXAGE')) : undefined,
  },
}));
passport.serializeUser((user, done) => done(null, user.name));
passport.deserializeUser((name, done) => done(null, { name }));
app.use(passport.session());

const form = '<!DOCTYPE html><html><head><title>Log in</title></head><body><h1>Please log in</h1>' +
  '<form method="post" action="/login"><input name="user"><input name="password" type="password">' +
  '<button>Log in</button></form></body></html>';

function known(req, res, next) {
  if (req.isAuthenticated()) return next();
  if (env('LARGE') && /(^|; )profile=/.test(req.headers.cookie || '')) {
    req.user = { name: 'alice' };
    return next();
  }
  switch (env('REFUSE')) {
    case '302': return res.redirect('/login?next=' + encodeURIComponent(req.originalUrl));
    case 'page': return res.send(form);
    case 'enter': return res.redirect('/enter');
    default: return res.status(401).json({ error: 'not_logged_in', message: 'No session' });
  }
}
app.get('/login', (req, res) => res.send(form));
app.get(['/enter', '/auth/enter'], (req, res, next) => {
  const on = env('NEXT') || '/private';
  if (env('LARGE')) {
    res.append('Set-Cookie', 'profile=' + 'x'.repeat(Number(env('LARGE'))) + '; Path=/; HttpOnly');
    return res.redirect(on);
  }
  req.logIn({ name: 'alice' }, (err) => (err ? next(err) : res.redirect(on)));
});
app.get('/check', (req, res) => (req.isAuthenticated() ? res.set('X-User', req.user.name).send('ok')
  : env('REFUSE') === '302' ? res.redirect('/login') : res.status(401).send('no session')));
app.get('/private', known, (req, res) => res.json({ hello: req.user.name }));
app.get('/events', known, (req, res) => {
  const own = `${req.protocol}://${req.get('host')}`;
  if (req.get('origin') !== own) return res.status(403).json({ error: `Origin ${req.get('origin')} is not ${own}` });
  return res.type('text/event-stream').send('data: {}\n\n');
});
app.listen(Number(process.env.PORT), '127.0.0.1');
