package text

import (
	"slices"
	"strings"
)

// Article puts a or an before a name as it is read aloud: an int, a uint64, a *os.File.
func Article(name string) string {
	if name != "" && strings.ContainsAny(name[:1], "aeio") {
		return "an " + name
	}
	return "a " + name
}

// List writes names as a list in a sentence: a, b and c. last is the word before the last.
func List(names []string, last string) string {
	n := len(names) - 1
	if n <= 0 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:n], ", ") + " " + last + " " + names[n]
}

// Few is List with and of the first most names, and how many others there are.
func Few(names []string, most int) string {
	if n := len(names) - most; n > 1 {
		names = append(slices.Clone(names[:most]), Thousands(n)+" others")
	}
	return List(names, "and")
}
