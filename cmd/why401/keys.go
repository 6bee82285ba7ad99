package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/why401/why401/cred/httpsig"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// maxKey is the size of the largest key file: a private RSA key of 16384 bits takes 13 KiB in PEM.
const maxKey = 64 << 10

// signingKeys reads what --key names: a file, or an environment variable as env:NAME. A key itself is not taken: what stands
// in the arguments is seen by every program on the machine. One line break at the end of a file is an editor's, not the
// key's.
func (a *app) signingKeys(names []string) ([]exchange.Key, error) {
	const hint = "write the key to a file, or: KEY=... why401 --key env:KEY ..."
	var out []exchange.Key
	for _, n := range names {
		name, isEnv := strings.CutPrefix(n, "env:")
		k := exchange.Key{From: "file " + n}
		switch {
		case isEnv && name == "":
			return nil, usage("for example --key env:WEBHOOK_SECRET", "--key env: names no variable")
		case isEnv:
			v := a.env(name)
			if v == "" {
				return nil, usage("export "+name+"=...", "--key env:%s: the variable is not set, or empty", name)
			}
			k = exchange.Key{Value: secret.New(v), From: "$" + name}
		default:
			st, err := os.Stat(n)
			switch {
			case err != nil:
				return nil, usage(hint, "--key: there is no such file; expected FILE or env:NAME, not the key itself")
			case st.IsDir() || st.Size() > maxKey:
				return nil, usage(hint, "--key %s: expected a file of at most %d bytes", n, maxKey)
			}
			b, err := os.ReadFile(n)
			if err != nil {
				return nil, unreadable(fmt.Errorf("--key %s: %w", n, reasonOf(err)), "")
			}
			k.Value = secret.New(strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r"))
		}
		if _, err := httpsig.ReadKey(k.Value); err != nil {
			return nil, unreadable(fmt.Errorf("--key %s: %w", n, err), "")
		}
		out = append(out, k)
	}
	return out, nil
}
