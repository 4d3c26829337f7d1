package text

import "strings"

// MaxNear bounds the names that Near compares, in bytes. Its time grows with their square.
const MaxNear = 64

// Near returns the name in from that was probably meant by name, or "". Close names differ in case
// alone or in at most a third of the letters of name, two swapped neighbors counting as one. Near
// returns the first of the closest.
func Near(name string, from []string) string {
	best, at := "", len(name)/3+1
	lower := strings.ToLower(name)
	if len(lower) > MaxNear {
		return ""
	}
	for _, f := range from {
		low := strings.ToLower(f)
		if len(low) > MaxNear || f == name {
			continue
		}
		d := distance(lower, low)
		// At least one letter has to be the same.
		if d < at && d < min(len(name), len(f)) {
			best, at = f, d
		}
	}
	return best
}

// distance returns the optimal string alignment distance of a and b in bytes: the number of
// insertions, deletions, changes and swaps of neighbors that lead from one to the other.
func distance(a, b string) int {
	var rows [3][MaxNear + 1]int
	before, above, row := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		above[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			d := above[j-1]
			if a[i-1] != b[j-1] {
				d++
			}
			d = min(d, above[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, before[j-2]+1)
			}
			row[j] = d
		}
		before, above, row = above, row, before
	}
	return above[len(b)]
}
