// An API with opaque tokens (passport-http-bearer).
//   APP_TOKEN   the token that it knows
//   APP_KEY     the key that /keyed wants in the header api_key or api-key
//   APP_AGENT   part of the User-Agent that /agent refuses
//   APP_HOST    the only Host that is served
//   APP_INTERNAL  the X-Internal-Key that every request must bring
'use strict';
const crypto = require('crypto');
const express = require('express');
const passport = require('passport');
const { Strategy } = require('passport-http-bearer');

const env = (name) => process.env['APP_' + name];
const app = express();
passport.use(new Strategy({ realm: 'api' }, (token, done) => done(null, token === env('TOKEN') ? { name: 'alice' } : false)));
const bearer = passport.authenticate('bearer', { session: false });

if (env('HOST')) {
  app.use((req, res, next) => (req.headers.host === env('HOST') ? next()
    : res.status(403).json({ error: 'host_not_allowed', message: `Host ${req.headers.host} is not served here` })));
}
if (env('INTERNAL')) {
  app.use((req, res, next) => (req.headers['x-internal-key'] === env('INTERNAL') ? next()
    : res.status(401).json({ error: 'missing_internal_key', message: 'X-Internal-Key is missing or wrong' })));
}
app.get('/private', bearer, (req, res) => res.json({ hello: req.user.name }));
app.get('/private/', bearer, (req, res) => res.json({ hello: req.user.name }));
// Public, but whoever brings a credential must bring a right one: as CiviCRM and Drupal do.
app.get('/open', (req, res, next) => (req.headers.authorization ? bearer(req, res, next) : next()), (req, res) => res.json({ open: true }));
app.get('/keyed', (req, res) => (req.headers.api_key === env('KEY') || req.headers['api-key'] === env('KEY')
  ? res.json({ ok: true }) : res.status(401).json({ error: 'missing api_key header' })));
const server = app.listen(Number(process.env.PORT), '127.0.0.1');

// A WebSocket that says nothing: the handshake (RFC 6455, 4.2.2) and the end.
server.on('upgrade', (req, socket) => {
  const accept = crypto.createHash('sha1').update(req.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
  socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ' + accept + '\r\n\r\n');
});
