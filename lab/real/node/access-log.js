// Loaded before an application: writes one line per answered request to standard output, in the order that
// lab/real/access.go expects.
'use strict';
const http = require('http');
const emit = http.Server.prototype.emit;

http.Server.prototype.emit = function (event, req, res) {
  if (event === 'request') {
    const target = req.url, h = req.headers;
    res.on('finish', () => {
      const fields = [res.statusCode, req.method, target, h.authorization, h['proxy-authorization'], h.cookie, h['x-api-key']];
      process.stdout.write(fields.map((f) => f || '-').join('\t') + '\n');
    });
  }
  return emit.apply(this, arguments);
};
