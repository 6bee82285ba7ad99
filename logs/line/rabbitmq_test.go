package line

import "testing"

// TestRabbitMQIsNotLiteSpeed: both put a level in brackets behind a time with microseconds; LiteSpeed's is in capitals.
func TestRabbitMQIsNotLiteSpeed(t *testing.T) {
	for text, want := range map[string]bool{
		"2026-11-23 00:14:42.177046+00:00 [info] <0.223.0> Feature flags: list of feature flags found:":           false,
		"2022-06-09 12:22:05.123456 [NOTICE] [192.168.9.163:55122#Example] [HTAuth] user alice is not authorized": true,
	} {
		var l Line
		if got := litespeedError.Parser(Clock{}).Parse([]byte(text), &l); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}
