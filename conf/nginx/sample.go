package nginx

// samples names a URL path for each location of s that a request can end up in.
func (m *model) samples(s *server) {
	var walk func(l *level)
	walk = func(l *level) {
		for _, c := range l.blocks {
			if c.scope != nil && c.kind == kindLocation && (c.mod == "" || c.mod == "=" || c.mod == "^~") {
				c.scope.Sample = c.name
			}
			walk(c)
		}
	}
	walk(s.level)
}
