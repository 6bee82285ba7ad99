// An intranet page behind express-ntlm, which takes every password (it has no domain controller): what is tested is the
// handshake of three messages on one connection.
'use strict';
const express = require('express');
const ntlm = require('express-ntlm');

const app = express();
app.use(ntlm());
app.get('/private', (req, res) => res.json({ hello: req.ntlm.UserName }));
app.listen(Number(process.env.PORT), '127.0.0.1');
