package htpasswd

import "testing"

// TestMosquitto: the example file of Debian's mosquitto (roger's password is "password"); its hashes begin as those of
// crypt(3) do.
func TestMosquitto(t *testing.T) {
	const broker = "$6$clQ4Ocu312S0qWgl$Cv2wUxgEN73c6C6jlBkswqR4AkHsvDLWvtEXZZ8NpsBLgP1WAo/qA+WXcmEN/mjDNgdUwcxRAveqNMs2xUVQYA=="
	for hash, want := range map[string]Kind{
		broker:                                  Mosquitto,
		"$7$101$clQ4Ocu312S0qWgl" + broker[19:]: Mosquitto,
		broker[:len(broker)-2]:                  SHA512Crypt,
		"$7$DU..../....2Q9obwLhin8qvQl6sisAO/$": Scrypt,
	} {
		l := Parse("roger:" + hash + "\n").Lines[0]
		if l.Kind != want || want == Mosquitto && len(l.Problems) > 0 {
			t.Errorf("%s: %q, %v", hash, l.Kind, l.Problems)
		}
	}
}
