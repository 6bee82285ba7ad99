package token

import (
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

// resources are APIs of one vendor that share an authorization server, by the ends of their hosts' names. A token of Entra
// or of Google is for one resource (RFC 8707 2), named in the request by scope or resource.
var resources = []struct {
	name  string
	hosts []string
}{
	{"Microsoft Graph", []string{"graph.microsoft.com", "graph.microsoft.us", "microsoftgraph.chinacloudapi.cn"}},
	{"SharePoint", []string{".sharepoint.com", ".sharepoint.us", ".sharepoint.cn"}},
	{"Exchange Online", []string{"outlook.office365.com", "outlook.office.com"}},
	{"Azure Resource Manager", []string{"management.azure.com", "management.core.windows.net"}},
	{"Azure Key Vault", []string{"vault.azure.net"}},
	{"Azure Storage", []string{"storage.azure.com", ".blob.core.windows.net", ".queue.core.windows.net", ".table.core.windows.net", ".dfs.core.windows.net"}},
	{"Azure SQL", []string{"database.windows.net"}},
	{"Dynamics 365", []string{".dynamics.com"}},
	{"Power BI", []string{"analysis.windows.net", "api.powerbi.com"}},
	{"Azure DevOps", []string{"dev.azure.com", ".visualstudio.com"}},
	{"Azure AD Graph", []string{"graph.windows.net"}},
}

func resourceOf(host string) string {
	host = "." + strings.ToLower(host)
	for _, r := range resources {
		if slices.ContainsFunc(r.hosts, func(h string) bool { return strings.HasSuffix(host, "."+strings.TrimPrefix(h, ".")) }) {
			return r.name
		}
	}
	return ""
}

var (
	resourceAsked = lazyregexp.New(`(?i)\b(?:scopes?|resource|audience)\b["'\])]*\s*(?:[:=]|=>|\bis\b|\bof\b)?\s*["'\[({]*https(?:://|%3a%2f%2f)([a-z0-9.-]+)`)
	hostNamed     = lazyregexp.New(`(?i)\bhttps(?:://|%3a%2f%2f)([a-z0-9.-]+)`)
)

// otherResource compares the API that a record's token is asked for with the one that is called.
func otherResource(v *cause.View) *cause.Suspicion {
	if !v.Recorded() || !v.Refused() && v.Answer.Status() != 0 {
		return nil
	}
	text := v.AllText()
	asked := ""
	for _, m := range resourceAsked.FindAllStringSubmatch(text, 8) {
		r := resourceOf(m[1])
		if r == "" || asked != "" && r != asked {
			return nil // two are asked for, or one that is not known
		}
		asked = r
	}
	if asked == "" {
		return nil
	}
	called := ""
	if r := resourceOf(v.Answer.Request.URL.Host); r != "" {
		called = r
	} else {
		for _, m := range hostNamed.FindAllStringSubmatch(resourceAsked.ReplaceAllString(text, ""), 16) {
			if r := resourceOf(m[1]); r != "" && r != asked {
				called = r
				break
			}
		}
	}
	if called == "" || called == asked {
		return nil
	}
	return &cause.Suspicion{Grade: cause.Strong, Weight: 0.86, Title: "the token is for " + asked + " and not for " + called,
		Because: []fact.Fact{v.Asked("The token is asked for %s, and %s is called: a token is for one resource.", asked, called)}}
}
