package db

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/why401/why401/secret"
)

func TestAddress(t *testing.T) {
	for host, want := range map[string]string{
		"db.example.test":             "tcp db.example.test:3306",
		"db.example.test:3307":        "tcp db.example.test:3307",
		"127.0.0.1:":                  "tcp 127.0.0.1:3306",
		"[::1]:3307":                  "tcp [::1]:3307",
		"[::1]":                       "tcp [::1]:3306",
		"::1":                         "tcp [::1]:3306",
		"/run/other.sock":             "unix /run/other.sock",
		"localhost:/run/other.sock":   "unix /run/other.sock",
		":/run/other.sock":            "unix /run/other.sock",
		"unix(/run/other.sock)":       "unix /run/other.sock",
		"tcp(db:3307)":                "tcp db:3307",
		"localhost:3307":              "tcp localhost:3307",
		" db ":                        "tcp db:3306",
		"[::1":                        "error",
		"db:port":                     "error",
		"db:70000":                    "error",
		"db\nevil":                    "error",
		"unix(/run/with space)/trunc": "unix /run/with space)/trunc",
	} {
		network, address, err := Login{Host: host}.Address()
		got := network + " " + address
		if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("%q: %s (%v), want %s", host, got, err, want)
		}
	}
}

// TestLoginIsNotPrinted looks for the password in every form that a login or its errors are shown in.
func TestLoginIsNotPrinted(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close() // nobody answers there
	login := Login{Host: l.Addr().String(), User: "u", Password: secret.New("pa55-of-nobody"), Name: "n"}
	_, err = Open(context.Background(), login)
	if err == nil {
		t.Fatal("connected to nothing")
	}
	b, _ := json.Marshal(login)
	for _, s := range []string{err.Error(), login.String(), fmt.Sprintf("%v %+v %#v", login, login, login), string(b)} {
		if strings.Contains(s, "pa55") {
			t.Errorf("shows the password: %s", s)
		}
	}
}

func TestValues(t *testing.T) {
	for _, v := range []Value{{}, Bytes(""), Bytes("a'b"), Bytes("\xff\x00"), Bytes(`back\slash`), Bytes("two\nlines"), Bytes("é")} {
		b, err := json.Marshal(v)
		var back Value
		if err != nil || json.Unmarshal(b, &back) != nil || back != v {
			t.Errorf("%q: %s: %v", v.b, b, err)
		}
	}
	for v, want := range map[Value]string{{}: "NULL", Bytes("a'b"): "'a''b'", Bytes(`a\`): "0x615C", Bytes("\xff"): "0xFF", Bytes("é"): "'é'"} {
		if got := v.SQL(); got != want {
			t.Errorf("%q: %s, want %s", v.b, got, want)
		}
	}
	if got := Quote("wp`; DROP"); got != "`wp``; DROP`" {
		t.Error(got)
	}
	var v Value
	for _, bad := range []string{`{"hex":"zz"}`, `{"hax":"00"}`, `[1]`, `7`} {
		if json.Unmarshal([]byte(bad), &v) == nil {
			t.Errorf("%s was taken", bad)
		}
	}
}

func TestStatements(t *testing.T) {
	c := &CiviCRM{Domains: []CiviDomain{{"2", "", ""}}, Settings: []CiviSetting{{"authx_header_cred", "2", Bytes("a:0:{}"),
		Row{{"id", Bytes("7")}, {"name", Bytes("authx_header_cred")}, {"value", Bytes("a:0:{}")}, {"created_date", Value{}}}}}}
	for got, want := range map[string]string{
		c.Change("authx_header_cred", "2", Bytes("N;")).Statement():    "UPDATE `civicrm_setting` SET `created_date` = NULL, `value` = 'N;' WHERE `id` <=> '7' AND `value` <=> 'a:0:{}';",
		c.Change("authx_header_cred", "2", Bytes("N;")).Back():         "UPDATE `civicrm_setting` SET `created_date` = NULL, `value` = 'a:0:{}' WHERE `id` <=> '7' AND `value` <=> 'N;';",
		c.Change("authx_guards", "2", Bytes("a:0:{}")).Back():          "DELETE FROM `civicrm_setting` WHERE `domain_id` <=> '2' AND `contact_id` <=> NULL AND `name` <=> 'authx_guards' AND `is_domain` <=> '1' AND `value` <=> 'a:0:{}';",
		(&Magento{Prefix: "m`"}).Change("a/b", Bytes("1")).Statement(): "INSERT INTO `m``core_config_data` (`scope`, `scope_id`, `path`, `value`) VALUES ('default', '0', 'a/b', '1');",
	} {
		if got != want {
			t.Errorf("%s\nwant\n%s", got, want)
		}
	}
}

func TestAppPasswords(t *testing.T) {
	got := appPasswords("7", `a:1:{i:0;a:5:{s:4:"uuid";s:1:"u";s:4:"name";s:5:"phone";s:8:"password";s:9:"$P$Bhash1";s:7:"created";i:1600000000;s:9:"last_used";N;}}`)
	if len(got) != 1 || got[0] != (AppPassword{"7", "phone", "1600000000", ""}) {
		t.Errorf("%+v", got)
	}
	if strings.Contains(fmt.Sprint(got), "hash1") {
		t.Error("the hash was kept")
	}
}

func FuzzAddress(f *testing.F) {
	for _, s := range []string{"localhost", "db:3306", "[::1]:1", "h:/s", "unix(/s)", "::", "[", "tcp("} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if network, address, err := (Login{Host: s}).Address(); err == nil {
			if network == "tcp" {
				if _, port, err := net.SplitHostPort(address); err != nil || port == "" {
					t.Errorf("%q: %q %v", s, address, err)
				}
			} else if !strings.HasPrefix(address, "/") {
				t.Errorf("%q: socket %q", s, address)
			}
		}
	})
}

func FuzzValue(f *testing.F) {
	f.Add(`null`)
	f.Add(`"a"`)
	f.Add(`{"hex":"ff00"}`)
	f.Fuzz(func(t *testing.T, s string) {
		var v, again Value
		if json.Unmarshal([]byte(s), &v) != nil {
			return
		}
		b, err := json.Marshal(v)
		if err != nil || json.Unmarshal(b, &again) != nil || again != v {
			t.Errorf("%q: %s %v", s, b, err)
		}
	})
}

func FuzzAppPasswords(f *testing.F) {
	f.Add(`a:1:{i:0;a:2:{s:4:"uuid";s:1:"u";s:4:"name";s:1:"n";}}`)
	f.Add(`a:1:{i:0;i:1;}`)
	f.Fuzz(func(t *testing.T, s string) { appPasswords("1", s) })
}
