package apache

import "strings"

// aliasRest compares a URL path with the path of an Alias, a Redirect or a ProxyPass and gives what follows it. Slashes that
// follow each other are one, and the path must end where a part of the URL does (alias_matches).
func aliasRest(from, uri string) (rest string, ok bool) {
	i, j := 0, 0
	for i < len(from) {
		if from[i] == '/' {
			if j >= len(uri) || uri[j] != '/' {
				return "", false
			}
			for i < len(from) && from[i] == '/' {
				i++
			}
			for j < len(uri) && uri[j] == '/' {
				j++
			}
			continue
		}
		if j >= len(uri) || from[i] != uri[j] {
			return "", false
		}
		i++
		j++
	}
	if from != "" && !strings.HasSuffix(from, "/") && j < len(uri) && uri[j] != '/' {
		return "", false
	}
	return uri[j:], from != ""
}
