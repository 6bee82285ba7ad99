package digest

import (
	"testing"

	"github.com/why401/why401/secret"
)

// RFC 7616 3.9.1: the example with MD5 and with SHA-256.
func TestExplainRFC(t *testing.T) {
	for _, value := range []string{
		`Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", algorithm=MD5, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001, cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth, response="8ca523f5e9506fed4657c9700eebdbec", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`,
		`Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", algorithm=SHA-256, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001, cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth, response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`,
	} {
		c, _ := Parse(secret.New(value))
		explain := func(c Credentials, method, password, realm string) Explained {
			t.Helper()
			e, err := Explain(c, method, secret.New("/dir/index.html"), secret.Text{}, secret.Text{}, secret.New(password), realm)
			if err != nil {
				t.Fatal(err)
			}
			return e
		}
		if e := explain(c, "GET", "Circle of Life", ""); !e.OK {
			t.Errorf("%+v", e)
		}
		if e := explain(c, "POST", "Circle of Life", ""); e.Word != MethodOther {
			t.Errorf("another method: %+v", e)
		}
		if e := explain(c, "GET", "Circle of Life\n", ""); e.Word != PasswordForm {
			t.Errorf("a line break: %+v", e)
		}
		if e := explain(c, "GET", "another", ""); e.OK || e.Word != NothingFits {
			t.Errorf("another password: %+v", e)
		}
		d := c
		d.URI = secret.New("/app/dir/index.html")
		if e := explain(d, "GET", "Circle of Life", ""); e.Word != URIOther {
			t.Errorf("another uri: %+v", e)
		}
		d = c
		d.Realm = "other"
		if e := explain(d, "GET", "Circle of Life", "http-auth@example.org"); e.Word != RealmOther {
			t.Errorf("another realm: %+v", e)
		}
		d = c
		d.NCText = secret.New("00000003")
		if e := explain(d, "GET", "Circle of Life", ""); e.Word != CountOther {
			t.Errorf("another count: %+v", e)
		}
		d = c
		if d.Algorithm = "MD5"; c.Algorithm == "MD5" {
			d.Algorithm = "SHA-256"
		}
		if e := explain(d, "GET", "Circle of Life", ""); e.Word != AlgorithmOther {
			t.Errorf("another algorithm: %+v", e)
		}
	}
}

// What Answer makes, Explain calls right.
func TestExplainAnswer(t *testing.T) {
	for _, alg := range []string{"MD5", "SHA-256", "SHA-512-256", "MD5-sess"} {
		ch := one(`Digest realm="r", nonce="n", qop="auth", algorithm=` + alg)
		v, err := Answer(ch, "GET", "/a?b=c", secret.New("alice"), secret.New("pw"))
		if err != nil {
			t.Fatal(err)
		}
		c, _ := Parse(v)
		if e, err := Explain(c, "GET", secret.New("/a?b=c"), secret.Text{}, secret.Text{}, secret.New("pw"), "r"); !e.OK || err != nil {
			t.Errorf("%s: %+v %v", alg, e, err)
		}
	}
}
