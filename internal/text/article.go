package text

import "strings"

// Article puts a or an before a name as it is read aloud: an int, a uint64, a *os.File.
func Article(name string) string {
	if name != "" && strings.ContainsAny(name[:1], "aeio") {
		return "an " + name
	}
	return "a " + name
}
