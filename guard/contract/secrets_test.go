package contract

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestValueRead(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"token": "s3cr3t-of-file\n", "two": "s3cr3t-a\ns3cr3t-b\n", "empty": "\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	from := Sources{Env: func(n string) string { return map[string]string{"SET": "s3cr3t-of-env"}[n] }, Dir: dir}
	for _, c := range []struct {
		v    Value
		want string
	}{
		{Value{Env: "SET"}, "s3cr3t-of-env"}, {Value{File: "token"}, "s3cr3t-of-file"}, {Value{File: filepath.Join(dir, "token")}, "s3cr3t-of-file"},
		{Value{Command: []string{"sh", "-c", "echo s3cr3t-of-command"}}, "s3cr3t-of-command"}, {Value{Literal: "alice"}, "alice"},
	} {
		got, err := c.v.Read(context.Background(), from)
		if err != nil || !got.Is(c.want) || got.Closed() != (c.v.Literal == "") {
			t.Errorf("%v: %v %v", c.v, got, err)
		}
	}
	for _, c := range []struct {
		v    Value
		want string
	}{
		{Value{Env: "UNSET"}, "$UNSET is not set, or empty"}, {Value{File: "none"}, "file none cannot be read: no such file or directory"},
		{Value{File: "."}, "file . is no file"}, {Value{File: "two"}, "file two gave more than one line"}, {Value{File: "empty"}, "file empty gave nothing"},
		{Value{Command: []string{"sh", "-c", "echo s3cr3t >&2; exit 3"}}, "the command sh ended with exit code 3"},
		{Value{Command: []string{"why401-no-such-program", "s3cr3t"}}, "the command why401-no-such-program is not installed"},
	} {
		_, err := c.v.Read(context.Background(), from)
		if err == nil || err.Error() != c.want || strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%v: %v; expected %s", c.v, err, c.want)
		}
	}
}
