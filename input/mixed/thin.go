package mixed

import "hash/maphash"

const (
	// thinFrom is the length from which a text is thinned out: below it every line is read.
	thinFrom = 48 << 10
	// thinKeep is how often a line of one shape is read.
	thinKeep = 3
)

var shapeSeed = maphash.MakeSeed()

// thin blanks the lines that repeat earlier ones but for numbers, hex digits and the like: a long log says the same
// thing thousands of times. It gives how many it blanked. Line numbers stay.
func thin(lines []string) (blanked int) {
	seen := map[uint64]uint8{}
	var shape []byte
	for i, l := range lines {
		if len(l) < 24 {
			continue // braces and ends of blocks repeat, and are needed
		}
		shape = shapeOf(shape[:0], l)
		h := maphash.Bytes(shapeSeed, shape)
		if seen[h] >= thinKeep {
			lines[i] = ""
			blanked++
			continue
		}
		seen[h]++
	}
	return blanked
}

// shapeOf is l with every run of digits, and of the letters between digits, made one mark.
func shapeOf(out []byte, l string) []byte {
	for i := 0; i < len(l) && len(out) < 400; {
		c := l[i]
		if c < '0' || c > '9' {
			out = append(out, c)
			i++
			continue
		}
		out = append(out, '0')
		for i < len(l) && (l[i] >= '0' && l[i] <= '9' || l[i] >= 'a' && l[i] <= 'f' || l[i] >= 'A' && l[i] <= 'F' || l[i] == '.' || l[i] == ':' || l[i] == '-') {
			i++
		}
	}
	return out
}
