// Sends each "METHOD URL" line of standard input with Node's fetch, following redirects by its own rules. Every
// connection is led to the test's servers, whatever its host.
const net = require('net'), tls = require('tls'), fs = require('fs');
const plain = +process.env.CLIENT_HTTP_PORT, secure = +process.env.CLIENT_HTTPS_PORT;
const connectPlain = net.connect, connectSecure = tls.connect;
const here = (o, port) => ({ ...o, host: '127.0.0.1', hostname: '127.0.0.1', port, localAddress: undefined });
net.connect = (o, ...rest) => connectPlain(here(o, plain), ...rest);
tls.connect = (o, ...rest) => connectSecure(here({ ...o, socket: undefined }, secure), ...rest);
const headers = Object.fromEntries(process.env.CLIENT_HEADERS.split('\n').map((h) => h.split(': ')));
(async () => {
  for (const line of fs.readFileSync(0, 'utf8').trim().split('\n')) {
    const [method, url] = line.split(' ');
    const body = method === 'POST' || method === 'PUT' ? 'body=1' : undefined;
    try {
      await (await fetch(url, { method, body, headers })).text();
    } catch (e) {
      console.log(method, url, String(e.cause || e));
    }
  }
})();
