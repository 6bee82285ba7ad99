package exchange

import (
	"encoding/base64"
	"slices"

	"github.com/why401/why401/secret"
)

// BasicField is the Authorization field for l under the Basic scheme (RFC 7617), the bytes of both parts taken as
// they are.
func (l Login) BasicField() Field {
	return Field{Name: "Authorization", Value: secret.New("Basic " + base64.StdEncoding.EncodeToString(
		[]byte(l.User.Reveal()+":"+l.Password.Reveal())))}
}

// SetPassword completes a login whose password was missing: the user was asked. For Basic it also puts the
// Authorization field where curl puts it, behind Host, unless the request brings one of its own.
func (i *Intent) SetPassword(password secret.Text, from string) {
	i.Login.Password, i.Login.NeedPassword = password, false
	if from != "" {
		i.Login.From = from
	}
	if i.Auth != AuthBasic || i.Request.Header.Has("Authorization") {
		return
	}
	at := 0
	if len(i.Request.Header) > 0 && i.Request.Header[0].Name == "Host" {
		at = 1
	}
	i.Request.Header = slices.Insert(slices.Clone(i.Request.Header), at, i.Login.BasicField())
}
