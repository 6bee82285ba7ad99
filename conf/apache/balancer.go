package apache

import "strings"

// balancerMember reads BalancerMember: inside <Proxy balancer://name> with the member's URL alone, elsewhere with both.
func balancerMember(b *builder, c *context, n *node, w []string) string {
	name := ""
	if c.sec != nil {
		if c.sec.kind != kProxy {
			return "only allowed in <Proxy>"
		}
		name = c.sec.path
	} else if len(w) > 0 {
		name, w = w[0], w[1:]
	}
	if len(w) == 0 || !strings.HasPrefix(strings.ToLower(name), "balancer://") {
		return "takes a balancer and the URL of a member"
	}
	if c.srv.members == nil {
		c.srv.members = map[string][]string{}
	}
	name = strings.TrimSuffix(strings.ToLower(name), "/")
	c.srv.members[name] = append(c.srv.members[name], w[0])
	return ""
}

// member puts a balancer's member in the place of its name. Which one answers cannot be known where there are several.
func (v *visit) member(to string) string {
	n := len("balancer://")
	if len(to) < n || !strings.EqualFold(to[:n], "balancer://") {
		return to
	}
	name, path := to, ""
	if i := strings.IndexByte(to[n:], '/'); i >= 0 {
		name, path = to[:n+i], to[n+i:]
	}
	all := v.srv.members[strings.ToLower(name)]
	switch len(all) {
	case 0:
		v.open("who is behind " + name)
		return to
	case 1:
	default:
		v.open("which member of " + name + " answers")
	}
	return strings.TrimSuffix(all[0], "/") + path
}
