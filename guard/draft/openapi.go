package draft

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/guard"
	"github.com/why401/why401/guard/contract"
	"github.com/why401/why401/internal/shallow"
)

// openAPI is what a contract needs of an OpenAPI 3 description (https://spec.openapis.org/oas/v3.1.0): who is asked for what
// where. $ref is not followed into other files.
type openAPI struct {
	OpenAPI string
	Servers []struct{ URL string }
	Paths   map[string]struct {
		Get        *operation
		Parameters []parameter
	}
	Security   []map[string][]string
	Components struct {
		SecuritySchemes map[string]scheme `yaml:"securitySchemes"`
	}
}

type operation struct {
	Security   *[]map[string][]string
	Parameters []parameter
}

type parameter struct {
	Ref      string `yaml:"$ref"`
	In       string
	Required bool
}

type scheme struct {
	Type, Scheme, In, Name string
}

// IsOpenAPI reports a text that is an OpenAPI 3 description, JSON or YAML.
func IsOpenAPI(text []byte) bool {
	var d struct{ OpenAPI string }
	_, err := shallow.Lenient(string(text), &d)
	return err == nil && strings.HasPrefix(d.OpenAPI, "3.")
}

// FromOpenAPI writes a contract of the operations that GET without a required parameter: those that need a credential with
// one and without, the others without. by says where to connect and whom to trust; a host in it replaces the description's
// server.
func FromOpenAPI(ctx context.Context, text []byte, by contract.Target, o guard.Options) ([]byte, error) {
	var d openAPI
	if line, err := shallow.Lenient(string(text), &d); err != nil {
		return nil, fmt.Errorf("line %d: not an OpenAPI description: %w", line, err)
	}
	if !strings.HasPrefix(d.OpenAPI, "3.") {
		return nil, errors.New("expected openapi: 3.x; a Swagger 2 file can be converted")
	}
	if by.URL.Host == "" {
		var err error
		if len(d.Servers) > 0 {
			by.URL, err = exchange.ParseURL(d.Servers[0].URL)
		}
		if by.URL.Host == "" || err != nil || strings.Contains(d.Servers[0].URL, "{") {
			return nil, errors.New("the description names no absolute server: expected servers: with a url: https://...; --target URL names one")
		}
	}
	f := &file{Principals: map[string]any{}}
	f.aim(&by)
	p := &principals{of: f}
	paths := make([]string, 0, len(d.Paths))
	for path := range d.Paths {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for _, path := range paths {
		item := d.Paths[path]
		if item.Get == nil || strings.Contains(path, "{") || !strings.HasPrefix(path, "/") || required(item.Parameters) || required(item.Get.Parameters) {
			continue
		}
		security := d.Security
		if item.Get.Security != nil {
			security = *item.Get.Security
		}
		d.rows(f, p, path, security)
	}
	if len(f.Rows) == 0 {
		return nil, errors.New("the description has no GET operation without required parameters, so there is nothing safe to ask")
	}
	f.note("Written by why401 guard --init from an OpenAPI description: the GET operations without required parameters.")
	p.explain()
	return f.settle(ctx, o)
}

// required reports parameters that a request would have to bring; what is defined elsewhere may be one.
func required(ps []parameter) bool {
	return slices.ContainsFunc(ps, func(p parameter) bool { return p.Required || p.Ref != "" })
}

// rows writes the rows of one operation. An empty requirement in the list, or an empty list, leaves it open to everybody.
func (d *openAPI) rows(f *file, p *principals, path string, security []map[string][]string) {
	open := len(security) == 0
	name := ""
	for _, alternative := range security {
		if len(alternative) == 0 {
			open = true
		}
		if len(alternative) == 1 && name == "" {
			for s := range alternative {
				name = p.ofScheme(s, d.Components.SecuritySchemes[s])
			}
		}
	}
	switch {
	case open:
		f.add(row{Name: "everybody gets " + path, Route: path, Expect: expect{Status: "2xx"}})
	case name == "":
		f.note("Left out: %s, whose security scheme a contract cannot carry.", path)
		return
	default:
		f.add(row{Name: "nobody gets " + path + " without a credential", Route: path, Expect: expect{Status: []any{401, 403}}})
	}
	if name != "" {
		f.add(row{Name: name + " gets " + path, Route: path, As: name, Expect: expect{Status: "2xx"}})
	}
}

// ofScheme is the principal for a security scheme (OpenAPI 3.1, Security Scheme Object).
func (p *principals) ofScheme(name string, s scheme) string {
	variable := "WHY401_" + strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 32
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, name)
	switch {
	case s.Type == "http" && strings.EqualFold(s.Scheme, "basic"):
		return p.add(name, map[string]any{"basic": map[string]any{"user": env(variable + "_USER"), "password": env(variable + "_PASSWORD")}}, variable+"_USER", variable+"_PASSWORD")
	case s.Type == "http" && strings.EqualFold(s.Scheme, "bearer"), s.Type == "oauth2", s.Type == "openIdConnect":
		return p.add(name, map[string]any{"bearer": env(variable)}, variable)
	case s.Type == "apiKey" && s.In == "header" && s.Name != "":
		return p.add(name, map[string]any{"header": map[string]any{"name": s.Name, "value": env(variable)}}, variable)
	case s.Type == "apiKey" && s.In == "cookie" && s.Name != "":
		return p.add(name, map[string]any{"cookie": map[string]any{"name": s.Name, "value": env(variable)}}, variable)
	}
	return ""
}
